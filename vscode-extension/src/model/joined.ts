// A seat at somebody else's session, as its guest sees it.
import type {
    ConnectionState,
    EndReason,
    ApiError,
    GuestCommand,
    GuestUpdate,
    InputRefusal,
    Liveness,
    Person,
    Phase,
    PointAt,
    Role,
    SeatState,
    SharedTerminal,
} from '@jumpseat/native';

import type { Fault } from './client';
import { SharedPanels } from './panels/shared';
import { Replica } from './replica';
import { Unread, type Talk } from './talks';

/** What the guest has to hear of. */
export type GuestNotice =
    | { kind: 'seated' }
    | { kind: 'named' }
    | { kind: 'away'; reason: string }
    | { kind: 'not_allowed'; what: string }
    | { kind: 'failed'; failure: ApiError }
    | { kind: 'ended'; reason: EndReason; failure: Fault | undefined }
    | { kind: 'pointed'; slot: number; at: PointAt }
    | { kind: 'refused'; terminal: number; why: InputRefusal }
    | { kind: 'role'; role: Role }
    | { kind: 'declined' };

/** Most requests that wait for a no; a yes is no message. */
const MOST_REQUESTS = 8;

const nothing = (): SeatState => ({
    phase: { is: 'knocking' },
    connection: { state: 'connecting' },
    slot: 0,
    words: [],
    role: 'viewer',
    host: '',
    host_present: true,
    guests: {},
    terminals: {},
    liveness: 'live',
    catching_up: [],
    typing: {},
    pointing: {},
    chat: {},
    panels: [],
    invites: {},
});

export class Joined {
    readonly #copy = new Replica(nothing());
    readonly #unread = new Unread();
    readonly panels = new SharedPanels();
    /** What the host may say no to: to nothing else is a no shown. */
    readonly #requests = { keyboard: false, others: 0 };
    /** Said once for each reason, until it could have changed. */
    #refused = new Set<string>();

    constructor(readonly code: string) {}

    get phase(): Phase {
        return this.#copy.state.phase;
    }

    get connection(): ConnectionState {
        return this.#copy.state.connection;
    }

    get slot(): number {
        return this.#copy.state.slot;
    }

    get words(): string[] {
        return this.#copy.state.words;
    }

    get role(): Role {
        return this.#copy.state.role;
    }

    get host(): string {
        return this.#copy.state.host;
    }

    get guests(): Person[] {
        return Object.values(this.#copy.state.guests);
    }

    get terminals(): SharedTerminal[] {
        return Object.values(this.#copy.state.terminals);
    }

    terminal(number: number): SharedTerminal | undefined {
        return this.#copy.state.terminals[number];
    }

    get looking(): number | undefined {
        return this.#copy.state.looking;
    }

    get liveness(): Liveness {
        return this.#copy.state.liveness;
    }

    /** Whether this guest waits to be let type. */
    get asking(): boolean {
        return this.#copy.state.guests[this.slot]?.asks ?? false;
    }

    types(slot: number): boolean {
        return this.#copy.state.typing[slot] !== undefined;
    }

    /** At what somebody points; 0 is the host. */
    pointing(slot: number): PointAt | undefined {
        return this.#copy.state.pointing[slot];
    }

    get talk(): Talk {
        return this.#unread.talk('', this.#copy.state.chat, this.slot);
    }

    /** How far the pictures are behind, in a word; nothing if they are not. */
    get behind(): string | undefined {
        if (this.liveness === 'stalled') return 'stalled';
        if (this.#copy.state.catching_up.length > 0) return 'catching up';
        return this.liveness === 'live' ? undefined : this.liveness;
    }

    get over(): boolean {
        return this.phase.is === 'failed' || this.phase.is === 'ended';
    }

    nameOf(slot: number): string {
        if (slot === 0) return this.host || 'Host';
        if (slot === this.slot) return 'You';
        return this.#copy.state.guests[slot]?.name ?? 'Guest';
    }

    /** The host is about to be asked for something. */
    asks(command: GuestCommand['type']): void {
        if (command === 'ask_control') this.#requests.keyboard = true;
        else this.#requests.others = Math.min(this.#requests.others + 1, MOST_REQUESTS);
    }

    apply(event: GuestUpdate): GuestNotice | undefined {
        switch (event.type) {
            case 'state':
                return this.#stands(event);
            case 'away':
                return { kind: 'away', reason: event.reason };
            case 'joined':
                return { kind: 'seated' };
            case 'role_changed':
                return { kind: 'role', role: event.role };
            case 'declined':
                if (!this.#requests.keyboard) return undefined;
                this.#requests.keyboard = false;
                return { kind: 'declined' };
            case 'input_refused': {
                const key = `${event.terminal} ${event.why}`;
                if (this.#refused.has(key)) return undefined;
                this.#refused.add(key);
                return { kind: 'refused', terminal: event.terminal, why: event.why };
            }
            case 'pointed':
                return event.slot === this.slot ? undefined : { kind: 'pointed', slot: event.slot, at: event.at };
            case 'not_allowed':
                if (this.#requests.others === 0) return undefined;
                this.#requests.others -= 1;
                return { kind: 'not_allowed', what: event.what };
            case 'failed':
                return { kind: 'failed', failure: event };
            case 'ended':
                return { kind: 'ended', reason: event.reason, failure: event.failure };
            // Nothing here asks for an invite: what a host hands out unasked reaches no clipboard.
            default:
                this.panels.apply(event);
                return undefined;
        }
    }

    #stands(update: Extract<GuestUpdate, { type: 'state' }>): GuestNotice | undefined {
        const named = this.host !== '';
        this.#copy.apply(update);
        const { panels } = this.#copy.state;
        if (has(update, 'panels')) this.panels.share(panels);
        if (UNREFUSED.some((key) => has(update, key))) this.#refused.clear();
        return !named && this.host !== '' ? { kind: 'named' } : undefined;
    }
}

/** What may let keys through that were refused before. */
const UNREFUSED = ['looking', 'role', 'liveness', 'catching_up'];

function has(update: Extract<GuestUpdate, { type: 'state' }>, key: string): boolean {
    return update.changes.some(({ path }) => path.length === 0 || path[0] === key);
}
