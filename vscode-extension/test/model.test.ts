// The state model in plain Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { badge, seatBadge } from '../src/model/badge';
import type { HostUpdate, SessionEvent, SessionState } from '@jumpseat/native';
import { FIRST_CHOICE, described, nextAdmission, remembered, terms, type Choice } from '../src/model/choice';
import { Flow, Ground } from '../src/model/flow';
import { Hosting } from '../src/model/hosting';
import { codeOf, pasted, tokenIn, tokenProblem } from '../src/model/invite';
import { Joined } from '../src/model/joined';
import { typed } from '../src/model/keys';
import { Placed } from '../src/model/placed';
import { ended, failure, hostEnded } from '../src/model/words';
import { bo, changed, held, hosting, seated, session } from './support/states';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
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
    // Answers to the program are left out by the native module.
    assert.equal(typed('x\x1b[?1;2cy\x1b[A').keys, 'x\x1b[?1;2cy\x1b[A');
});

test('guests come, ask, are let type and go; the badge says so', () => {
    const model = hosting(held(7, { ...session, guests: {} }));
    assert.equal(badge(new Hosting()), undefined);
    assert.equal(
        model.apply(said({ what: 'knocked', knock: 3, name: 'Bo', invite: 'i', again: false }))?.kind,
        'knocked',
    );
    model.apply(changed(['sessions', 1, 'guests', 1], structuredClone(bo)));
    assert.equal(model.apply(said({ what: 'joined', guest: bo, again: false }))?.kind, 'came');
    assert.deepEqual([badge(model)?.text, badge(model)?.warning], ['$(broadcast) 1', false]);
    model.apply(changed(['sessions', 1, 'guests', 1], { ...bo, asks: true }));
    assert.equal(model.apply(said({ what: 'control_asked', slot: 1 }))?.kind, 'asked');
    model.apply(changed(['sessions', 1, 'guests', 1], { ...bo, role: 'writer' }));
    assert.deepEqual([badge(model)?.text, badge(model)?.warning], ['$(broadcast) 1 $(edit)', true]);
    assert.match(badge(model)?.tooltip ?? '', /Bo \(can type\)/);
    model.apply(changed(['sessions', 1, 'guests', 1], null));
    assert.equal(model.apply(said({ what: 'left', slot: 1, name: 'Bo', reason: 'left' }))?.kind, 'went');
    assert.equal(badge(model)?.text, '$(broadcast) 0');
    model.apply(changed(['sessions', 1], null));
    assert.equal(model.apply(said({ what: 'ended', reason: 'expired' }))?.kind, 'ended');
    assert.equal(badge(model), undefined);
});

test('what others said is unread until it is looked at, and what was said before this window came is read', () => {
    const line = (slot: number, at: number): object => ({ slot, name: 'Bo', text: 'hi', at });
    const model = hosting(held(7, { ...session, chat: { 0: line(1, 5) } } as SessionState));
    const talk = (): ReturnType<Hosting['talk']> => model.talk(model.session(1) ?? assert.fail());
    assert.equal(talk().unread, 0);
    model.apply(changed(['sessions', 1, 'chat', 1], line(1, 6)));
    model.apply(changed(['sessions', 1, 'chat', 2], line(0, 7)));
    assert.deepEqual([talk().unread, talk().lines.length], [1, 3]);
    talk().read();
    assert.equal(talk().unread, 0);
});

test('what was kept of one holder answers nobody of another', () => {
    const model = hosting(held(7, { ...session, guests: { 1: { ...bo, asks: true } } }));
    const kept = model.session(1) ?? assert.fail();
    assert.ok(model.waits(kept, 3) && model.asks(kept, 1) && model.live(kept));
    model.apply(changed(['sessions', 1, 'knocks', 3], null));
    assert.equal(model.waits(kept, 3), false);
    // The same numbers, and somebody else behind them.
    model.end();
    model.begin({ ...changed([], held(8)), version: 1 });
    assert.deepEqual([model.waits(kept, 3), model.asks(kept, 1), model.live(kept)], [false, false, undefined]);
});

test('updates that are known do no harm, and one that does not follow is left out', () => {
    const model = hosting(held(7));
    const title = (now: number, guest: string): HostUpdate => ({
        type: 'state',
        version: now,
        whole: false,
        changes: [{ path: ['sessions', '1', 'guests', '1', 'name'], value: guest }],
    });
    model.apply(title(2, 'Cy'));
    model.begin({ ...changed([], held(7)), version: 4 });
    model.apply(title(3, 'old'));
    model.apply(title(6, 'lost'));
    assert.equal(model.session(1)?.guests[1]?.name, 'Bo');
    model.apply(title(5, 'Di'));
    assert.equal(model.session(1)?.guests[1]?.name, 'Di');
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

test('who points is told, unless it is oneself', () => {
    const model = hosting(held(7));
    const at = { terminal: 3, from: 10, to: 12 };
    model.apply(changed(['sessions', 1, 'pointing', 1], at));
    assert.equal(model.apply(said({ what: 'pointed', slot: 1, at }))?.kind, 'pointed');
    assert.deepEqual(model.session(1)?.pointing[1], at);
    const joined = seated();
    assert.equal(joined.apply({ type: 'pointed', slot: 0, at })?.kind, 'pointed');
    assert.equal(joined.apply({ type: 'pointed', slot: 1, at }), undefined);
});

test("the seat's badge says what one may do, and what has no room", () => {
    assert.match(seatBadge(new Joined('K7QM-3XTE'), undefined).label, /joining/);
    const joined = seated();
    const label = (): string => seatBadge(joined, undefined).label;
    assert.equal(seatBadge(joined, { columns: 0, rows: 0 }).label, 'Jumpseat: at Ann, read-only');
    assert.match(seatBadge(joined, { columns: 0, rows: 8 }).label, /8 rows have no room here/);
    joined.apply(changed(['connection'], { state: 'away', retry_in: 500, reason: 'gone' }));
    assert.equal(label(), 'Jumpseat: at Ann, read-only, reconnecting');
    joined.apply(changed(['connection'], { state: 'connected' }));
    assert.equal(label(), 'Jumpseat: at Ann, read-only');
    joined.apply(changed(['catching_up'], [1]));
    joined.apply(changed(['liveness'], 'delayed'));
    assert.equal(label(), 'Jumpseat: at Ann, read-only, catching up');
    joined.apply(changed(['liveness'], 'stalled'));
    assert.equal(label(), 'Jumpseat: at Ann, read-only, stalled');
    joined.apply(changed(['catching_up'], []));
    joined.apply(changed(['liveness'], 'live'));
    joined.apply(changed(['role'], 'writer'));
    assert.match(seatBadge(joined, undefined).text, /can type, host not looking$/);
});

test('a refusal is told once, until it could have changed', () => {
    const joined = seated();
    const refused = { type: 'input_refused', terminal: 1, why: 'host_away' } as const;
    assert.equal(joined.apply(refused)?.kind, 'refused');
    assert.equal(joined.apply(refused), undefined);
    joined.apply(changed(['host_present'], false));
    assert.equal(joined.apply(refused), undefined, 'nothing that lets keys through');
    for (const [key, value] of [
        ['looking', 1],
        ['catching_up', []],
        ['liveness', 'delayed'],
        ['role', 'writer'],
    ] as const) {
        joined.apply(changed([key], value));
        assert.equal(joined.apply(refused)?.kind, 'refused', key);
    }
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
    assert.equal(new Joined('K7QM-3XTE').apply({ type: 'invited', role: 'viewer' }), undefined);
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
