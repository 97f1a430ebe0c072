// The changes of a workspace as rows, and what a click on one opens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Entry } from '@jumpseat/native';
import { changedFiles, changesRows, fileAt, markOf, versionOf } from '../src/model/panels/changes';
import { sourceOf } from '../src/model/panels/documents';
import { addressOf, placeOf, type Place } from '../src/model/panels/place';
import { asText, type Row } from '../src/model/panels/row';
import { unreadRows } from '../src/model/panels/unread';
import { pathOf, NOW, update, panels, repository, content, file, git, find } from './support/panels';

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
