// A seat at somebody else's session, as its guest sees it.
import type { Connection, EndReason, Failure, GuestEvent, GuestInfo, InputRefusal, Role, TerminalCard } from './face';
import type { ChatLine } from './hosting';

export type Phase =
    | { is: 'knocking' }
    | { is: 'waiting' }
    | { is: 'seated' }
    | { is: 'failed'; failure: Failure }
    | { is: 'ended'; reason: EndReason };

/** What the guest has to hear of. */
export type GuestNotice =
    | { kind: 'seated' }
    | { kind: 'failed'; failure: Failure }
    | { kind: 'ended'; reason: EndReason }
    | { kind: 'refused'; stream: number; why: InputRefusal }
    | { kind: 'role'; role: Role }
    | { kind: 'declined' };

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
    typing = new Map<number, number>();
    chat: ChatLine[] = [];
    unread = 0;
    /** Said once for each reason, until it could have changed. */
    #refused = new Set<string>();

    constructor(readonly code: string) {}

    get over(): boolean {
        return this.phase.is === 'failed' || this.phase.is === 'ended';
    }

    nameOf(slot: number): string {
        if (slot === 0) return this.host || 'Host';
        return this.guests.find((guest) => guest.slot === slot)?.name ?? 'Guest';
    }

    apply(event: GuestEvent): GuestNotice | undefined {
        switch (event.type) {
            case 'connection': this.connection = event; break;
            case 'waiting': this.phase = { is: 'waiting' }; break;
            case 'joined':
                this.phase = { is: 'seated' };
                this.slot = event.slot;
                this.words = event.words;
                return { kind: 'seated' };
            case 'roster':
                this.host = event.host;
                this.guests = event.guests;
                this.role = event.guests.find((guest) => guest.slot === this.slot)?.role ?? this.role;
                break;
            case 'terminals': this.terminals = event.terminals; break;
            case 'looking': this.looking = event.stream ?? undefined; this.#refused.clear(); break;
            case 'role_changed':
                this.role = event.role;
                this.asking = false;
                this.#refused.clear();
                return { kind: 'role', role: event.role };
            case 'asking': if (event.slot === this.slot) this.asking = event.on; break;
            case 'declined': this.asking = false; return { kind: 'declined' };
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
                this.chat.push({ slot: event.slot, name: event.slot === this.slot ? 'You' : this.nameOf(event.slot), text: event.text, at: event.at });
                if (event.slot !== this.slot) this.unread += 1;
                break;
            case 'lag': this.lag = event.lag; break;
            case 'failed':
                this.phase = { is: 'failed', failure: event };
                return { kind: 'failed', failure: event };
            case 'ended':
                this.phase = { is: 'ended', reason: event.reason };
                return { kind: 'ended', reason: event.reason };
            default: break;
        }
        return undefined;
    }
}
