// "Join Shared Session…": a link, or a code and then its token.
import * as vscode from 'vscode';

import { pasted, tokenProblem } from '../../model/invite';
import type { Context } from '../context';

export async function join(context: Context): Promise<void> {
    const first = await vscode.window.showInputBox({
        title: 'Join Shared Session', prompt: 'The link, or the code', placeHolder: 'K7QM-3XTE', ignoreFocusOut: true,
        validateInput: (text) => {
            const form = pasted(text);
            return text && form.is === 'nothing' ? form.why : undefined;
        },
    });
    if (!first) return;
    const form = pasted(first);
    const again = (): void => void context.attempt(() => join(context));
    if (form.is === 'link') return context.join(context.native.load().readLink(form.link), again);
    if (form.is !== 'code') return;
    const token = await vscode.window.showInputBox({
        title: `Join ${form.code}`, prompt: 'The token', placeHolder: 'jst1_…', password: true, ignoreFocusOut: true,
        validateInput: (text) => (text ? tokenProblem(text) : undefined),
    });
    if (!token) return;
    const relay = context.relayUrl || await vscode.window.showInputBox({
        title: `Join ${form.code}`, prompt: 'The relay that the session is at (a link names it by itself)', placeHolder: 'wss://relay.example', ignoreFocusOut: true,
    });
    if (relay) await context.join({ relay, code: form.code, token: token.trim() }, again);
}

/** A link from outside: nobody is taken anywhere unasked. */
export async function joinByLink(context: Context, link: string): Promise<void> {
    const { relay, code, token } = context.native.load().readLink(link);
    const answer = await vscode.window.showInformationMessage(
        `Join the shared terminal ${code}?`, { modal: true, detail: `Relay: ${relay}` }, 'Join',
    );
    if (answer) await context.join({ relay, code, token }, () => void context.attempt(() => joinByLink(context, link)));
}
