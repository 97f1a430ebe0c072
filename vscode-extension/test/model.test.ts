// The state model in plain Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { badge, seatBadge } from '../src/model/badge';
import type { GuestInfo, HostUpdate, SessionEvent } from '@jumpseat/native';
import { FIRST_CHOICE, described, nextAdmission, remembered, terms, type Choice } from '../src/model/choice';
import { Flow, Ground } from '../src/model/flow';
import { Hosting } from '../src/model/hosting';
import { codeOf, pasted, tokenIn, tokenProblem } from '../src/model/invite';
import { Joined } from '../src/model/joined';
import { typed, withoutAnswers } from '../src/model/keys';
import { Placed } from '../src/model/placed';
import { ended, failure, hostEnded } from '../src/model/words';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bo: GuestInfo = { slot: 1, name: 'Bo', program: 'cli/0.1', role: 'viewer', present: true, invite: null };
const said = (event: SessionEvent): HostUpdate => ({ type: 'session', session: 1, event });

test('a question is only put between two escape sequences', () => {
    const ground = new Ground();
    for (const [text, open] of [
        ['plain', false],
        ['a\x1b', true],
        ['[', true],
        ['31', true],
        ['m', false],
        ['\x1b]0;title', true],
        ['more', true],
        ['\x07', false],
        ['\x1bP1$r', true],
        ['0m\x1b\\', false],
        ['\x1b(', true],
        ['B', false],
        ['\x1b[1;2Hx', false],
    ] as const)
        assert.equal(!ground.feed(text), open, JSON.stringify(text));
});

test("credit is given for what the terminal has parsed, and the answers are told apart from the program's", () => {
    const flow = new Flow();
    const first = flow.write(bytes('hello'));
    assert.ok(first.startsWith('hello') && first.endsWith('\x1b[5n'));
    assert.equal(flow.write(bytes('x'.repeat(1000))).includes('\x1b[5n'), false);
    assert.equal(flow.answered(), 5);
    assert.equal(flow.settle(), '\x1b[5n');
    assert.equal(flow.write(bytes('\x1b[')).endsWith('['), true);
    assert.equal(flow.write(bytes('5n')), '5n');
    assert.equal(flow.answered(), 1000);
    assert.equal(flow.answered(), undefined, 'the program asked itself');
    assert.equal(flow.settle(), '\x1b[5n');
    assert.equal(flow.answered(), 4);
});

test('characters that are cut come out whole, and focus reports stay on', () => {
    const flow = new Flow();
    const euro = bytes('€');
    assert.equal(flow.write(euro.subarray(0, 1)).includes('\ufffd'), false);
    assert.ok(flow.write(euro.subarray(1)).startsWith('€'));
    assert.ok(flow.write(bytes('\x1b[?1004h')).startsWith('\x1b[?1004h') && flow.wantsFocus);
    assert.ok(flow.write(bytes('\x1b[?1004l')).includes('\x1b[?1004h') && !flow.wantsFocus);
});

test('what a terminal says by itself is not typing', () => {
    assert.deepEqual(typed('a\x1b[0nb\x1b[I'), { keys: 'ab', answers: 1, focus: true });
    assert.equal(typed('\x1b[O').focus, false);
    assert.equal(
        withoutAnswers('x\x1b[?1;2c\x1b[12;4R\x1b]11;rgb:00/00/00\x1b\\y\x1b[A\x1b[1;5C'),
        'xy\x1b[A\x1b[1;5C',
    );
});

test('guests come, ask, are let type and go; the badge says so', () => {
    const hosting = new Hosting();
    assert.equal(badge(hosting), undefined);
    hosting.apply(said({ what: 'opened', code: 'K7QM-3XTE', expires_in: 60 }), 0);
    assert.equal(hosting.sessions.get(1)?.expires, 60_000);
    assert.equal(
        hosting.apply(said({ what: 'knocked', knock: 3, name: 'Bo', invite: 'i', again: false }), 0)?.kind,
        'knocked',
    );
    hosting.apply(said({ what: 'knock_gone', knock: 3 }), 0);
    hosting.apply(said({ what: 'joined', guest: bo, words: ['a', 'b'], invite: 'i', again: false }), 0);
    assert.deepEqual([badge(hosting)?.text, badge(hosting)?.warning], ['$(broadcast) 1', false]);
    assert.deepEqual(hosting.sessions.get(1)?.knocks, [], 'whoever is in does not knock');
    assert.equal(hosting.apply(said({ what: 'control_asked', slot: 1 }), 0)?.kind, 'asked');
    assert.equal(hosting.sessions.get(1)?.guests.get(1)?.asks, true);
    hosting.apply(said({ what: 'role_changed', slot: 1, role: 'writer', by: 0 }), 0);
    assert.deepEqual([badge(hosting)?.text, badge(hosting)?.warning], ['$(broadcast) 1 $(edit)', true]);
    assert.match(badge(hosting)?.tooltip ?? '', /Bo \(can type\)/);
    hosting.apply(said({ what: 'chat', slot: 1, text: 'hi', at: 5 }), 0);
    assert.equal(hosting.sessions.get(1)?.unread, 1);
    hosting.apply(said({ what: 'left', slot: 1, name: 'Bo', reason: 'left' }), 0);
    assert.equal(badge(hosting)?.text, '$(broadcast) 0');
    assert.equal(hosting.apply(said({ what: 'ended', reason: 'expired' }), 0)?.kind, 'ended');
    assert.equal(badge(hosting), undefined);
});

test('a knock is answered by its number, not by a name that others have, too', () => {
    const hosting = new Hosting();
    for (const knock of [3, 4])
        hosting.apply(said({ what: 'knocked', knock, name: 'Bo', invite: 'i', again: false }), 0);
    // The second one is let in by another window.
    hosting.apply(said({ what: 'knock_gone', knock: 4 }), 0);
    hosting.apply(said({ what: 'joined', guest: bo, words: [], invite: 'i', again: false }), 0);
    assert.deepEqual(
        hosting.sessions.get(1)?.knocks.map(({ knock }) => knock),
        [3],
        'the first one still waits',
    );
});

test('what was kept of one holder answers nobody of another', () => {
    const session = {
        session: 1,
        code: 'K7QM-3XTE',
        relay: 'wss://r',
        connection: { state: 'connected' } as const,
        expires_in: 60,
        terminals: [],
        guests: [bo],
        knocks: [{ knock: 1, name: 'Bo', invite: 'i', again: false }],
        invites: [],
        panels: [],
    };
    const hosting = new Hosting();
    hosting.load({ pid: 7, terminals: [], sessions: [session] }, 0);
    hosting.apply(said({ what: 'control_asked', slot: 1 }), 0);
    const kept = hosting.sessions.get(1);
    assert.ok(kept && hosting.waits(kept, 1) && hosting.asks(kept, 1) && hosting.live(kept));
    hosting.apply(said({ what: 'knock_gone', knock: 1 }), 0);
    assert.equal(hosting.waits(kept, 1), false);
    // The same numbers, and somebody else behind them.
    hosting.load({ pid: 8, terminals: [], sessions: [session] }, 0);
    hosting.apply(said({ what: 'control_asked', slot: 1 }), 0);
    assert.deepEqual([hosting.waits(kept, 1), hosting.asks(kept, 1), hosting.live(kept)], [false, false, undefined]);
});

test('a row that has just come or moved takes no press', () => {
    const placed = new Placed();
    placed.show(['a', 'b'], 0);
    assert.deepEqual([placed.settled('a', 499), placed.settled('a', 500)], [false, true]);
    placed.show(['new', 'a', 'b'], 1000);
    placed.show(['new', 'a', 'b'], 1200);
    assert.deepEqual(
        [placed.settled('a', 1499), placed.settled('a', 1500), placed.settled('gone', 1500)],
        [false, true, false],
    );
});

test('a host says no to what was asked for, and to nothing else', () => {
    const joined = new Joined('K7QM-3XTE');
    const no = { type: 'not_allowed', what: 'removing that guest' } as const;
    assert.deepEqual([joined.apply({ type: 'declined' }), joined.apply(no)], [undefined, undefined], 'unasked');
    joined.asks('ask_control');
    assert.equal(joined.apply({ type: 'declined' })?.kind, 'declined');
    assert.equal(joined.apply({ type: 'declined' }), undefined, 'twice');
    for (let i = 0; i < 100; i += 1) joined.asks('remove');
    const shown = Array.from({ length: 100 }, () => joined.apply(no)).filter(Boolean);
    assert.equal(shown.length, 8);
});

test('a window that comes back knows its guests, their words, and a relay that is back', () => {
    const before = new Hosting();
    before.pid = 7;
    before.apply(said({ what: 'joined', guest: bo, words: ['a', 'b'], invite: 'i', again: false }), 0);
    const session = {
        session: 1,
        code: 'K7QM-3XTE',
        relay: 'wss://r',
        connection: { state: 'away', retry_in: 5, reason: 'gone' } as const,
        expires_in: 60,
        terminals: [],
        guests: [bo],
        knocks: [],
        invites: [],
        panels: [],
    };
    const after = new Hosting();
    after.load({ pid: 7, terminals: [], sessions: [session] }, 1000, { pid: 7, words: before.words });
    assert.deepEqual(after.sessions.get(1)?.guests.get(1)?.words, ['a', 'b']);
    assert.equal(after.sessions.get(1)?.expires, 61_000);
    after.apply(said({ what: 'opened', code: 'K7QM-3XTE', expires_in: 60 }), 0);
    assert.equal(after.sessions.get(1)?.connection.state, 'connected');
    after.load({ pid: 8, terminals: [], sessions: [session] }, 0, { pid: 7, words: before.words });
    assert.deepEqual(after.sessions.get(1)?.guests.get(1)?.words, [], "another holder's guest");
});

test('who points is known until they stop or go', () => {
    const hosting = new Hosting();
    hosting.apply(said({ what: 'joined', guest: bo, words: [], invite: 'i', again: false }), 0);
    const at = { terminal: 3, from: 10, to: 12 };
    assert.equal(hosting.apply(said({ what: 'pointing', slot: 1, at }), 0)?.kind, 'pointed');
    assert.deepEqual(hosting.sessions.get(1)?.pointing.get(1), at);
    assert.equal(hosting.apply(said({ what: 'pointing', slot: 1, at: null }), 0), undefined);
    assert.equal(hosting.sessions.get(1)?.pointing.size, 0);
    const joined = new Joined('K7QM-3XTE');
    joined.apply({ type: 'roster', host: 'Ann', guests: [bo] });
    assert.equal(joined.apply({ type: 'pointing', slot: 1, at: { stream: 1, from: 1, to: 1 } })?.kind, 'pointed');
    joined.apply({ type: 'roster', host: 'Ann', guests: [] });
    assert.equal(joined.pointing.size, 0);
});

test("the seat's badge says what one may do, and what has no room", () => {
    const joined = new Joined('K7QM-3XTE');
    assert.match(seatBadge(joined, undefined).label, /joining/);
    joined.apply({ type: 'joined', slot: 1, words: [] });
    joined.apply({ type: 'roster', host: 'Ann', guests: [bo] });
    assert.equal(seatBadge(joined, { columns: 0, rows: 0 }).label, 'Jumpseat: at Ann, read-only');
    assert.match(seatBadge(joined, { columns: 0, rows: 8 }).label, /8 rows have no room here/);
    joined.apply({ type: 'connection', state: 'away', retry_in: 500, reason: 'gone' });
    assert.equal(seatBadge(joined, undefined).label, 'Jumpseat: at Ann, read-only, reconnecting');
    joined.apply({ type: 'connection', state: 'connected' });
    assert.equal(seatBadge(joined, undefined).label, 'Jumpseat: at Ann, read-only');
    joined.apply({ type: 'catching_up', streams: [1] });
    assert.equal(seatBadge(joined, undefined).label, 'Jumpseat: at Ann, read-only, catching up');
    joined.apply({ type: 'lag', lag: 'delayed' });
    assert.equal(seatBadge(joined, undefined).label, 'Jumpseat: at Ann, read-only, catching up');
    joined.apply({ type: 'lag', lag: 'stalled' });
    assert.equal(seatBadge(joined, undefined).label, 'Jumpseat: at Ann, read-only, stalled');
    joined.apply({ type: 'catching_up', streams: [] });
    joined.apply({ type: 'lag', lag: 'live' });
    joined.apply({ type: 'role_changed', role: 'writer' });
    assert.match(seatBadge(joined, undefined).text, /can type, host not looking$/);
});

test('a refusal is told once, until it could have changed', () => {
    const joined = new Joined('K7QM-3XTE');
    const refused = { type: 'input_refused', stream: 1, why: 'host_away' } as const;
    assert.equal(joined.apply(refused)?.kind, 'refused');
    assert.equal(joined.apply(refused), undefined);
    joined.apply({ type: 'looking', stream: 1 });
    joined.apply({ type: 'looking', stream: null });
    assert.equal(joined.apply(refused)?.kind, 'refused');
    const behind = { type: 'input_refused', stream: 1, why: 'behind' } as const;
    assert.equal(joined.apply(behind)?.kind, 'refused');
    joined.apply({ type: 'catching_up', streams: [] });
    assert.equal(joined.apply(behind)?.kind, 'refused');
});

test('codes and links are told apart, and nothing else passes', () => {
    const good = (): undefined => undefined;
    const refused = (): string => 'Not an invite link: it is cut off.';
    const TOKEN = `jst1_${'A'.repeat(62)}-_`;
    for (const [before, after] of [
        ['', ''],
        ['<', '>'],
        ['', '.'],
        ['(', '),'],
        ['“', '”'],
        ['`', '`'],
    ] as const) {
        const sent = (text: string): string => `${before}${text}${after}`;
        assert.deepEqual(pasted(sent('k7qm 3xte'), refused), { is: 'code', code: 'K7QM-3XTE' });
        assert.deepEqual(pasted(sent('OIL0-0000'), refused), { is: 'code', code: '0110-0000' });
        const link = sent(`https://r.example/j#K7QM-3XTE.${TOKEN}`);
        // The native module reads it, in whatever it was sent.
        assert.deepEqual(pasted(link, good), { is: 'link', link });
        assert.equal(codeOf(link), 'K7QM-3XTE');
        assert.deepEqual(pasted(link, refused), { is: 'nothing', why: refused() });
        assert.equal(tokenProblem(sent(TOKEN)), undefined);
        assert.equal(tokenIn(sent(TOKEN)), TOKEN);
    }
    assert.deepEqual(
        pasted('https://r.example/j', refused),
        { is: 'nothing', why: refused() },
        'without what follows the #',
    );
    assert.equal(pasted('hello', good).is, 'nothing');
    assert.ok(tokenProblem('jst1_short'));
    assert.ok(!tokenProblem('jst1_canary')?.includes('canary'));
});

test('what opens an invite wide is never remembered', () => {
    const wide: Choice = { ...FIRST_CHOICE, role: 'writer', admission: 'open', expires: null };
    assert.deepEqual(remembered(wide), { ...FIRST_CHOICE, role: 'writer' });
    assert.equal(remembered({ admission: 'ask' }).admission, 'ask');
    // As it was kept by an older version, which had no other default.
    assert.equal(remembered({ role: 'viewer', admission: 'open' }).admission, 'first');
    assert.deepEqual(terms(FIRST_CHOICE), { role: 'viewer', admission: 'first', expires_in: 3600 });
    let admission = FIRST_CHOICE.admission;
    const seen = [0, 1, 2].map(() => (admission = nextAdmission(admission)));
    assert.deepEqual(seen, ['ask', 'open', 'first']);
    assert.match(described(terms(FIRST_CHOICE), 0), /the first comes straight in/);
    assert.match(described(terms(FIRST_CHOICE), 1), /asked about everyone/);
});

test('an invite that nobody asked for reaches nobody', () => {
    assert.equal(
        new Joined('K7QM-3XTE').apply({ type: 'invited', code: 'K7QM-3XTE', token: 'jst1_x', role: 'viewer' }),
        undefined,
    );
});

test('ends and failures are plain sentences with the action that helps', () => {
    assert.equal(ended('removed'), 'Session ended: the host removed you.');
    assert.deepEqual(failure({ kind: 'no_session', message: 'the relay knows no session', hint: 'check the code' }), {
        text: 'The relay knows no session. Check the code.',
        button: 'Try Again',
        remedy: 'again',
    });
    assert.equal(failure({ kind: 'bug', message: 'x' }).remedy, 'log');
    for (const named of ['localhost does not answer.', 'relay.example says no.', '/ca.pem: nothing is in it.']) {
        assert.equal(failure({ kind: 'bug', message: named }).text, named, 'names stay as they are');
    }
    assert.equal(failure({ kind: 'protocol', message: 'x' }).remedy, 'update');
    assert.equal(hostEnded('stopped'), undefined, 'whoever stopped knows it');
    assert.match(hostEnded('expired') ?? '', /24 hours/);
});
