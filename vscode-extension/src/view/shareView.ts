// The share view: codes, links and panels of the hosted sessions. Guests are listed in the Guests view.
import * as vscode from 'vscode';

import { described } from '../model/choice';
import type { HostedSession } from '../model/hosting';
import { isExpired, keysOf, linkOf } from '../model/invite';
import type { PanelPress } from '../panels/sharePanels';
import { Page } from './page';
import { BODY, SCRIPT, STYLE } from './sharePage';

type Press =
    | { act: 'copy'; session: number; invite?: string; what: 'code' | 'token' | 'link' }
    | { act: 'revoke'; session: number; invite: string }
    | { act: 'stop' | 'invite'; session: number }
    | PanelPress;

export class ShareView extends Page<Press> {
    protected readonly html = { style: STYLE, body: BODY, script: SCRIPT };

    /** The token stays on this side until it is copied. */
    protected shown(): unknown {
        return this.context.holding.state.sessions.map((session) => ({
            session: session.session,
            holder: session.holder,
            code: session.code ?? '',
            name: this.context.nameOf(session),
            connection: session.connection.state,
            expires: session.expires_at,
            reach: reach(session),
            invites: session.invites
                .filter((invite) => !isExpired(invite))
                .map((invite) => ({
                    id: invite.id,
                    terms: described(invite.terms, invite.uses),
                    uses: invite.uses,
                })),
            panels: this.context.panels?.lines(session) ?? [],
        }));
    }

    protected async take(press: Press & { holder?: number }): Promise<void> {
        const session = this.context.holding.state.session(press.session);
        // What was pressed may be of a holder that is gone: its numbers are others'.
        if (!session || session.holder !== press.holder) return;
        const row = { kind: 'hosted', session };
        switch (press.act) {
            case 'copy':
                return this.#copy(session, press.invite, press.what);
            case 'stop':
                await vscode.commands.executeCommand('jumpseat.stop', row);
                return;
            case 'invite':
                await vscode.commands.executeCommand('jumpseat.newInvite', row);
                return;
            case 'panel':
                await this.context.panels?.press(session, press);
                return;
            case 'revoke': {
                const invite = session.invites.find((other) => other.id === press.invite);
                if (invite)
                    await this.context.tell({ type: 'revoke_invite', session: press.session, invite: invite.id });
            }
        }
    }

    async #copy(session: HostedSession, id: string | undefined, what: 'code' | 'token' | 'link'): Promise<void> {
        if (what === 'code') return vscode.env.clipboard.writeText(session.code ?? '');
        const invite = session.invites.find((other) => other.id === id);
        if (!invite) return;
        await vscode.env.clipboard.writeText(what === 'token' ? keysOf(invite).token : linkOf(invite));
    }
}

/** Who can come to the relay. */
function reach({ relay, connection }: HostedSession): string {
    if (connection.state === 'connecting') return 'Connecting…';
    if (connection.state === 'away') return `Reconnecting: ${connection.reason}.`;
    const host = /^(wss?):\/\/(\[[^\]]+\]|[^/:]+)/.exec(relay);
    if (!host) return '';
    if (/^(127\.|\[::1\]|localhost)/.test(host[2] ?? '')) return 'Only this machine reaches it.';
    return host[1] === 'ws' ? 'Your local network reaches it.' : `Relay ${host[2]}.`;
}
