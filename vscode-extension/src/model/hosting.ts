// What this person hosts, as the holder tells it: its state, what there is to hear of, and what was read of the chat.
import type {
    EndReason,
    HostState,
    HostUpdate,
    Knock,
    Person,
    PointAt,
    SessionEvent,
    SessionState,
    StateUpdate,
    TerminalState,
} from '@jumpseat/native';

import type { Fault } from './client';
import { Replica } from './replica';
import { Unread, type Talk } from './talks';

export interface HostedSession extends SessionState {
    /** The process that holds it: in another one the same number is another session. */
    holder: number;
}

/** What a person has to hear of, beyond what the views show. */
export type Notice =
    | { kind: 'came' | 'went'; session: HostedSession; guest: string; reason: EndReason | undefined; again: boolean }
    | { kind: 'away'; session: HostedSession; reason: string }
    | { kind: 'refused'; session: HostedSession; name: string; why: string; again: boolean }
    | { kind: 'knocked'; session: HostedSession; knock: Knock }
    | { kind: 'asked'; session: HostedSession; guest: Person }
    | { kind: 'pointed'; session: HostedSession; guest: Person; at: PointAt }
    | { kind: 'ended'; reason: EndReason; failure: Fault | undefined };

const nothing = (): HostState => ({ pid: 0, terminals: {}, sessions: {} });

export class Hosting {
    readonly #copy = new Replica(nothing());
    readonly #unread = new Unread();

    /** The holder's process: numbers mean nothing to another one. */
    get pid(): number | undefined {
        return this.#copy.state.pid || undefined;
    }

    get terminals(): TerminalState[] {
        return Object.values(this.#copy.state.terminals);
    }

    terminal(number: number | undefined): TerminalState | undefined {
        return number === undefined ? undefined : this.#copy.state.terminals[number];
    }

    get sessions(): HostedSession[] {
        return Object.values(this.#copy.state.sessions).map((session) => this.#held(session));
    }

    session(number: number | undefined): HostedSession | undefined {
        const session = number === undefined ? undefined : this.#copy.state.sessions[number];
        return session && this.#held(session);
    }

    #held(session: SessionState): HostedSession {
        return Object.assign(session, { holder: this.#copy.state.pid });
    }

    /** Everything that stands, as it was asked for. */
    begin(whole: StateUpdate): void {
        const known = this.pid !== undefined;
        this.#copy.apply(whole);
        // What was said before this window came was read elsewhere.
        if (!known) this.sessions.forEach((session) => this.talk(session).read());
    }

    /** A session that a view or a notification has kept, if it is still the one behind its number. */
    live(kept: HostedSession): HostedSession | undefined {
        return kept.holder === this.pid ? this.session(kept.session) : undefined;
    }

    /** Whether this knock still waits for an answer. */
    waits(kept: HostedSession, knock: number): boolean {
        return this.live(kept)?.knocks[knock] !== undefined;
    }

    /** Whether this guest still waits to be let type. */
    asks(kept: HostedSession, slot: number): boolean {
        return this.live(kept)?.guests[slot]?.asks ?? false;
    }

    terminalsOf(session: number): TerminalState[] {
        return this.terminals.filter((terminal) => terminal.session === session);
    }

    talk(session: HostedSession): Talk {
        return this.#unread.talk(`${session.holder} ${session.session}`, session.chat, 0);
    }

    /** The holder is gone, with all that it held. */
    end(): void {
        this.#copy.end(nothing());
    }

    /** Takes an event; says what a person has to hear of. */
    apply(event: HostUpdate): Notice | undefined {
        if (event.type === 'state') this.#copy.apply(event);
        return event.type === 'session' ? this.#happened(event.session, event.event) : undefined;
    }

    #happened(number: number, event: SessionEvent): Notice | undefined {
        if (event.what === 'ended') return { kind: 'ended', reason: event.reason, failure: event.failure };
        const session = this.session(number);
        if (!session) return undefined;
        switch (event.what) {
            case 'away':
                return { kind: 'away', session, reason: event.reason };
            case 'knocked':
                return { kind: 'knocked', session, knock: event };
            case 'knock_refused':
                return event.denied
                    ? undefined
                    : { kind: 'refused', session, name: event.name, why: event.why, again: event.again };
            case 'joined': {
                const invite = session.invites.find(({ id }) => id === event.guest.invite);
                // Where the host was asked, it has read that already.
                const again = event.again && (!invite || invite.terms.admission === 'open');
                return { kind: 'came', session, guest: event.guest.name, reason: undefined, again };
            }
            case 'left':
                return { kind: 'went', session, guest: event.name, reason: event.reason, again: false };
            case 'control_asked': {
                const guest = session.guests[event.slot];
                return guest && { kind: 'asked', session, guest };
            }
            case 'pointed': {
                const guest = session.guests[event.slot];
                return guest && { kind: 'pointed', session, guest, at: event.at };
            }
            default:
                return undefined;
        }
    }
}
