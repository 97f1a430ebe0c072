// "Join Shared Session…": a link, or a code and then its token; or a session that was joined lately.
import * as vscode from 'vscode';

import { pasted, tokenIn, tokenProblem, type Pasted } from '../../model/invite';
import { withoutIcons } from '../../model/panels/safe';
import { ago, open, type Recent } from '../../model/recent';
import type { Context } from '../context';
import { ask } from '../say';
import { relayUrl } from '../settings';

const TITLE = 'Join Shared Session';
const PROMPT = 'The link, or the code';

type Answer = { text: string } | { recent: Recent };

export async function join(context: Context): Promise<void> {
    if (!(await showsTerminals())) return;
    const recent = open(context.seats.recent, Date.now());
    const answer = recent.length > 0 ? await pick(context, recent) : await type(context);
    if (!answer) return;
    const again = (): void => void context.attempt(() => join(context));
    if ('recent' in answer) return joinByCode(context, answer.recent.code, answer.recent.relay, again);
    const form = read(context, answer.text);
    if (form.is === 'link') return context.seats.join(context.native.load().readLink(form.link), again);
    if (form.is === 'code') return joinByCode(context, form.code, relayUrl(), again);
}

/** A link from outside: nobody is taken anywhere unasked. */
export async function joinByLink(context: Context, link: string): Promise<void> {
    if (!(await showsTerminals())) return;
    const invite = context.native.load().readLink(link);
    const sure = await ask('calm', `Join the shared terminal ${invite.code}?`, `Relay: ${invite.relay}`, 'Join');
    if (sure) await context.seats.join(invite, () => void context.attempt(() => joinByLink(context, link)));
}

/** VS Code opens no terminal in a folder that nobody vouched for, not even one that runs nothing there. */
async function showsTerminals(): Promise<boolean> {
    if (vscode.workspace.isTrusted) return true;
    const detail =
        'A guest runs nothing here, but VS Code asks this of every terminal. Join from an empty window, or trust the folder first.';
    const elsewhere = await ask(
        'warning',
        'VS Code shows terminals in trusted folders only.',
        detail,
        'Open Empty Window',
    );
    if (elsewhere) await vscode.commands.executeCommand('workbench.action.newWindow');
    return false;
}

async function joinByCode(context: Context, code: string, known: string, again: () => void): Promise<void> {
    const token = await vscode.window.showInputBox({
        title: `Join ${code}`,
        prompt: 'The token',
        placeHolder: 'jst1_…',
        password: true,
        ignoreFocusOut: true,
        validateInput: (text) => (text ? tokenProblem(text) : undefined),
    });
    if (!token) return;
    const relay =
        known ||
        (await vscode.window.showInputBox({
            title: `Join ${code}`,
            prompt: 'The relay that the session is at (a link names it by itself)',
            placeHolder: 'wss://relay.example',
            ignoreFocusOut: true,
        }));
    if (relay) await context.seats.join({ relay: relay.trim(), code, token: tokenIn(token) }, again);
}

/** What was pasted. The native module says what is wrong with a link, and never repeats it. */
function read(context: Context, text: string): Pasted {
    return pasted(text, (link) => {
        const native = loaded(context);
        try {
            native?.readLink(link);
            return undefined;
        } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            return `${why.slice(0, 1).toUpperCase()}${why.slice(1)}.`;
        }
    });
}

/** Where it cannot be loaded, joining says so, with what helps. */
function loaded(context: Context): ReturnType<Context['native']['load']> | undefined {
    try {
        return context.native.load();
    } catch {
        return undefined;
    }
}

async function type(context: Context): Promise<Answer | undefined> {
    const text = await vscode.window.showInputBox({
        title: TITLE,
        prompt: PROMPT,
        placeHolder: 'K7QM-3XTE',
        ignoreFocusOut: true,
        validateInput: (given) => {
            const form = read(context, given);
            return given && form.is === 'nothing' ? form.why : undefined;
        },
    });
    return text ? { text } : undefined;
}

/** As `type`, with the sessions of today below. */
async function pick(context: Context, recent: Recent[]): Promise<Answer | undefined> {
    type Item = vscode.QuickPickItem & { answer?: Answer };
    const items = recent.map((entry): Item => ({
        label: `$(history) ${withoutIcons(entry.host || entry.code)}`,
        description: `${entry.code} · ${ago(entry.at, Date.now())}`,
        answer: { recent: entry },
    }));
    const box = vscode.window.createQuickPick<Item>();
    Object.assign(box, { title: TITLE, prompt: PROMPT, placeholder: 'K7QM-3XTE', ignoreFocusOut: true, items });
    const answer = await new Promise<Answer | undefined>((done) => {
        box.onDidChangeValue((text) => {
            const form = read(context, text);
            const typed: Item[] = !text
                ? []
                : form.is === 'nothing'
                  ? [{ label: '$(info) Not yet', description: form.why, alwaysShow: true }]
                  : [
                        {
                            label: `$(plug) Join ${form.is === 'code' ? form.code : 'by this link'}`,
                            alwaysShow: true,
                            answer: { text },
                        },
                    ];
            box.items = [...typed, ...items];
        });
        // What was typed counts before what happens to be marked in the list.
        box.onDidAccept(() => {
            const chosen = read(context, box.value).is === 'nothing' ? box.activeItems[0]?.answer : { text: box.value };
            if (chosen) done(chosen);
        });
        box.onDidHide(() => done(undefined));
        box.show();
    });
    box.dispose();
    return answer;
}
