// "Copy Link" and "New Invite".
import type { Admission, Role } from '@jumpseat/native';
import * as vscode from 'vscode';

import { terms } from '../../model/choice';
import { isOver, linkOf } from '../../model/invite';
import type { Context } from '../context';
import { chosenSession } from './chosen';

export async function copyLink(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    if (!session) return;
    // A link is for one person: one that was used, or is over, is handed to nobody else.
    const fresh = context.holding.state
        .live(session)
        ?.invites.find((invite) => !isOver(invite) && (invite.uses === 0 || invite.terms.admission === 'open'));
    if (fresh) return context.copied(linkOf(fresh));
    const made = await context.holding.ask({
        type: 'create_invite',
        session: session.session,
        terms: terms(context.choice),
    });
    if (made.reply === 'invite') await context.copied(linkOf(made));
}

export async function newInvite(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    if (!session) return;
    const kinds: (vscode.QuickPickItem & { role: Role; admission: Admission; uses: number | null })[] = [
        {
            label: '$(eye) To watch',
            description: 'the first guest comes straight in, you are asked about others',
            role: 'viewer',
            admission: 'first',
            uses: null,
        },
        { label: '$(person-add) To watch, after asking you', role: 'viewer', admission: 'ask', uses: null },
        {
            label: '$(edit) To type, for one guest',
            description: 'while you look at the terminal',
            role: 'writer',
            admission: 'first',
            uses: 1,
        },
        {
            label: '$(unlock) To watch, for everyone who has the link',
            description: 'nobody is asked',
            role: 'viewer',
            admission: 'open',
            uses: null,
        },
    ];
    const kind = await vscode.window.showQuickPick(kinds, {
        title: 'New Invite',
        placeHolder: 'It can be used for an hour',
    });
    if (!kind) return;
    const reply = await context.holding.ask({
        type: 'create_invite',
        session: session.session,
        terms: { role: kind.role, admission: kind.admission, max_uses: kind.uses, expires_in: 3600 },
    });
    if (reply.reply === 'invite') await context.copied(linkOf(reply));
}
