// A seat at somebody else's session, as its guest sees it.
import type {
    Connection,
    EndReason,
    Failure,
    GuestCommand,
    GuestInfo,
    GuestPointAt,
    GuestUpdate,
    InputRefusal,
    Role,
    TerminalCard,
} from '@jumpseat/native';

import type { Fault } from './client';
import { SharedPanels } from './panels/shared';
import { said, type ChatLine } from './talks';

export type Phase =
    | { is: 'knocking' }
    | { is: 'waiting' }
    | { is: 'seated' }
    | { is: 'failed'; failure: Failure }
    | { is: 'ended'; reason: EndReason };

/** What the guest has to hear of. */
export type GuestNotice =
    | { kind: 'seated' }
    | { kind: 'named' }
    | { kind: 'waiting' }
    | { kind: 'away'; reason: string }
    | { kind: 'not_allowed'; what: string }
    | { kind: 'failed'; failure: Failure }
    | { kind: 'ended'; reason: EndReason; failure: Fault | undefined }
    | { kind: 'pointed'; slot: number; at: GuestPointAt }
    | { kind: 'refused'; stream: number; why: InputRefusal }
    | { kind: 'role'; role: Role }
    | { kind: 'declined' };

/** Most requests that wait for a no; a yes is no message. */
const MOST_REQUESTS = 8;

export class Joined {
    phase: Phase = { is: 'knocking' };
    connection: Connection = { state: 'connecting' };
    slot = 0;
    words: string[] = [];
    host = '';
    guests: GuestInfo[] = [];
    terminals: TerminalCard[] = [];
    looking: number | undefined;
    role: Role = 'viewer';
    asking = false;
    lag: 'live' | 'delayed' | 'stalled' = 'live';
    /** The terminals that miss something: no key goes there meanwhile. */
    catchingUp: number[] = [];
    typing = new Map<number, number>();
    /** Who points at what; 0 is the host. */
    pointing = new Map<number, GuestPointAt>();
    readonly panels = new SharedPanels();
    chat: ChatLine[] = [];
    unread = 0;
    /** What the host may say no to: to nothing else is a no shown. */
    readonly #requests = { keyboard: false, others: 0 };
    /** Said once for each reason, until it could have changed. */
    #refused = new Set<string>();

    constructor(readonly code: string) {}

    /** How far the pictures are behind, in a word; nothing if they are not. */
    get behind(): string | undefined {
        if (this.lag === 'stalled') return 'stalled';
        if (this.catchingUp.length > 0) return 'catching up';
        return this.lag === 'live' ? undefined : this.lag;
    }

    get over(): boolean {
        return this.phase.is === 'failed' || this.phase.is === 'ended';
    }

    nameOf(slot: number): string {
        if (slot === 0) return this.host || 'Host';
        if (slot === this.slot) return 'You';
        return this.guests.find((guest) => guest.slot === slot)?.name ?? 'Guest';
    }

    /** The host is about to be asked for something. */
    asks(command: GuestCommand['type']): void {
        if (command === 'ask_control') this.#requests.keyboard = true;
        else this.#requests.others = Math.min(this.#requests.others + 1, MOST_REQUESTS);
    }

    apply(event: GuestUpdate): GuestNotice | undefined {
        switch (event.type) {
            case 'connection':
                this.connection = event;
                return event.state === 'away' ? { kind: 'away', reason: event.reason } : undefined;
            case 'waiting':
                this.phase = { is: 'waiting' };
                return { kind: 'waiting' };
            case 'joined':
                this.phase = { is: 'seated' };
                this.slot = event.slot;
                this.words = event.words;
                return { kind: 'seated' };
            case 'roster': {
                const named = this.host === '' && event.host !== '';
                this.host = event.host;
                this.guests = event.guests;
                for (const slot of this.pointing.keys()) {
                    if (slot !== 0 && !event.guests.some((guest) => guest.slot === slot)) this.pointing.delete(slot);
                }
                this.role = event.guests.find((guest) => guest.slot === this.slot)?.role ?? this.role;
                return named ? { kind: 'named' } : undefined;
            }
            case 'terminals':
                this.terminals = event.terminals;
                break;
            case 'looking':
                this.looking = event.stream ?? undefined;
                this.#refused.clear();
                break;
            case 'role_changed':
                this.role = event.role;
                this.asking = false;
                this.#refused.clear();
                return { kind: 'role', role: event.role };
            case 'asking':
                if (event.slot === this.slot) this.asking = event.on;
                break;
            case 'declined':
                this.asking = false;
                if (!this.#requests.keyboard) break;
                this.#requests.keyboard = false;
                return { kind: 'declined' };
            case 'input_refused': {
                const key = `${event.stream} ${event.why}`;
                if (this.#refused.has(key)) break;
                this.#refused.add(key);
                return { kind: 'refused', stream: event.stream, why: event.why };
            }
            case 'typing':
                if (event.on) this.typing.set(event.slot, event.stream);
                else this.typing.delete(event.slot);
                break;
            case 'chat':
                said(
                    this,
                    { slot: event.slot, name: this.nameOf(event.slot), text: event.text, at: event.at },
                    event.slot === this.slot,
                );
                break;
            case 'pointing':
                if (!event.at) this.pointing.delete(event.slot);
                else this.pointing.set(event.slot, event.at);
                return event.at && event.slot !== this.slot
                    ? { kind: 'pointed', slot: event.slot, at: event.at }
                    : undefined;
            // Nothing here asks for an invite: what a host hands out unasked reaches no clipboard.
            case 'invited':
                break;
            case 'not_allowed':
                if (this.#requests.others === 0) break;
                this.#requests.others -= 1;
                return { kind: 'not_allowed', what: event.what };
            case 'lag':
                this.lag = event.lag;
                this.#refused.clear();
                break;
            case 'catching_up':
                this.catchingUp = event.streams;
                this.#refused.clear();
                break;
            case 'failed':
                this.phase = { is: 'failed', failure: event };
                return { kind: 'failed', failure: event };
            case 'ended':
                this.phase = { is: 'ended', reason: event.reason };
                return { kind: 'ended', reason: event.reason, failure: event.failure };
            default:
                this.panels.apply(event);
                break;
        }
        return undefined;
    }
}
