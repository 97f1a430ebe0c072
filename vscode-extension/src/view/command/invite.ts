// "Copy Link" and "New Invite".
import type { Admission, Role } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { Context } from '../context';
import { chosenSession } from './chosen';

export async function copyLink(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    const invite = session?.invites[0];
    if (!invite) return;
    await context.copied(invite.web_link);
}

export async function newInvite(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    if (!session) return;
    const kinds: (vscode.QuickPickItem & { role: Role; admission: Admission; uses: number | null })[] = [
        { label: '$(eye) To watch', role: 'viewer', admission: 'open', uses: null },
        { label: '$(eye) To watch, for one guest', role: 'viewer', admission: 'open', uses: 1 },
        { label: '$(person-add) To watch, after asking you', role: 'viewer', admission: 'ask', uses: null },
        { label: '$(edit) To type, for one guest', description: 'while you look at the terminal', role: 'writer', admission: 'open', uses: 1 },
    ];
    const kind = await vscode.window.showQuickPick(kinds, { title: 'New Invite' });
    if (!kind) return;
    const reply = await context.holding.ask({
        type: 'create_invite', session: session.session, terms: { role: kind.role, admission: kind.admission, max_uses: kind.uses },
    });
    if (reply.reply === 'invite') await context.copied(reply.web_link);
}
