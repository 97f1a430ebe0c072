// What guests see beside the terminal: panels that follow the host's, as rows, documents, problems and lines of a log.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Entry, GuestUpdate, PanelKind, SourceState } from '@jumpseat/native';
import { changedFiles, changesRows, fileAt, markOf, versionOf } from '../src/model/panels/changes';
import { identity, pageText, sourceOf } from '../src/model/panels/documents';
import { allPlaced, findingRows } from '../src/model/panels/findings';
import { historyRows } from '../src/model/panels/history';
import { issueRows } from '../src/model/panels/issues';
import { LogLines } from '../src/model/panels/log';
import { addressOf, placeOf, type Place } from '../src/model/panels/place';
import { reviewRows, threadPlace, unresolved } from '../src/model/panels/review';
import { asText, type Row } from '../src/model/panels/row';
import { SharedPanels } from '../src/model/panels/shared';
import { unreadRows } from '../src/model/panels/unread';
import { stateText } from '../src/model/panels/words';

/** An address as one text. */
const pathOf = (place: Place): string => `${addressOf(place).query}:${addressOf(place).path}`;

const NOW = Date.UTC(2026, 10, 21, 12);
const fresh: SourceState = { is: 'fresh' };

function update(
    panel: PanelKind,
    set: Record<string, Entry>,
    more: { whole?: boolean; remove?: string[]; state?: SourceState } = {},
): GuestUpdate {
    return {
        type: 'panel',
        panel,
        version: 1,
        whole: more.whole ?? true,
        state: more.state ?? fresh,
        left_out: 0,
        set,
        remove: more.remove ?? [],
    };
}

function panels(...updates: GuestUpdate[]): SharedPanels {
    const all = new SharedPanels();
    all.apply({ type: 'panels', panels: ['git', 'history', 'log', 'review', 'issue', 'findings'] }, NOW);
    for (const one of updates) all.apply(one, NOW);
    return all;
}

const repository: Entry = {
    is: 'repository',
    number: 0,
    name: 'app',
    path: '',
    tree: 'main',
    branch: 'fix/9-crash',
    upstream: { name: 'origin/fix', ahead: 2, behind: 0, gone: false },
    base: { name: 'origin/main', fork: 'f'.repeat(40), ahead: 2, behind: 1 },
    stashes: 0,
    staged: 1,
    unstaged: 2,
    untracked: 1,
    conflicted: 1,
    left_out: 0,
    branch_left_out: 0,
};
const content = (id: string, size = 3): { shape: 'plain'; size: number; content: { id: string; size: number } } => ({
    shape: 'plain',
    size,
    content: { id, size },
});
const file = (path: string, rest: Partial<Extract<Entry, { is: 'file' }>>): Entry => ({
    is: 'file',
    repository: 0,
    path,
    ...rest,
});

const git = update('git', {
    '00': repository,
    '00/file/a.ts': file('src/a.ts', {
        staged: { what: 'modified', added: 3, removed: 1 },
        unstaged: { what: 'modified' },
        base: content('b'),
        index: content('i'),
        worktree: content('w'),
    }),
    '00/file/gone.ts': file('gone.ts', { unstaged: { what: 'deleted' }, index: content('g') }),
    '00/file/new.ts': file('new.ts', { untracked: true, worktree: content('n') }),
    '00/file/big.bin': file('big.bin', {
        unstaged: { what: 'modified' },
        index: content('s'),
        worktree: { shape: 'plain', size: 12 * 1024 * 1024 },
    }),
    '00/file/both.ts': file('both.ts', {
        conflict: { what: 'both_modified', base: content('cb'), ours: content('co'), theirs: content('ct') },
        worktree: content('cw'),
    }),
    '00/branch/c.ts': { is: 'branch_file', repository: 0, path: 'c.ts', edit: { what: 'added' }, head: content('h') },
    '00/commit/1': {
        is: 'commit',
        repository: 0,
        name: 'abcdef0123',
        subject: 'Mend it',
        author: 'Ann',
        at: NOW - 120_000,
        pushed: false,
    },
});

const flat = (rows: Row[]): Row[] => rows.flatMap((row) => [row, ...flat(row.rows ?? [])]);
const find = (rows: Row[], label: string): Row => {
    const row = flat(rows).find((one) => one.label === label);
    assert.ok(row, `${label} in\n${asText(rows)}`);
    return row;
};

test('a panel follows its host: whole, in changes, and gone when it is shared no longer', () => {
    const all = panels(git);
    assert.equal(all.entries('git', 'file').length, 5);
    const before = all.revision('git');
    all.apply(
        update(
            'git',
            { '00/file/0.ts': file('0.ts', { untracked: true }) },
            { whole: false, remove: ['00/file/a.ts'] },
        ),
        NOW + 5,
    );
    assert.deepEqual(
        all.entries('git', 'file').map(([, { path }]) => path),
        ['0.ts', 'big.bin', 'both.ts', 'gone.ts', 'new.ts'],
        'in the order of their keys',
    );
    assert.notEqual(all.revision('git'), before);
    assert.equal(all.panel('git')?.changed, NOW + 5);
    all.apply({ type: 'panels', panels: ['history'] }, NOW);
    assert.equal(all.panel('git'), undefined);
    assert.equal(all.shares('git'), false);
    assert.equal(
        sourceOf(all, { view: 'changes', repository: 0, version: 'worktree', path: 'new.ts' }),
        undefined,
        'nothing of it can be opened',
    );
    assert.equal(sourceOf(all, { view: 'changes', repository: 0, version: 'none', path: 'new.ts' }), undefined);
});

test('what could not be read stands there with its reason, and never looks like nothing', () => {
    const gone: Entry = {
        is: 'unread',
        panel: 'git',
        repository: 0,
        part: 'untracked files',
        why: 'git took too long',
        remedy: { is: 'retry' },
    };
    const report: Entry = { is: 'unread', panel: 'git', part: 'all repositories', why: 'only the first 32 are shown' };
    const all = panels(update('git', { '00': repository, '00/unread/untracked': gone, 'unread/more': report }));
    const row = find(changesRows(all, 'Ann', NOW), 'Could not read untracked files');
    assert.deepEqual([row.description, row.icon], ['Git took too long.', 'warning']);
    assert.deepEqual(
        unreadRows(all, 'git', 'Ann').map(({ label }) => label),
        ['Could not read all repositories'],
        'what is of no repository stands above',
    );
    const refused: Entry = {
        is: 'repository',
        number: 1,
        name: 'broken',
        path: 'broken',
        tree: 'main',
        stashes: 0,
        staged: 0,
        unstaged: 0,
        untracked: 0,
        conflicted: 0,
        left_out: 0,
        branch_left_out: 0,
        fault: 'its configuration is not valid',
    };
    const [head] = changesRows(panels(update('git', { '01': refused })), 'Ann', NOW);
    assert.equal(head?.label, 'broken', 'nothing is said of a branch');
});

test('a path of which git says two things has both rows, and each opens what it says', () => {
    const both = file('a', {
        staged: { what: 'deleted' },
        untracked: true,
        base: content('b'),
        worktree: content('w'),
    });
    const all = panels(update('git', { '00': repository, '00/file/a': both }));
    const rows = changesRows(all, 'Ann', NOW);
    const [staged] = find(rows, 'Staged Changes').rows ?? [];
    const [untracked] = find(rows, 'Untracked').rows ?? [];
    assert.ok(staged?.open?.is === 'diff' && untracked?.open?.is === 'file');
    assert.deepEqual([pathOf(staged.open.left), pathOf(staged.open.right)], ['changes/0/base:/a', 'changes/0/none:/a']);
    assert.equal(pathOf(untracked.open.place), 'changes/0/worktree:/a');
    const found = fileAt(all, { view: 'changes', repository: 0, version: 'base', path: 'a' });
    assert.ok(found);
    assert.deepEqual([markOf(found, 'base')?.mark, markOf(found, 'worktree')?.mark], ['D', 'U']);
});

test('changes stand in their groups, and a click compares the versions that belong together', () => {
    const rows = changesRows(panels(git), 'Ann', NOW);
    assert.equal(
        asText(rows),
        `app: fix/9-crash  ·  ↑2 origin/fix
Conflicts  ·  1
  both.ts  ·  both changed it
Staged Changes  ·  1
  a.ts  ·  src  +3 −1
Changes  ·  3
  a.ts  ·  src
  big.bin
  gone.ts
Untracked  ·  1
  new.ts
Branch since origin/main  ·  1
  c.ts
Commits  ·  1
  Mend it  ·  Ann · 2 min ago · not pushed
`,
    );
    const sides = (row: Row): string[] =>
        row.open?.is === 'diff' ? [pathOf(row.open.left), pathOf(row.open.right)] : [];
    const staged = find(find(rows, 'Staged Changes').rows ?? [], 'a.ts');
    assert.deepEqual(sides(staged), ['changes/0/base:/src/a.ts', 'changes/0/index:/src/a.ts']);
    assert.deepEqual(sides(find(find(rows, 'Changes').rows ?? [], 'a.ts')), [
        'changes/0/index:/src/a.ts',
        'changes/0/worktree:/src/a.ts',
    ]);
    assert.deepEqual(sides(find(rows, 'gone.ts')), ['changes/0/index:/gone.ts', 'changes/0/none:/gone.ts']);
    assert.deepEqual(sides(find(rows, 'both.ts')), ['changes/0/ours:/both.ts', 'changes/0/worktree:/both.ts']);
    assert.deepEqual(find(rows, 'new.ts').open, {
        is: 'file',
        place: { view: 'changes', repository: 0, version: 'worktree', path: 'new.ts' },
    });
    assert.deepEqual(find(rows, 'big.bin').open, { is: 'nothing', why: 'big.bin is too large to be shared (12 MB)' });
    assert.equal(staged.spoken, 'a.ts, src, staged, modified');
    const all = find(rows, 'Changes').all;
    assert.ok(all?.is === 'changes');
    assert.deepEqual(
        all.files.map(({ left, right }) => [left && pathOf(left), right && pathOf(right)]),
        [
            ['changes/0/index:/src/a.ts', 'changes/0/worktree:/src/a.ts'],
            ['changes/0/index:/gone.ts', undefined],
        ],
    );
});

test('a version that does not differ is the one before it, and what was deleted is not there', () => {
    const all = panels(git);
    const at = (path: string, version: 'base' | 'index' | 'worktree'): string | undefined => {
        const found = fileAt(all, { view: 'changes', repository: 0, version, path });
        return found && versionOf(found, version)?.content?.id;
    };
    assert.deepEqual([at('gone.ts', 'base'), at('gone.ts', 'index'), at('gone.ts', 'worktree')], ['g', 'g', undefined]);
    assert.deepEqual([at('new.ts', 'base'), at('new.ts', 'worktree')], [undefined, 'n']);
    const mark = (path: string, version: 'index' | 'worktree'): string | undefined => {
        const found = fileAt(all, { view: 'changes', repository: 0, version, path });
        return found && markOf(found, version)?.mark;
    };
    assert.deepEqual(
        [
            mark('src/a.ts', 'index'),
            mark('gone.ts', 'worktree'),
            mark('new.ts', 'worktree'),
            mark('both.ts', 'worktree'),
        ],
        ['M', 'D', 'U', '!'],
    );
    assert.equal(changedFiles(all), 5);
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
    const all = panels(git);
    for (const path of ['../../etc/passwd', '/etc/passwd', 'src/../src/a.ts', 'src/b.ts']) {
        assert.equal(sourceOf(all, { view: 'changes', repository: 0, version: 'worktree', path }), undefined, path);
    }
    assert.deepEqual(sourceOf(all, { view: 'changes', repository: 0, version: 'index', path: 'src/a.ts' }), {
        is: 'content',
        panel: 'git',
        reference: { id: 'i', size: 3 },
        plain: false,
    });
    assert.equal(addressOf({ view: 'issue', key: '0', name: '../../x' }).path, '/x');
});

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
