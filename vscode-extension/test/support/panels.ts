// Panels as a host sends them, for tests.
import assert from 'node:assert/strict';

import type { Entry, GuestUpdate, PanelKind, SourceState } from '@jumpseat/native';
import { addressOf, type Place } from '../../src/model/panels/place';
import { asText, type Row } from '../../src/model/panels/row';
import { SharedPanels } from '../../src/model/panels/shared';

/** An address as one text. */
export const pathOf = (place: Place): string => `${addressOf(place).query}:${addressOf(place).path}`;

export const NOW = Date.UTC(2026, 10, 21, 12);
export const fresh: SourceState = { is: 'fresh' };

export function update(
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

export function panels(...updates: GuestUpdate[]): SharedPanels {
    const all = new SharedPanels();
    all.apply({ type: 'panels', panels: ['git', 'history', 'log', 'review', 'issue', 'findings'] }, NOW);
    for (const one of updates) all.apply(one, NOW);
    return all;
}

export const repository: Entry = {
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
export const content = (
    id: string,
    size = 3,
): { shape: 'plain'; size: number; content: { id: string; size: number } } => ({
    shape: 'plain',
    size,
    content: { id, size },
});
export const file = (path: string, rest: Partial<Extract<Entry, { is: 'file' }>>): Entry => ({
    is: 'file',
    repository: 0,
    path,
    ...rest,
});

export const git = update('git', {
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

export const flat = (rows: Row[]): Row[] => rows.flatMap((row) => [row, ...flat(row.rows ?? [])]);
export const find = (rows: Row[], label: string): Row => {
    const row = flat(rows).find((one) => one.label === label);
    assert.ok(row, `${label} in\n${asText(rows)}`);
    return row;
};
