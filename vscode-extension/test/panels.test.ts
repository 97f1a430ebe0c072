// What guests see next to the terminal: outlines as rows of trees, read-only documents and their addresses.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AskedRows, PanelHead, Panels, Row, Source } from '@jumpseat/native';
import { identity, pageText } from '../src/model/panels/documents';
import { asText, itemOf, markOf } from '../src/model/panels/paint';
import { addressOf, panelOf, placeOf, type Place } from '../src/model/panels/place';
import { SharedPanels } from '../src/model/panels/shared';
import { NOW, row, span } from './support/panels';

test('a file has its own icon and marks, and its folder behind its name', () => {
    const file = { repository: 0, path: 'src/a.ts', version: 'worktree' as const };
    const item = itemOf(
        row('a', {
            is: 'file',
            icon: 'modified',
            tone: 'warning',
            path: 'src/a.ts',
            file,
            detail: [{ text: '+3', tone: 'good' }, span(' −1')],
            tooltip: [[span('src/a.ts')], [span('Not staged, Modified')]],
            spoken: 'a.ts, src, Not staged, Modified',
        }),
        NOW,
    );
    assert.deepEqual(item, {
        label: 'a.ts',
        description: 'src +3 −1',
        tooltip: 'src/a.ts\nNot staged, Modified',
        spoken: 'a.ts, src, Not staged, Modified',
        resource: { view: 'changes', ...file },
        context: 'file',
    });
    assert.deepEqual(markOf('renamed'), { mark: 'R', color: 'gitDecoration.renamedResourceForeground' });
    assert.equal(markOf('commit'), undefined);
    const unshared = row('b', { path: 'far/b.ts', rows: [row('1')] });
    assert.deepEqual(itemOf(unshared, NOW).resource, { view: 'findings', path: 'far/b.ts' });
});

test('tones are colours, times are words, and menus go by what a row is', () => {
    const failed = row('1', {
        is: 'block',
        icon: 'failed',
        tone: 'bad',
        label: [span('make')],
        detail: [span('exit code 2')],
        at: NOW - 26 * 3_600_000,
        jump: { terminal: 1, line: 7 },
    });
    const item = itemOf(failed, NOW);
    assert.deepEqual([item.icon, item.color, item.context], ['error', 'testing.iconFailed', 'block.jumps']);
    assert.match(item.description, /^exit code 2 · 2026-11-20 \d\d:\d\d$/);
    assert.equal(item.spoken, `make, ${item.description}`);
    const comment = row('2', { is: 'comment', label: [span('cy')], preview: 'Almost', at: NOW - 120_000 });
    assert.equal(itemOf(comment, NOW).description, 'Almost · 2 min ago');
    const thread = row('3', {
        is: 'thread',
        icon: 'thread_unresolved',
        path: 'src/c.ts',
        label: [span(':4')],
        preview: 'Why?',
    });
    assert.equal(itemOf(thread, NOW).label, 'c.ts:4 Why?');
    const note = row('4', { label: [span('As of '), { at: NOW - 7_200_000 }] });
    assert.equal(itemOf(note, NOW).label, 'As of 2 h ago');
    const web = (address: string): Row => row('5', { is: 'page', web: address });
    assert.equal(itemOf(web('https://forge.example/9'), NOW).context, 'page.web');
    assert.equal(itemOf(web('javascript:alert(1)'), NOW).context, 'page', 'no address but of the web');
    const group = row('6', { is: 'group', label: [span('Checks')] });
    assert.equal(itemOf(group, NOW).context, undefined, 'nothing opens all of it');
    assert.equal(itemOf({ ...group, target: { opens: 'changes', title: 'x' } }, NOW).context, 'group');
});

test('what others wrote stays text, wherever it stands in a row', () => {
    const bad = '\x1b]0;x\x07a\u202eb\nc';
    const item = itemOf(
        row('1', {
            label: [span(bad)],
            detail: [span(bad)],
            preview: bad,
            spoken: bad,
            tooltip: [[span(bad)]],
        }),
        NOW,
    );
    assert.deepEqual(
        [item.label, item.description, item.spoken, item.tooltip],
        ['ab c', 'ab c · ab c', 'ab c', 'ab\nc'],
    );
});

test('rows as text stand below each other', () => {
    const rows = [
        row('0', { label: [span('Unresolved')], detail: [span('1')], rows: [row('1', { label: [span('cy')] })] }),
    ];
    assert.equal(asText(rows, NOW), 'Unresolved  ·  1\n  cy\n');
});

/** The native module's part, which counts what it is asked. */
class Held implements Panels {
    asked = 0;

    rows({ panel }: AskedRows): Row[] {
        this.asked += 1;
        return [row(`${panel} ${this.asked}`)];
    }
    head(): PanelHead {
        return { state: { is: 'fresh' }, changed: NOW };
    }
    source(): undefined {}
    mark(): undefined {}
    threads(): [] {
        return [];
    }
    problems(): [] {
        return [];
    }
    lines(): [] {
        return [];
    }
}

test('a panel is asked for its rows once for each of its states', () => {
    const panels = new SharedPanels();
    const held = new Held();
    assert.deepEqual(panels.rows({ panel: 'log', host: 'Ann' }), [], 'the seat is not taken yet');
    panels.held = held;
    assert.equal(panels.known, false);
    panels.share(['git', 'review']);
    assert.deepEqual([panels.known, panels.shares('git'), panels.shares('log')], [true, true, false]);
    const asked: AskedRows = { panel: 'review', host: 'Ann' };
    const first = panels.rows(asked);
    assert.equal(panels.rows(asked), first);
    panels.apply({ type: 'panel', panel: 'history' });
    assert.equal(panels.rows(asked), first, 'another panel changed');
    panels.apply({ type: 'panel', panel: 'review' });
    const second = panels.rows(asked);
    assert.notEqual(second, first);
    panels.apply({ type: 'panel', panel: 'git' });
    assert.notEqual(panels.rows(asked), second, 'threads open files of the git panel');
    assert.equal(held.asked, 3);
    assert.notEqual(panels.rows({ ...asked, host: 'Cy' }), panels.rows(asked), 'the host stands in it');
});

test('a page loads nothing, and is whole once what is longer was fetched', async () => {
    const parts: Extract<Source, { is: 'page' }>['parts'] = [
        { text: '# It\n\n' },
        { body: { text: 'It', rest: { id: 'r', size: 99 } } },
        { body: { text: ' Me <img src=https://evil.example/p> too' } },
    ];
    const text = await pageText(parts, async () => 'It crashes ![](https://evil.example/p.png)');
    assert.match(text, /^# It\n\nIt crashes !\u2060\[\]\(https.* Me <\u2060img src/);
    assert.match(await pageText(parts, async () => Promise.reject(new Error('gone'))), /^# It\n\nIt\n\n… Me/);
    const before = identity({ is: 'page', parts });
    assert.notEqual(identity({ is: 'page', parts: parts.slice(1) }), before, 'open, it is read again');
    const content = { is: 'content', panel: 'git', reference: { id: 'a', size: 1 }, plain: false } as const;
    assert.equal(identity(content), 'a');
});

test('an address names what is shared and leads nowhere else', () => {
    for (const place of [
        { view: 'changes', repository: 3, version: 'head', path: 'a b/ä#?.ts' },
        { view: 'history', key: '0/x%?', name: 'make test.txt' },
        { view: 'findings', path: 'a/b' },
    ] satisfies Place[])
        assert.deepEqual(placeOf(addressOf(place)), place);
    for (const query of [
        '',
        'changes',
        'changes/0',
        'changes/x/worktree',
        'changes/0/disk',
        'changes/0/worktree/more',
        'history',
        'history/',
        'findings/x',
        'file/etc/passwd',
    ]) {
        assert.equal(placeOf({ path: '/a', query }), undefined, query);
    }
    for (const path of ['', '/', 'a']) assert.equal(placeOf({ path, query: 'changes/0/worktree' }), undefined, path);
    assert.equal(addressOf({ view: 'issue', key: '0', name: '../../x' }).path, '/x');
    assert.deepEqual(
        [
            panelOf({ view: 'findings', path: 'x' }),
            panelOf({ view: 'changes', repository: 0, path: 'x', version: 'base' }),
        ],
        ['findings', 'git'],
    );
});
