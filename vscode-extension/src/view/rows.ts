// The trees: sessions (mine, joined) with their terminals, and guests.
import { basename } from 'node:path';
import type { Knock, Person, Role, TerminalState } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { HostedSession } from '../model/hosting';
import { Nudge } from '../model/nudge';
import { Placed, SETTLE } from '../model/placed';
import * as words from '../model/words';
import type { Context } from './context';
import type { Place } from './pointing';
import type { Seat } from './seat';

export type SessionRow =
    | { kind: 'hosted'; session: HostedSession }
    | { kind: 'terminal'; terminal: TerminalState }
    | { kind: 'joined'; seat: Seat }
    | { kind: 'stream'; seat: Seat; terminal: number; title: string };

export type GuestRow =
    | { kind: 'knock'; session: HostedSession; knock: Knock }
    | { kind: 'guest'; session: HostedSession; guest: Person; place: Place | undefined }
    | { kind: 'fellow'; seat: Seat; guest: Person; place: Place | undefined };

abstract class Rows<Row> implements vscode.TreeDataProvider<Row> {
    readonly #changed = new vscode.EventEmitter<void>();
    readonly onDidChangeTreeData = this.#changed.event;
    readonly #nudge: Nudge;
    readonly view: vscode.TreeView<Row>;
    protected readonly placed = new Placed();
    #settling: NodeJS.Timeout | undefined;

    constructor(
        protected readonly context: Context,
        id: string,
    ) {
        this.view = vscode.window.createTreeView(id, { treeDataProvider: this });
        this.#nudge = new Nudge(
            () => this.#changed.fire(),
            () => this.view.visible,
        );
        context.extension.subscriptions.push(
            this.#changed,
            this.view,
            this.view.onDidChangeVisibility(() => this.#nudge.seen()),
            context.onDidChange(() => this.#nudge.changed()),
            { dispose: () => clearTimeout(this.#settling) },
        );
    }

    /** A row that has just moved has no buttons: whoever presses one there meant another row. */
    protected settle(entry: vscode.TreeItem): vscode.TreeItem {
        if (entry.id !== undefined && !this.placed.settled(entry.id, Date.now())) {
            entry.contextValue = 'moved';
            clearTimeout(this.#settling);
            this.#settling = setTimeout(() => this.#nudge.changed(), SETTLE);
        }
        return entry;
    }

    abstract getTreeItem(row: Row): vscode.TreeItem;
    protected abstract top(): Row[];
    protected abstract below(row: Row): Row[];

    getChildren(row?: Row): Row[] {
        if (row) return this.below(row);
        this.#nudge.read();
        return this.top();
    }
}

class SessionRows extends Rows<SessionRow> {
    protected top(): SessionRow[] {
        return [
            ...this.context.holding.state.sessions.map((session) => ({
                kind: 'hosted' as const,
                session,
            })),
            ...this.context.seats.all.map((seat) => ({ kind: 'joined' as const, seat })),
        ];
    }

    protected below(row: SessionRow): SessionRow[] {
        if (row.kind === 'hosted') {
            const { state } = this.context.holding;
            return state.terminalsOf(row.session.session).map((terminal) => ({ kind: 'terminal' as const, terminal }));
        }
        if (row.kind === 'joined') {
            const { seat } = row;
            return seat.state.terminals.map(({ terminal, title }) => ({
                kind: 'stream' as const,
                seat,
                terminal,
                title,
            }));
        }
        return [];
    }

    getTreeItem(row: SessionRow): vscode.TreeItem {
        switch (row.kind) {
            case 'hosted': {
                const { session } = row;
                const count = words.guests(Object.values(session.guests).filter((guest) => guest.present).length);
                const { state } = session.connection;
                const what = state === 'connected' ? count : state === 'away' ? 'reconnecting' : 'connecting';
                const name = this.context.nameOf(session);
                const code = session.code === undefined || session.code === name ? '' : `${session.code} · `;
                const entry = item(name, `${code}${what}`, 'broadcast', 'hosted', true);
                return named(
                    entry,
                    `${name}, my session ${session.code ?? ''}, ${count}${state === 'connected' ? '' : `, ${what}`}`,
                    `Relay: ${session.relay}`,
                );
            }
            case 'terminal': {
                const { title, cwd = '' } = row.terminal;
                const entry = item(title || 'Terminal', basename(cwd), 'terminal', 'terminal');
                if (cwd) entry.tooltip = cwd;
                entry.command = { command: 'jumpseat.showTerminal', title: 'Show', arguments: [row] };
                return entry;
            }
            case 'joined': {
                const { state } = row.seat;
                const phase = {
                    knocking: 'joining',
                    waiting: 'waiting to be let in',
                    seated: words.role(state.role),
                    failed: 'failed',
                    ended: 'ended',
                }[state.phase.is];
                const away = state.phase.is === 'seated' && state.connection.state === 'away';
                const what = away ? 'reconnecting' : state.asking ? 'asking for control' : (state.behind ?? phase);
                return item(row.seat.title, what, 'plug', `joined.${state.role}`, true);
            }
            case 'stream': {
                const entry = item(row.title || 'Terminal', '', 'terminal', 'stream');
                entry.command = { command: 'jumpseat.showTerminal', title: 'Show', arguments: [row] };
                return entry;
            }
        }
    }
}

/** The tree of sessions; its badge counts what was said and not yet read. */
export function sessionTree(context: Context): vscode.Disposable {
    const tree = new SessionRows(context, 'jumpseat.sessions').view;
    const show = (): void => {
        const { state } = context.holding;
        const talks = [
            ...state.sessions.map((session) => state.talk(session)),
            ...context.seats.all.map((seat) => seat.state.talk),
        ];
        const unread = talks.reduce((sum, talk) => sum + talk.unread, 0);
        tree.badge = unread > 0 ? { value: unread, tooltip: `${unread} unread in the chat` } : undefined;
    };
    return context.onDidChange(show);
}

/** The tree of guests, and of those who ask to be let in. */
export function guestTree(context: Context): vscode.Disposable {
    return new GuestRows(context, 'jumpseat.guests').view;
}

class GuestRows extends Rows<GuestRow> {
    protected top(): GuestRow[] {
        const rows = this.#rows();
        this.placed.show(rows.map(idOf), Date.now());
        return rows;
    }

    #rows(): GuestRow[] {
        const sessions = this.context.holding.state.sessions;
        return [
            ...sessions.flatMap((session) =>
                Object.values(session.guests).map((guest) => {
                    const at = session.pointing[guest.slot];
                    return { kind: 'guest' as const, session, guest, place: at && { session, at } };
                }),
            ),
            ...this.context.seats.all.flatMap((seat) =>
                seat.state.guests.map((guest) => {
                    const at = seat.state.pointing(guest.slot);
                    return { kind: 'fellow' as const, seat, guest, place: at && { seat, at } };
                }),
            ),
            // Below the guests: whoever comes and goes here moves no button that takes a role back.
            ...sessions.flatMap((session) =>
                Object.values(session.knocks).map((knock) => ({ kind: 'knock' as const, session, knock })),
            ),
        ];
    }

    protected below(): GuestRow[] {
        return [];
    }

    getTreeItem(row: GuestRow): vscode.TreeItem {
        const entry = this.#item(row);
        entry.id = idOf(row);
        return this.settle(entry);
    }

    #item(row: GuestRow): vscode.TreeItem {
        if (row.kind === 'knock') return unproven(item(row.knock.name, 'asks to join', 'person-add', 'knock'));
        const { guest } = row;
        const own = row.kind === 'guest';
        const mine = !own && guest.slot === row.seat.state.slot;
        const asks = own && guest.asks;
        const typing = own ? row.session.typing[guest.slot] !== undefined : row.seat.state.types(guest.slot);
        const state = !guest.present ? 'away' : asks ? 'asks to type' : typing ? 'typing…' : words.role(guest.role);
        const points = row.place && !mine ? ' · points' : '';
        const entry = item(
            `${guest.name}${mine ? ' (you)' : ''}`,
            `${state}${points}`,
            icon(guest.role, asks),
            contextOf(row, asks),
        );
        const safety = own ? guest.words : mine ? row.seat.state.words : [];
        if (safety.length === 0) return mine ? entry : unproven(entry);
        const other = own ? guest.name : row.seat.state.host || 'the host';
        entry.command = { command: 'jumpseat.safetyWords', title: 'Safety Words', arguments: [other, safety] };
        const label = `${entry.accessibilityInformation?.label ?? ''}, safety words ${safety.join(' ')}`;
        const tooltip = `This name is not verified. Safety words: **${safety.join(' ')}**`;
        return named(entry, label, new vscode.MarkdownString(tooltip));
    }
}

/** Says in the tooltip that the name is not verified. */
function unproven(entry: vscode.TreeItem): vscode.TreeItem {
    return named(entry, entry.accessibilityInformation?.label ?? '', 'This name is not verified.');
}

/** Names a row by who is in it: names are not unique, and rows move. */
function idOf(row: GuestRow): string {
    switch (row.kind) {
        case 'knock':
            return `knock ${row.session.holder} ${row.session.session} ${row.knock.knock}`;
        case 'guest':
            return `guest ${row.session.holder} ${row.session.session} ${row.guest.slot}`;
        case 'fellow':
            return `fellow ${row.seat.number} ${row.guest.slot}`;
    }
}

/** `guest.viewer.asks.points`: what menus go by. A co-owner may do with fellows what a host may with guests. */
function contextOf(row: Exclude<GuestRow, { kind: 'knock' }>, asks: boolean): string {
    const { kind, guest, place } = row;
    const commands = kind === 'guest' || (row.seat.state.role === 'co-owner' && guest.slot !== row.seat.state.slot);
    const who = commands ? 'guest' : 'fellow';
    return `${who}.${guest.role}${asks ? '.asks' : ''}${place ? '.points' : ''}`;
}

function icon(role: Role, asks: boolean): string {
    if (asks) return 'record-keys';
    return { viewer: 'eye', writer: 'edit', 'co-owner': 'star' }[role];
}

function item(label: string, description: string, icon: string, context: string, open = false): vscode.TreeItem {
    const entry = new vscode.TreeItem(
        label,
        open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
    );
    entry.description = description;
    entry.iconPath = new vscode.ThemeIcon(icon);
    entry.contextValue = context;
    return named(entry, [label, description].filter(Boolean).join(', '));
}

/** A tooltip replaces a row's name for those who hear it, so that is set as well. */
function named(entry: vscode.TreeItem, label: string, tooltip?: string | vscode.MarkdownString): vscode.TreeItem {
    entry.accessibilityInformation = { label };
    if (tooltip !== undefined) entry.tooltip = tooltip;
    return entry;
}
