// States of a holder and of a seat, and what changes them.
import type { HostState, HostUpdate, Person, SeatState, SessionState } from '@jumpseat/native';

import { Hosting } from '../../src/model/hosting';
import { Joined } from '../../src/model/joined';

export const bo: Person = {
    slot: 1,
    name: 'Bo',
    program: 'cli/0.1',
    role: 'viewer',
    present: true,
    asks: false,
    words: ['a', 'b'],
};
export const session: SessionState = {
    session: 1,
    code: 'K7QM-3XTE',
    relay: 'wss://r',
    connection: { state: 'connected' },
    expires_at: 60_000,
    guests: { 1: bo },
    knocks: { 3: { knock: 3, name: 'Bo', invite: 'i', again: false } },
    invites: [],
    panels: {},
    typing: {},
    pointing: {},
    chat: {},
    skimming: [],
};

/** A holder's state with this session, in a copy of its own. */
export const held = (pid: number, one: SessionState = session): HostState =>
    structuredClone({ pid, terminals: {}, sessions: { 1: one } });

/** One place of a state is another now. */
let version = 0;
export const changed = (path: (string | number)[], value: unknown): Extract<HostUpdate, { type: 'state' }> => ({
    type: 'state',
    version: (version += 1),
    whole: path.length === 0,
    changes: [{ path: path.map(String), value }],
});
export const hosting = (state: HostState): Hosting => {
    const model = new Hosting();
    version = 0;
    model.begin(changed([], state));
    return model;
};
export const seatState: SeatState = {
    phase: { is: 'seated' },
    connection: { state: 'connected' },
    slot: 1,
    words: [],
    role: 'viewer',
    host: 'Ann',
    host_present: true,
    guests: { 1: bo },
    terminals: {},
    liveness: 'live',
    catching_up: [],
    typing: {},
    pointing: {},
    chat: {},
    panels: [],
    invites: {},
};
export const seated = (): Joined => {
    const model = new Joined('K7QM-3XTE');
    version = 0;
    model.apply(changed([], structuredClone(seatState)));
    return model;
};
