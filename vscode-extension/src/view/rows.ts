// The trees: sessions (mine, joined) with their terminals, and guests.
import * as vscode from 'vscode';

import type { GuestInfo, Role } from '../model/face';
import type { HostedGuest, HostedSession, HostedTerminal } from '../model/hosting';
import * as words from '../model/words';
import type { Context } from './context';
import type { Seat } from './seat';

export type SessionRow =
    | { kind: 'hosted'; session: HostedSession }
    | { kind: 'terminal'; terminal: HostedTerminal }
    | { kind: 'joined'; seat: Seat }
    | { kind: 'stream'; seat: Seat; title: string };

export type GuestRow =
    | { kind: 'guest'; session: HostedSession; guest: HostedGuest }
    | { kind: 'knock'; session: HostedSession; name: string; knock: string | number }
    | { kind: 'fellow'; seat: Seat; guest: GuestInfo };

abstract class Rows<Row> implements vscode.TreeDataProvider<Row> {
    readonly #changed = new vscode.EventEmitter<void>();
    readonly onDidChangeTreeData = this.#changed.event;

    constructor(protected readonly context: Context) {
        context.extension.subscriptions.push(this.#changed, context.onDidChange(() => this.#changed.fire()));
    }

    abstract getTreeItem(row: Row): vscode.TreeItem;
    abstract getChildren(row?: Row): Row[];
}

export class SessionRows extends Rows<SessionRow> {
    getChildren(row?: SessionRow): SessionRow[] {
        const { state } = this.context.holding;
        if (!row) {
            return [
                ...[...state.sessions.values()].map((session) => ({ kind: 'hosted' as const, session })),
                ...[...this.context.seats].map((seat) => ({ kind: 'joined' as const, seat })),
            ];
        }
        if (row.kind === 'hosted') {
            return state.terminalsOf(row.session.session).map((terminal) => ({ kind: 'terminal' as const, terminal }));
        }
        if (row.kind === 'joined') {
            return row.seat.state.terminals.map((card) => ({ kind: 'stream' as const, seat: row.seat, title: card.title }));
        }
        return [];
    }

    getTreeItem(row: SessionRow): vscode.TreeItem {
        switch (row.kind) {
            case 'hosted': {
                const { session } = row;
                const present = [...session.guests.values()].filter((guest) => guest.present).length;
                const guests = present === 1 ? '1 guest' : `${present} guests`;
                return item(`My session ${session.code ?? ''}`, `${guests} · ${connection(session.connection)}`, 'broadcast', 'hosted', true);
            }
            case 'terminal': return item(row.terminal.title || 'Terminal', row.terminal.cwd ?? '', 'terminal', 'terminal');
            case 'joined': {
                const { state } = row.seat;
                const name = state.host ? `${state.host}'s session` : `Session ${state.code}`;
                const phase = state.phase.is === 'seated' ? words.role(state.role) : state.phase.is === 'waiting' ? 'waiting to be let in' : 'joining';
                const what = state.asking ? 'asking for control' : state.lag === 'live' ? phase : state.lag;
                return item(name, what, 'plug', `joined.${state.role}`, true);
            }
            case 'stream': return item(row.title || 'Terminal', '', 'terminal', 'stream');
        }
    }
}

export class GuestRows extends Rows<GuestRow> {
    getChildren(row?: GuestRow): GuestRow[] {
        if (row) return [];
        const sessions = [...this.context.holding.state.sessions.values()];
        return [
            ...sessions.flatMap((session) => session.knocks.map(({ name, knock }) => ({ kind: 'knock' as const, session, name, knock }))),
            ...sessions.flatMap((session) => [...session.guests.values()].map((guest) => ({ kind: 'guest' as const, session, guest }))),
            ...[...this.context.seats].flatMap((seat) => seat.state.guests.map((guest) => ({ kind: 'fellow' as const, seat, guest }))),
        ];
    }

    getTreeItem(row: GuestRow): vscode.TreeItem {
        if (row.kind === 'knock') return item(row.name, 'asks to join', 'person-add', 'knock');
        const { guest } = row;
        const own = row.kind === 'guest';
        const asks = own && row.guest.asks;
        const typing = own ? row.guest.typing : row.seat.state.typing.has(guest.slot);
        const state = !guest.present ? 'away' : asks ? 'asks to type' : typing ? 'typing…' : words.role(guest.role);
        const me = !own && guest.slot === row.seat.state.slot ? ' (you)' : '';
        const entry = item(`${guest.name}${me}`, `${state} · unverified`, icon(guest.role, asks), own ? `guest.${guest.role}` : 'fellow');
        const safety = own ? row.guest.words : me ? row.seat.state.words : [];
        if (safety.length > 0) entry.tooltip = new vscode.MarkdownString(`Safety words: **${safety.join(' ')}**\n\nCompare them with ${own ? guest.name : 'the host'} to rule out anyone in between.`);
        return entry;
    }
}

function icon(role: Role, asks: boolean): string {
    if (asks) return 'record-keys';
    return { viewer: 'eye', writer: 'edit', 'co-owner': 'star' }[role];
}

function connection(of: HostedSession['connection']): string {
    return { connecting: 'connecting', connected: 'connected', away: 'reconnecting' }[of.state];
}

function item(label: string, description: string, icon: string, context: string, open = false): vscode.TreeItem {
    const entry = new vscode.TreeItem(label, open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None);
    entry.description = description;
    entry.iconPath = new vscode.ThemeIcon(icon);
    entry.contextValue = context;
    entry.accessibilityInformation = { label: [label, description].filter(Boolean).join(', ') };
    return entry;
}
