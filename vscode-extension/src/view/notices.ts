// Notifications: few, one at a time, each with the action that helps.
import * as vscode from 'vscode';

import type { Fault } from '../model/client';
import type { Notice } from '../model/hosting';
import type { GuestNotice } from '../model/joined';
import * as words from '../model/words';
import type { Context } from './context';
import type { Seat } from './seat';
import { complain, mention, say } from './say';

export class Notices {
    constructor(private readonly context: Context) {}

    /** Something a person asked for went wrong. */
    async failed(fault: Fault, again?: () => void): Promise<void> {
        const { text, button, remedy } = words.failure(fault);
        const offered = remedy !== 'again' || again;
        const chosen = await complain(`Jumpseat: ${text}`, offered ? button : 'Show Log');
        if (chosen === undefined) return;
        if (!offered) return this.context.log.show();
        const run = (command: string, ...rest: unknown[]): Thenable<unknown> =>
            vscode.commands.executeCommand(command, ...rest);
        switch (remedy) {
            case 'again':
                return again?.();
            case 'log':
                return this.context.log.show();
            case 'relay':
                return setting('jumpseat.relay.url');
            case 'certificates':
                return setting('jumpseat.relay.caFile');
            case 'proxy':
                await run('workbench.action.openSettings', '@id:http.proxy');
                return;
            case 'install':
                await run('extension.open', this.context.extension.extension.id);
                return;
            case 'update':
                await run('workbench.extensions.action.checkForUpdates');
                return;
        }
    }

    /** What a host has to hear of. */
    async host(notice: Notice): Promise<void> {
        const tell = (command: Parameters<Context['tell']>[0]): Promise<void> =>
            this.context.attempt(() => this.context.tell(command));
        switch (notice.kind) {
            case 'ended': {
                if (notice.failure) return this.failed(notice.failure);
                const why = words.hostEnded(notice.reason);
                if (why) void say(`Jumpseat: ${why}`);
                return;
            }
            case 'came':
            case 'went': {
                const what = notice.kind === 'came' ? 'joined' : notice.reason === 'removed' ? 'was removed' : 'left';
                if (notice.again) await say(`${notice.guest} joined, with an invite that was used before.`);
                else mention('person', `Jumpseat: ${notice.guest} ${what}`);
                return;
            }
            case 'refused': {
                const again = notice.again ? ', with an invite that was used before' : '';
                await say(`${notice.name} was turned away${again}: ${notice.why}.`);
                return;
            }
            case 'away':
                this.context.log.info(
                    `${this.context.nameOf(notice.session)} is out of reach of its relay: ${notice.reason}`,
                );
                return;
            case 'knocked': {
                const { session } = notice;
                const { name, knock, again } = notice.knock;
                const how = again ? ' with an invite that was used before' : '';
                const answer = await say(`${name} asks to join your session${how}.`, 'Let In', 'Deny');
                // The row in the list may have answered meanwhile.
                if (!this.context.holding.state.waits(session, knock)) return;
                if (answer)
                    await tell({ type: answer === 'Let In' ? 'admit' : 'deny', session: session.session, knock });
                return;
            }
            case 'asked': {
                const { guest, session } = notice;
                const answer = await say(`${guest.name} asks to type in your terminal.`, 'Allow', 'Deny');
                if (answer === undefined || !this.context.holding.state.asks(session, guest.slot)) return;
                if (answer === 'Allow') await this.context.grant(session, guest.slot, 'writer');
                else await this.context.decline(session, guest.slot);
                return;
            }
            case 'pointed':
                await this.context.pointing.announce(guest(notice.guest.name), {
                    session: notice.session,
                    at: notice.at,
                });
        }
    }

    /** What a guest has to hear of. */
    async guest(seat: Seat, notice: GuestNotice, again?: () => void): Promise<void> {
        switch (notice.kind) {
            case 'failed':
                return this.failed(notice.failure, again);
            case 'ended':
                if (notice.failure) return this.failed(notice.failure);
                if (notice.reason !== 'left') await say(`Jumpseat: ${words.ended(notice.reason)}`);
                return;
            case 'role': {
                const told = {
                    viewer: 'You can watch.',
                    writer: 'You can type while the host looks on.',
                    'co-owner': 'You are a co-owner now.',
                };
                mention('info', `Jumpseat: ${told[notice.role]}`);
                return;
            }
            case 'declined':
                await say('Jumpseat: the host declined.');
                return;
            case 'not_allowed':
                await say(`Jumpseat: ${notice.what} is not yours to do.`);
                return;
            case 'refused':
                if (notice.why !== 'read_only') {
                    await say(`Jumpseat: ${words.refused(notice.why)}`);
                } else if (await say(`Jumpseat: ${words.refused(notice.why)}`, 'Ask for Control')) {
                    await this.context.attempt(() => seat.ask());
                }
                return;
            case 'pointed':
                await this.context.pointing.announce(guest(seat.state.nameOf(notice.slot)), { seat, at: notice.at });
                return;
            case 'seated':
            case 'named':
            case 'away':
                return;
        }
    }
}

/** Shows a setting of a machine: the one where this runs. */
async function setting(id: string): Promise<void> {
    const query = `@id:${id}`;
    if (vscode.env.remoteName) await vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query });
    else await vscode.commands.executeCommand('workbench.action.openSettings', query);
}

function guest(name: string): string {
    return name || 'Somebody';
}
