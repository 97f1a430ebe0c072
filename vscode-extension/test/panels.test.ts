// What guests see beside the terminal: panels that follow the host's, as rows, documents, problems and lines of a log.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Entry } from '@jumpseat/native';
import { identity, pageText, sourceOf } from '../src/model/panels/documents';
import { allPlaced, findingRows } from '../src/model/panels/findings';
import { historyRows } from '../src/model/panels/history';
import { issueRows } from '../src/model/panels/issues';
import { LogLines } from '../src/model/panels/log';
import { reviewRows, threadPlace, unresolved } from '../src/model/panels/review';
import { asText } from '../src/model/panels/row';
import { stateText } from '../src/model/panels/words';
import { pathOf, NOW, fresh, update, panels, repository, content, file, git, flat, find } from './support/panels';

test('commands stand newest first, with how they ended and where they are', () => {
    const block = (rest: Partial<Extract<Entry, { is: 'block' }>>): Entry => ({
        is: 'block',
        terminal: 1,
        title: 'bash',
        started: NOW,
        lines: 2,
        ...rest,
    });
    const history = panels(
        update('history', {
            '00000001': block({
                command: 'make \x1b[31mtest\n',
                took: 2300,
                exit_code: 2,
                line: 7,
                output: { id: 'o:1', size: 20 },
            }),
            '00000002': block({ command: 'sleep 9' }),
        }),
    );
    const rows = historyRows(history, NOW);
    assert.deepEqual(
        rows.map(({ label }) => label),
        ['sleep 9', 'make test'],
    );
    const [running, failed] = rows;
    assert.match(running?.description ?? '', /^running · /);
    assert.match(failed?.description ?? '', /^exit 2 · 2\.3 s · /);
    assert.deepEqual(
        [failed?.icon, failed?.context, failed?.jump],
        ['error', 'block.jumps', { stream: 1, from: 7, to: 7 }],
    );
    assert.ok(failed?.open?.is === 'file');
    assert.deepEqual(sourceOf(history, failed.open.place), {
        is: 'content',
        panel: 'history',
        reference: { id: 'o:1', size: 20 },
        plain: true,
    });
    history.apply(
        update(
            'history',
            { '00000003': block({ terminal: 2, title: 'zsh', command: 'ls', took: 1, exit_code: 0 }) },
            { whole: false },
        ),
        NOW,
    );
    assert.deepEqual(
        historyRows(history, NOW).map(({ label, rows: of }) => [label, of?.length]),
        [
            ['bash', 2],
            ['zsh', 1],
        ],
    );
});

test('a command that nobody proved says so first, and one whose output was erased says that', () => {
    const history = panels(
        update('history', {
            '00000001': {
                is: 'block',
                terminal: 1,
                title: 'sh',
                started: NOW,
                lines: 2,
                command: 'rm -rf /srv/prod',
                took: 5,
                exit_code: 0,
                unproven: true,
            },
            '00000002': {
                is: 'block',
                terminal: 1,
                title: 'sh',
                started: NOW,
                lines: 0,
                command: 'cat notes',
                took: 5,
                exit_code: 0,
                erased: true,
            },
        }),
    );
    const [erased, unproven] = historyRows(history, NOW);
    assert.match(unproven?.description ?? '', /^unproven · /);
    assert.match(unproven?.tooltip ?? '', /^Unproven: /);
    assert.match(unproven?.spoken ?? '', /^unproven, rm /);
    assert.equal(unproven?.icon, 'question');
    assert.deepEqual(erased?.open, { is: 'nothing', why: 'Its output was erased.' });
    assert.equal(erased?.icon, 'pass');
    const log = panels(
        update('log', {
            '1': {
                is: 'happening',
                at: NOW,
                level: 'info',
                happened: { what: 'ran', terminal: 'sh', command: 'make', unproven: true },
            },
        }),
    );
    assert.match(
        new LogLines().take(log.panel('log')?.entries ?? new Map<string, Entry>())[0]?.text ?? '',
        /\(unproven\) sh \$ make$/,
    );
});

const review = update('review', {
    '0': {
        is: 'request',
        number: 12,
        repository: 'acme/app',
        title: 'Mend the crash',
        body: { text: 'See ![x](https://evil.example/pixel.png)' },
        state: 'open',
        author: 'ann',
        base: 'main',
        head: 'fix/9-crash',
        commit: 'abc',
        labels: [],
        reviewers: [{ name: 'cy', verdict: 'changes_requested' }],
        checks: { passed: 1, failed: 1, running: 0, skipped: 0 },
        unresolved: 1,
        created: NOW,
        updated: NOW,
        web: 'https://forge.example/12',
    },
    '1': { is: 'check', name: 'test', state: 'failed', web: 'javascript:alert(1)' },
    '2': {
        is: 'thread',
        id: 't1',
        path: 'c.ts',
        side: 'head',
        line: 4,
        first_line: 3,
        resolved: false,
        outdated: false,
        comments: 2,
    },
    '3': {
        is: 'thread',
        id: 't2',
        path: 'elsewhere.ts',
        side: 'head',
        original_line: 9,
        resolved: true,
        outdated: true,
        comments: 1,
    },
    '4': { is: 'comment', thread: 't1', author: 'cy', at: NOW + 1, edited: false, body: { text: 'And here' } },
    '5': { is: 'comment', thread: 't1', author: 'cy', at: NOW, edited: false, body: { text: 'Why this?' } },
    '6': { is: 'comment', thread: 't2', author: 'di', at: NOW, edited: true, body: { text: 'done' } },
    '7': {
        is: 'comment',
        author: 'cy',
        at: NOW,
        edited: false,
        verdict: 'changes_requested',
        body: { text: 'Almost' },
    },
});

test('threads stand where they are about, and wait or are settled', () => {
    const all = panels(git, review);
    assert.equal(unresolved(all), 1);
    const rows = reviewRows(all, NOW);
    assert.equal(
        asText(rows),
        `#12 Mend the crash  ·  open · 1 check failed
Checks  ·  1 check failed
  test  ·  failed
Unresolved  ·  1
  c.ts:4  Why this?  ·  cy · 2 comments
    cy  ·  Why this?
    cy  ·  And here
Resolved  ·  1
  elsewhere.ts:9  done  ·  di · 1 comment · outdated
    di  ·  done
Conversation  ·  1
  cy  ·  Almost
`,
    );
    assert.equal(find(rows, 'test').web, undefined, 'no address but of the web');
    assert.deepEqual(find(rows, 'c.ts:4  Why this?').open, {
        is: 'file',
        place: { view: 'changes', repository: 0, version: 'head', path: 'c.ts' },
        at: { line: 3, column: 1, endLine: 4, endColumn: 1 },
    });
    const [[, first], [, second]] = all.entries('review', 'thread') as [
        [string, Extract<Entry, { is: 'thread' }>],
        [string, Extract<Entry, { is: 'thread' }>],
    ];
    assert.equal(threadPlace(all, first)?.version, 'head');
    assert.equal(threadPlace(all, second), undefined, 'its file is not shared');
    assert.equal(find(rows, 'elsewhere.ts:9  done').open?.is, 'page');
});

test('an issue is a page that loads nothing, whole once that is fetched', async () => {
    const all = panels(
        update('issue', {
            '0': {
                is: 'issue',
                number: 9,
                repository: 'acme/app',
                link: 'closes',
                title: 'Crash on <start> [x](command:y)',
                body: { text: 'It', rest: { id: 'r', size: 99 } },
                state: 'open',
                author: 'cy',
                labels: [{ name: 'bug' }],
                assignees: ['ann'],
                created: NOW,
                updated: NOW,
                web: 'https://forge.example/9',
            },
            '1': {
                is: 'issue_comment',
                issue: 9,
                repository: 'acme/app',
                author: 'di',
                at: NOW,
                edited: false,
                body: { text: 'Me <img src=https://evil.example/p> too' },
            },
        }),
    );
    const [row] = issueRows(all, NOW);
    assert.equal(row?.description, 'open · bug · 1 comment');
    assert.ok(row?.open?.is === 'page');
    const source = sourceOf(all, row.open.place);
    assert.ok(source?.is === 'page');
    const text = await pageText(source.parts, async () => 'It crashes ![](https://evil.example/p.png)');
    assert.match(text, /^# Crash on \\<start\\> \\\[x\\\]\\\(command\\:y\\\)\n/);
    assert.match(text, /It crashes !\u2060\[\]\(https/);
    assert.match(text, /Me <\u2060img src/);
    const before = identity(source);
    all.apply(
        update(
            'issue',
            {
                '1': {
                    is: 'issue_comment',
                    issue: 9,
                    repository: 'acme/app',
                    author: 'di',
                    at: NOW,
                    edited: true,
                    body: { text: 'Me too' },
                },
            },
            { whole: false },
        ),
        NOW,
    );
    const after = sourceOf(all, row.open.place);
    assert.notEqual(after && identity(after), before, 'open, it is read again');
});

test('findings stand by file or by rule, and in the documents that are shared', () => {
    const finding = (path: string, line: number, severity: 'error' | 'warning', rule: string): Entry => ({
        is: 'finding',
        tool: 'lint',
        rule,
        severity,
        message: `bad ${rule}`,
        path,
        range: { line, column: 2, end_line: line, end_column: 5 },
    });
    const all = panels(
        git,
        update('findings', {
            a: finding('src/a.ts', 3, 'warning', 'R1'),
            b: finding('src/a.ts', 9, 'error', 'R2'),
            c: finding('far.ts', 4, 'error', 'R1'),
            d: finding('far.ts', 2, 'error', 'R2'),
            e: { is: 'rule', tool: 'lint', rule: 'R1', title: 'Be good', web: 'https://lint.example/R1', findings: 2 },
        }),
    );
    assert.equal(
        asText(findingRows(all, 'file')),
        `far.ts  ·  2 findings
  bad R2  ·  lint R2  [2:2]
  bad R1  ·  lint R1  [4:2]
a.ts  ·  src  2 findings
  bad R2  ·  lint R2  [9:2]
  bad R1  ·  lint R1  [3:2]
`,
    );
    assert.deepEqual(
        findingRows(all, 'rule').map(({ label, description, web }) => [label, description, web]),
        [
            ['lint R1', '2 findings · Be good', 'https://lint.example/R1'],
            ['lint R2', '2 findings', undefined],
        ],
    );
    const placed = allPlaced(all);
    assert.deepEqual(
        placed.map(({ place, span }) => [pathOf(place), span.line]),
        [
            ['changes/0/worktree:/src/a.ts', 3],
            ['changes/0/worktree:/src/a.ts', 9],
            ['findings:/far.ts', 5],
            ['findings:/far.ts', 4],
        ],
    );
    const list = sourceOf(all, { view: 'findings', path: 'far.ts' });
    assert.ok(list?.is === 'page' && typeof list.parts[0] === 'string');
    assert.match(list.parts[0].split('\n')[4] ?? '', /^4:2 {2}error {2}bad R1/);
});

test('the log says each thing once, and once more when it ended', () => {
    const lines = new LogLines();
    const all = panels(
        update('log', {
            '1': {
                is: 'happening',
                at: NOW,
                level: 'info',
                who: 'Bo\n[error] x',
                happened: { what: 'joined', role: 'viewer' },
            },
            '2': {
                is: 'happening',
                at: NOW,
                level: 'info',
                happened: { what: 'ran', terminal: 'bash', command: 'make' },
            },
            '3': { is: 'line', at: NOW, file: 'app.log', level: 'error', text: '\x1b]0;x\x07boom' },
        }),
    );
    const take = (): string[] =>
        lines
            .take(all.panel('log')?.entries ?? new Map<string, Entry>())
            .map(({ level, text }) => `${level} ${text.slice(9)}`);
    assert.deepEqual(take(), ['info Bo [error] x joined as viewer', 'info bash $ make', 'error app.log: boom']);
    assert.deepEqual(take(), []);
    all.apply(
        update(
            'log',
            {
                '2': {
                    is: 'happening',
                    at: NOW,
                    until: NOW + 1500,
                    level: 'warning',
                    happened: { what: 'ran', terminal: 'bash', command: 'make', exit_code: 2 },
                },
            },
            { whole: false },
        ),
        NOW,
    );
    assert.deepEqual(take(), ['warning bash $ make → exit 2 (1.5 s)']);
});

test('a source that fails says why, what the host can do, and how old it is', () => {
    assert.equal(stateText(fresh, 'Ann', NOW), undefined);
    assert.match(
        stateText({ is: 'stale', since: NOW }, 'Ann', NOW) ?? '',
        /^As of \d\d:\d\d: Ann cannot reach its source now\.$/,
    );
    assert.match(
        stateText(
            { is: 'failed', since: NOW, why: 'git is not installed', remedy: { is: 'install_git' } },
            'Ann',
            NOW,
        ) ?? '',
        /^Git is not installed\. Ann has to install git\. Shown as of/,
    );
    assert.match(
        stateText({ is: 'failed', since: NOW, why: 'github.com cannot be reached' }, 'Ann', NOW) ?? '',
        /^github\.com cannot/,
    );
});

test('what a host says over and over is shown once, and soon', () => {
    const comment = (n: number): Entry => ({
        is: 'comment',
        thread: '1',
        author: 'bo',
        at: n,
        edited: false,
        body: { text: `${n}` },
    });
    const thread: Entry = {
        is: 'thread',
        id: '1',
        path: 'src/a.ts',
        side: 'head',
        line: 1,
        outdated: false,
        comments: 1,
    };
    const finding = (n: number): Entry => ({
        is: 'finding',
        tool: 'lint',
        severity: 'note',
        message: `${n}`,
        path: `src/${n % 50}.ts`,
        range: { line: n, column: 1, end_line: n, end_column: 2 },
    });
    const many = (make: (n: number) => Entry, count: number, name: string): [string, Entry][] =>
        Array.from({ length: count }, (_, n) => [`${name}${String(n).padStart(6, '0')}`, make(n)]);
    const all = panels(
        update('review', Object.fromEntries([...many(() => thread, 5000, 'a'), ...many(comment, 5000, 'b')])),
        update('findings', Object.fromEntries(many(finding, 10_000, 'c'))),
        update(
            'git',
            Object.fromEntries(
                [
                    ...many(() => repository, 5000, 'd'),
                    ...many((n) => file(`src/x${n}.ts`, { untracked: true, worktree: content('w') }), 5000, 'e'),
                ].slice(0, 10_000),
            ),
        ),
    );
    const began = performance.now();
    assert.equal(flat(reviewRows(all, NOW)).filter(({ icon }) => icon === 'comment').length, 5000);
    assert.equal(allPlaced(all).length, 10_000);
    assert.equal(flat(findingRows(all, 'file')).length, 10_050);
    assert.ok(performance.now() - began < 5000, `${performance.now() - began} ms`);
});
