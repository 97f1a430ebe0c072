// What this person hosts, as the holder tells it: terminals, sessions, guests, requests, chat.
import type {
    BlockInfo,
    Connection,
    EndReason,
    GuestInfo,
    HostUpdate,
    Invite,
    KnockInfo,
    PanelKind,
    PanelStatus,
    PointAt,
    SessionEvent,
    Size,
    Status,
} from '@jumpseat/native';

import type { Fault } from './client';
import { said, type ChatLine } from './talks';

export interface HostedTerminal {
    terminal: number;
    title: string;
    cwd: string | undefined;
    size: Size;
    session: number | undefined;
    blocks: BlockInfo[];
}

export interface HostedGuest extends GuestInfo {
    words: string[];
    asks: boolean;
    typing: boolean;
}

export interface HostedSession {
    session: number;
    /** The process that holds it: in another one the same number is another session. */
    holder: number | undefined;
    code: string | undefined;
    relay: string;
    connection: Connection;
    /** In milliseconds since 1970. */
    expires: number | undefined;
    guests: Map<number, HostedGuest>;
    knocks: KnockInfo[];
    invites: Invite[];
    /** Who points at what; 0 is the host. */
    pointing: Map<number, PointAt>;
    panels: Map<PanelKind, PanelStatus>;
    chat: ChatLine[];
    unread: number;
}

/** What a person has to hear of, beyond what the views show. */
export type Notice =
    | { kind: 'came' | 'went'; session: HostedSession; guest: string; reason: EndReason | undefined; again: boolean }
    | { kind: 'away'; session: HostedSession; reason: string }
    | { kind: 'refused'; session: HostedSession; name: string; why: string; again: boolean }
    | { kind: 'knocked'; session: HostedSession; knock: KnockInfo }
    | { kind: 'asked'; session: HostedSession; guest: HostedGuest }
    | { kind: 'pointed'; session: HostedSession; guest: HostedGuest; at: PointAt }
    | { kind: 'ended'; session: HostedSession; reason: EndReason; failure: Fault | undefined };

/** What a window keeps of a holder's sessions over a reload. */
export interface Kept {
    pid: number;
    words: Record<string, string[]>;
}

const MOST_BLOCKS = 256;

export class Hosting {
    /** The holder's process: numbers mean nothing to another one. */
    pid: number | undefined;
    /** The safety words of each session's slots: nobody tells them twice. */
    words: Record<string, string[]> = {};
    readonly terminals = new Map<number, HostedTerminal>();
    readonly sessions = new Map<number, HostedSession>();

    /** Replaces everything by what stands. */
    load(status: Status, now: number, kept?: Kept): void {
        this.pid = status.pid;
        this.words = kept?.pid === status.pid ? { ...kept.words } : {};
        this.terminals.clear();
        this.sessions.clear();
        for (const terminal of status.terminals) this.#open(terminal);
        for (const told of status.sessions) {
            const session = this.#session(told.session);
            Object.assign(session, {
                code: told.code ?? undefined,
                relay: told.relay,
                connection: told.connection,
                expires: told.expires_in === null ? undefined : now + told.expires_in * 1000,
                knocks: told.knocks,
                invites: told.invites,
            });
            for (const guest of told.guests) {
                session.guests.set(guest.slot, seated(guest, this.words[`${told.session} ${guest.slot}`] ?? []));
            }
            // A holder from before an update has none.
            for (const panel of told.panels ?? []) session.panels.set(panel.panel, panel);
            for (const terminal of told.terminals) this.#attach(terminal, told.session);
        }
    }

    /** A share was answered: its invite is known only from there. */
    shared(session: number, relay: string, invite: Invite): HostedSession {
        const entry = this.#session(session);
        entry.relay = relay;
        entry.code = invite.code;
        // The answer comes once the relay has the room.
        if (entry.connection.state === 'connecting') entry.connection = { state: 'connected' };
        this.invited(session, invite);
        return entry;
    }

    invited(session: number, invite: Invite): void {
        const entry = this.#session(session);
        entry.invites = [...entry.invites.filter((other) => other.id !== invite.id), invite];
    }

    /** The one who knocked was let in, or sent away. */
    answered(session: number, knock: number): void {
        const entry = this.sessions.get(session);
        if (entry) entry.knocks = entry.knocks.filter((other) => other.knock !== knock);
    }

    /** A session that a view or a notification has kept, if it is still the one behind its number. */
    live(kept: HostedSession): HostedSession | undefined {
        return kept.holder === this.pid ? this.sessions.get(kept.session) : undefined;
    }

    /** Whether this knock still waits for an answer. */
    waits(kept: HostedSession, knock: number): boolean {
        return this.live(kept)?.knocks.some((other) => other.knock === knock) ?? false;
    }

    /** Whether this guest still waits to be let type. */
    asks(kept: HostedSession, slot: number): boolean {
        return this.live(kept)?.guests.get(slot)?.asks ?? false;
    }

    /** The terminal is shown by this session. */
    attach(terminal: number, session: number): void {
        this.#attach(terminal, session);
    }

    terminalsOf(session: number): HostedTerminal[] {
        return [...this.terminals.values()].filter((terminal) => terminal.session === session);
    }

    /** Takes an event; says what a person has to hear of. */
    apply(event: HostUpdate, now: number): Notice | undefined {
        switch (event.type) {
            case 'terminal_opened':
                this.#open(event);
                return undefined;
            case 'terminal_closed':
                this.terminals.delete(event.terminal);
                return undefined;
            case 'resized':
                this.#change(event.terminal, { size: event.size });
                return undefined;
            case 'titled':
                this.#change(event.terminal, { title: event.title });
                return undefined;
            case 'cwd':
                this.#change(event.terminal, { cwd: event.cwd });
                return undefined;
            case 'block':
                this.#block(event.terminal, event);
                return undefined;
            case 'session':
                return this.#said(event.session, event.event, now);
            case 'closing':
                this.terminals.clear();
                this.sessions.clear();
                return undefined;
            default:
                return undefined;
        }
    }

    #said(number: number, event: SessionEvent, now: number): Notice | undefined {
        if (event.what === 'ended') {
            const session = this.sessions.get(number);
            this.sessions.delete(number);
            for (const terminal of this.terminalsOf(number)) terminal.session = undefined;
            return session && { kind: 'ended', session, reason: event.reason, failure: event.failure };
        }
        const session = this.#session(number);
        const guest = 'slot' in event ? session.guests.get(event.slot) : undefined;
        switch (event.what) {
            case 'opened':
                // The relay has the room: after a relay that was restarted, too.
                session.connection = { state: 'connected' };
                session.code = event.code;
                session.expires = now + event.expires_in * 1000;
                break;
            case 'connection':
                session.connection = event;
                return event.state === 'away' ? { kind: 'away', session, reason: event.reason } : undefined;
            case 'knocked':
                session.knocks = [...session.knocks.filter((knock) => knock.knock !== event.knock), event];
                return { kind: 'knocked', session, knock: event };
            case 'knock_refused':
                return event.denied
                    ? undefined
                    : { kind: 'refused', session, name: event.name, why: event.why, again: event.again };
            case 'knock_gone':
                session.knocks = session.knocks.filter((knock) => knock.knock !== event.knock);
                break;
            case 'joined': {
                session.guests.set(event.guest.slot, seated(event.guest, event.words));
                this.words[`${number} ${event.guest.slot}`] = event.words;
                const invite = session.invites.find((other) => other.id === event.invite);
                if (invite) invite.uses += 1;
                // Where the host was asked, it has read that already.
                const again = event.again && (!invite || invite.terms.admission === 'open');
                return { kind: 'came', session, guest: event.guest.name, reason: undefined, again };
            }
            case 'presence':
                if (guest) guest.present = event.present;
                break;
            case 'left':
                session.guests.delete(event.slot);
                session.pointing.delete(event.slot);
                return { kind: 'went', session, guest: event.name, reason: event.reason, again: false };
            case 'role_changed':
                if (guest) {
                    guest.role = event.role;
                    guest.asks = false;
                }
                break;
            case 'control_asked':
                if (!guest) break;
                guest.asks = true;
                return { kind: 'asked', session, guest };
            case 'typing':
                if (guest) guest.typing = event.on;
                break;
            case 'chat':
                said(
                    session,
                    { slot: event.slot, name: guest?.name ?? 'You', text: event.text, at: event.at },
                    event.slot === 0,
                );
                break;
            case 'pointing':
                if (!event.at) session.pointing.delete(event.slot);
                else session.pointing.set(event.slot, event.at);
                return event.at && guest ? { kind: 'pointed', session, guest, at: event.at } : undefined;
            case 'panels':
                session.panels = new Map(
                    event.panels.map((panel) => [panel, session.panels.get(panel) ?? beginning(panel)]),
                );
                break;
            case 'panel':
                session.panels.set(event.panel, event);
                break;
            case 'invite_changed': {
                const changed = session.invites.find((other) => other.id === event.invite);
                if (changed) changed.terms = event.terms;
                break;
            }
            case 'invite_ended':
                session.invites = session.invites.filter((invite) => invite.id !== event.invite);
                break;
            default:
                break;
        }
        return undefined;
    }

    #session(number: number): HostedSession {
        let session = this.sessions.get(number);
        if (!session) {
            session = {
                session: number,
                holder: this.pid,
                code: undefined,
                relay: '',
                connection: { state: 'connecting' },
                expires: undefined,
                guests: new Map(),
                knocks: [],
                invites: [],
                pointing: new Map(),
                panels: new Map(),
                chat: [],
                unread: 0,
            };
            this.sessions.set(number, session);
        }
        return session;
    }

    #open(told: {
        terminal: number;
        title: string;
        cwd: string | null;
        size: Size;
        session: number | null;
        blocks: BlockInfo[];
    }): void {
        this.terminals.set(told.terminal, {
            terminal: told.terminal,
            title: told.title,
            cwd: told.cwd ?? undefined,
            size: told.size,
            session: told.session ?? undefined,
            blocks: [...told.blocks],
        });
    }

    #attach(terminal: number, session: number): void {
        this.#change(terminal, { session });
    }

    #change(terminal: number, to: Partial<HostedTerminal>): void {
        const entry = this.terminals.get(terminal);
        if (entry) Object.assign(entry, to);
    }

    #block(terminal: number, block: BlockInfo): void {
        const blocks = this.terminals.get(terminal)?.blocks;
        if (!blocks) return;
        const at = blocks.findIndex((other) => other.block === block.block);
        if (at >= 0) blocks[at] = block;
        else blocks.push(block);
        if (blocks.length > MOST_BLOCKS) blocks.shift();
    }
}

function beginning(panel: PanelKind): PanelStatus {
    return { panel, state: { is: 'starting' }, entries: 0, left_out: 0 };
}

function seated(guest: GuestInfo, words: string[]): HostedGuest {
    return { ...guest, words, asks: false, typing: false };
}
