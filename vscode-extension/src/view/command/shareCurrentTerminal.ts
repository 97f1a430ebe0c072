// "Share Current Terminal": a Jumpseat terminal with its history; another one is continued in a Jumpseat terminal, or
// the output of its next commands is mirrored.
import * as vscode from 'vscode';

import { withoutIcons } from '../../model/panels/safe';
import { guests } from '../../model/words';
import type { Context } from '../context';
import { shell, workspaceFolder } from '../settings';
import { addTo } from './addTerminal';
import { offerProfile } from './profile';
import { shareNewTerminal } from './shareNewTerminal';
import { say } from '../say';

const CONTINUE = 'Continue in a Shared Terminal Here';
const MIRROR = 'Mirror Its Next Commands';

export async function shareCurrentTerminal(context: Context, chosen?: unknown): Promise<void> {
    const given = chosen as vscode.Terminal | undefined;
    const terminal = given?.creationOptions ? given : vscode.window.activeTerminal;
    if (!terminal || context.seats.at(terminal)) return shareNewTerminal(context);
    const pty = context.terminals.hosted(terminal);
    if (!pty) return shareForeign(context, terminal);
    const number = await pty.opened;
    if (context.holding.state.terminal(number)?.session !== undefined) {
        void vscode.commands.executeCommand('jumpseat.share.focus');
        return;
    }
    const running = context.holding.state.sessions;
    if (running.length === 0) return context.share(number);
    const items = [
        ...running.map((session) => ({
            label: `$(broadcast) Add to ${withoutIcons(context.nameOf(session))}`,
            description: guests(Object.keys(session.guests).length),
            session,
        })),
        { label: '$(add) A session of its own', session: undefined },
    ];
    const picked = await vscode.window.showQuickPick(items, { title: `Share ${terminal.name}` });
    if (picked) await (picked.session ? addTo(context, picked.session, number) : context.share(number));
}

/** No stable API reads what another terminal printed before now. */
async function shareForeign(context: Context, foreign: vscode.Terminal): Promise<void> {
    if (context.mirrors.has(foreign)) {
        void vscode.commands.executeCommand('jumpseat.share.focus');
        return;
    }
    const mirrored = process.platform !== 'win32' && foreign.shellIntegration !== undefined;
    const answer = await say(
        `"${foreign.name}" was not opened by Jumpseat: what it printed cannot be shared.`,
        CONTINUE,
        ...(mirrored ? [MIRROR] : []),
    );
    if (answer === MIRROR) {
        await context.share(await context.mirrors.start(foreign), { from: 'start' });
    } else if (answer === CONTINUE) {
        const cwd = foreign.shellIntegration?.cwd?.fsPath ?? workspaceFolder();
        const { pty, terminal } = context.terminals.open({ ...shell(), ...(cwd ? { cwd } : {}) });
        terminal.show();
        await context.share(pty.opened);
    }
    if (answer) await offerProfile(context);
}
