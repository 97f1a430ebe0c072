// Lists that views show: conversations, sessions joined lately, lines that are pointed at.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Columns } from '@jumpseat/native';

import { find, linesOf, scrolls, shown, upTo } from '../src/model/pointing';
import { ago, open, remembered, without, type Recent } from '../src/model/recent';
import { Unread, chosenTalk, type Titled } from '../src/model/talks';
import { BEAT, Watch } from '../src/model/windows';

const entry = (code: string, at = 0): Recent => ({ code, relay: 'wss://r', host: 'Ann', at });

test('what a window showed is left behind once it has been silent for long, and not because the machine slept', () => {
    const watch = new Watch('here');
    const there = { pid: 7, terminals: [1, 2], at: 0 };
    const looks = (at: number, windows = { there }) => watch.look(windows, 7, [3], at);
    assert.deepEqual(looks(BEAT), { windows: { there, here: { pid: 7, terminals: [3], at: BEAT } }, left: [] });
    assert.deepEqual(looks(100 * BEAT).left, [], 'it may be about to speak');
    assert.deepEqual(looks(101 * BEAT, { there: { ...there, at: 100 * BEAT } }).left, [], 'and did');
    assert.deepEqual(looks(105 * BEAT, { there: { ...there, at: 100 * BEAT } }).left, []);
    const over = looks(106 * BEAT, { there: { ...there, at: 100 * BEAT } });
    assert.deepEqual([Object.keys(over.windows), over.left.map(({ terminals }) => terminals)], [['here'], [[1, 2]]]);
    assert.deepEqual(watch.look({}, undefined, [], 0), { windows: {}, left: [] });
});

test('a conversation is the one that was picked, that of the terminal in front, or the liveliest', () => {
    const talk = (key: string, ...times: number[]): Titled => {
        const chat = Object.fromEntries(times.map((at, line) => [line, { slot: 1, name: 'Bo', text: 'hi', at }]));
        return { key, title: key, talk: new Unread().talk(key, chat, 0) };
    };
    const talks = [talk('a', 5), talk('b', 9), talk('c')];
    assert.equal(chosenTalk(talks, undefined, undefined)?.key, 'b');
    assert.equal(chosenTalk(talks, undefined, 'c')?.key, 'c');
    assert.equal(chosenTalk(talks, 'a', 'c')?.key, 'a');
    assert.equal(chosenTalk(talks, 'gone', undefined)?.key, 'b');
    assert.equal(chosenTalk([], 'a', 'a'), undefined);
    assert.deepEqual(
        talks.map(({ talk: { unread } }) => unread),
        [1, 1, 0],
    );
});

test("one's own words are read, and others' are once they were looked at", () => {
    const unread = new Unread();
    const line = (slot: number) => ({ slot, name: 'Bo', text: 'hi', at: 0 });
    const chat: Record<number, ReturnType<typeof line>> = { 7: line(0), 8: line(1), 9: line(1) };
    const count = (key: string): number => unread.talk(key, chat, 0).unread;
    assert.deepEqual([count('a'), count('b')], [2, 2]);
    unread.talk('a', chat, 0).read();
    chat[10] = line(1);
    assert.deepEqual([count('a'), count('b')], [1, 3]);
});

test('sessions joined lately are few, of today, and known by code and relay', () => {
    let list: Recent[] = [];
    for (let i = 0; i < 10; i += 1) list = remembered(list, entry(`C${i}`, i));
    assert.deepEqual([list.length, list[0]?.code], [8, 'C9']);
    list = remembered(list, entry('C5', 99));
    assert.deepEqual([list.length, list[0]?.at], [8, 99]);
    assert.equal(without(list, 'C5', 'wss://r').length, 7);
    assert.equal(without(list, 'C5', 'wss://other').length, 8);
    assert.deepEqual(
        open([entry('old', 0), entry('new', 86_399_999)], 86_400_000).map(({ code }) => code),
        ['new'],
    );
    assert.deepEqual([ago(0, 10_000), ago(0, 120_000), ago(0, 7_200_000)], ['just now', '2 min ago', '2 h ago']);
    assert.equal(JSON.stringify(list).includes('jst1_'), false);
});

test('a selection is found by its text, at its lowest place', () => {
    const lines = linesOf(
        JSON.stringify({
            first: 100,
            lines: ['$ make', 'error: one', '  at a.c', '$ make', 'error: one', '  at b.c', ''],
        }),
    );
    const columns = (first: number, last: number): Columns => ({ first, last, reversed: false });
    assert.deepEqual(find(lines, 'error'), { from: 104, to: 104, columns: columns(0, 4) });
    assert.deepEqual(find(lines, 'one\n  at a.c\r\n'), { from: 101, to: 102, columns: columns(7, 7) });
    assert.deepEqual(find(lines, 'make\nerror: one\n  at'), { from: 103, to: 105, columns: columns(2, 3) });
    assert.equal(find(lines, 'make\nerror: two'), undefined);
    assert.equal(find(lines, ' \n'), undefined);
    assert.equal(shown(lines, { from: 102, to: 103 }), 'at a.c');
    assert.equal(shown(lines, { from: 1, to: 2 }), '', 'scrolled out of what is kept');
    assert.equal(shown(lines, { from: 101, to: 102, columns: columns(7, 3) }), 'one');
    const wide = { first: 0, lines: ['漢字 ok'] };
    assert.deepEqual(find(wide, 'ok'), { from: 0, to: 0 }, 'only the host counts the cells of wide characters');
    assert.equal(shown(wide, { from: 0, to: 0, columns: columns(5, 6) }), '漢字 ok');
    assert.deepEqual(linesOf('{}'), { first: 0, lines: [] });
});

test('a line is shown in the upper third, unless it is on the screen or scrolled out', () => {
    const lines = { first: 1000, lines: Array.from({ length: 200 }, (_, i) => String(i)) };
    assert.equal(upTo(lines, 1100, 24), 1176 - 1092);
    assert.equal(upTo(lines, 1199, 24), 0);
    assert.equal(upTo(lines, 5, 24), 176);
    assert.equal(upTo({ first: 0, lines: ['a'] }, 0, 24), 0);
});

test('a place is reached in few presses, whatever the size of the screen', () => {
    for (const rows of [0, 1, 2, 24]) {
        for (const up of [0, 1, 23, 24, 1000]) {
            const { pages, single } = scrolls(up, rows);
            assert.ok(pages >= 0 && single >= 0, `${rows} ${up}`);
            assert.equal(pages * Math.max(1, rows - 1) + single, up);
        }
    }
});
