// The Changes view: repositories, what differs in them, and what their branches hold.
import type { ConflictKind, EditKind, OperationKind, Version } from '@jumpseat/native';

import { grouped, kept } from './kept';
import { baseName, folderOf, type Place, type VersionName } from './place';
import type { Opening, Row } from './row';
import { line } from './safe';
import type { Is, SharedPanels } from './shared';
import { unreadRows } from './unread';
import { ago, count, size } from './words';

type File = Is<'file'>;
type Repository = Is<'repository'>;
type BranchFile = Is<'branch_file'>;

/** The places of one file that a diff compares. */
interface Sides {
    left: Place;
    right: Place;
}

const EDITS: Record<EditKind, { mark: string; word: string; color: string }> = {
    added: { mark: 'A', word: 'added', color: 'gitDecoration.addedResourceForeground' },
    modified: { mark: 'M', word: 'modified', color: 'gitDecoration.modifiedResourceForeground' },
    deleted: { mark: 'D', word: 'deleted', color: 'gitDecoration.deletedResourceForeground' },
    renamed: { mark: 'R', word: 'renamed', color: 'gitDecoration.renamedResourceForeground' },
    copied: { mark: 'C', word: 'copied', color: 'gitDecoration.addedResourceForeground' },
    retyped: { mark: 'T', word: 'of another type', color: 'gitDecoration.modifiedResourceForeground' },
};

const CONFLICTS: Record<ConflictKind, string> = {
    both_deleted: 'both deleted it',
    added_by_us: 'added by us',
    deleted_by_them: 'deleted by them',
    added_by_them: 'added by them',
    deleted_by_us: 'deleted by us',
    both_added: 'both added it',
    both_modified: 'both changed it',
};

const OPERATIONS: Record<OperationKind, string> = {
    merge: 'merging',
    rebase: 'rebasing',
    apply: 'applying patches',
    cherry_pick: 'cherry-picking',
    revert: 'reverting',
    bisect: 'bisecting',
};

/** The mark of a file in lists and tabs: a letter, a word and a colour. */
export interface Mark {
    mark: string;
    word: string;
    color: string;
}

export function changesRows(panels: SharedPanels, host: string, now: number): Row[] {
    const repositories = panels
        .entries('git', 'repository')
        .map(([, repository]) => repository)
        .sort((a, b) => a.number - b.number);
    const byRepository = <Entry extends { repository: number }>(all: [string, Entry][]): Map<number, Entry[]> =>
        grouped(
            all.map(([, one]) => one),
            ({ repository }) => repository,
        );
    const files = byRepository(panels.entries('git', 'file'));
    const branch = byRepository(panels.entries('git', 'branch_file'));
    const commits = byRepository(panels.entries('git', 'commit'));
    return repositories.flatMap((repository) => {
        const of = <Entry>(all: Map<number, Entry[]>): Entry[] => all.get(repository.number) ?? [];
        const unread = unreadRows(panels, 'git', host, repository.number);
        const groups = [...unread, ...groupsOf(repository, of(files), of(branch), of(commits), host, now)];
        const head = headRow(repository);
        return repositories.length > 1 ? [{ ...head, rows: groups }] : [head, ...groups];
    });
}

/** How many files differ: what the view's badge says. */
export function changedFiles(panels: SharedPanels): number {
    const all = panels
        .entries('git', 'repository')
        .map(([, { staged, unstaged, untracked, conflicted }]) => Math.max(staged + unstaged + untracked + conflicted));
    return all.reduce((sum, one) => sum + one, 0);
}

function headRow(repository: Repository): Row {
    const { upstream, operation, commit } = repository;
    const branch = repository.branch ?? (commit ? `at ${commit.slice(0, 8)}` : 'branch unknown');
    const parts = [
        operation &&
            `${OPERATIONS[operation.what] ?? 'busy'}${operation.branch ? ` ${line(operation.branch)}` : ''}${operation.step && operation.steps ? ` ${operation.step}/${operation.steps}` : ''}`,
        upstream &&
            (upstream.gone
                ? `${line(upstream.name)} is gone`
                : [
                      upstream.ahead && `↑${upstream.ahead}`,
                      upstream.behind && `↓${upstream.behind}`,
                      line(upstream.name),
                  ]
                      .filter(Boolean)
                      .join(' ')),
        repository.stashes > 0 && count(repository.stashes, 'stash', 'stashes'),
        repository.fault && line(repository.fault),
    ].filter(Boolean);
    const tree = { main: '', linked: ' (worktree)', submodule: ' (submodule)' }[repository.tree] ?? '';
    return {
        id: `repository ${repository.number}`,
        label:
            repository.fault && !commit && !repository.branch
                ? line(repository.name)
                : `${line(repository.name)}${tree}: ${line(branch)}`,
        description: parts.join(' · '),
        tooltip: repository.path ? `In ${repository.path}` : 'The workspace',
        icon: repository.fault ? 'warning' : repository.tree === 'submodule' ? 'file-submodule' : 'source-control',
        ...(repository.fault ? { color: 'list.warningForeground' } : {}),
    };
}

function groupsOf(
    repository: Repository,
    files: File[],
    branch: BranchFile[],
    commits: Is<'commit'>[],
    host: string,
    now: number,
): Row[] {
    const { number } = repository;
    const conflicts = files.filter((file) => file.conflict);
    const staged = files.filter((file) => file.staged);
    const changed = files.filter((file) => file.unstaged && !file.conflict);
    const untracked = files.filter((file) => file.untracked);
    const base = repository.base;
    const groups = [
        group(
            number,
            'Conflicts',
            conflicts.map((file) => conflictRow(file, host)),
            host,
        ),
        group(
            number,
            'Staged Changes',
            staged.map((file) => fileRow(file, 'staged', host)),
            host,
        ),
        group(
            number,
            'Changes',
            changed.map((file) => fileRow(file, 'unstaged', host)),
            host,
        ),
        group(
            number,
            'Untracked',
            untracked.map((file) => untrackedRow(file, host)),
            host,
        ),
        group(
            number,
            base ? `Branch since ${line(base.name)}` : 'Branch',
            branch.map((file) => branchRow(file, host)),
            host,
            true,
        ),
        group(
            number,
            'Commits',
            commits.map((commit) => commitRow(commit, now)),
            host,
            true,
        ),
    ].filter((row) => row !== undefined);
    if (repository.left_out > 0) {
        groups.push({
            id: 'left out',
            label: `${count(repository.left_out, 'more file')}`,
            description: 'too many to list',
            icon: 'ellipsis',
        });
    }
    if (repository.branch_left_out > 0) {
        const label = count(repository.branch_left_out, 'more file');
        groups.push({ id: 'branch left out', label, description: 'of the branch, too many to list', icon: 'ellipsis' });
    }
    return groups;
}

function group(repository: number, label: string, rows: Row[], host: string, collapsed = false): Row | undefined {
    if (rows.length === 0) return undefined;
    const files = rows.flatMap((row) => {
        if (!row.resource || !row.open) return [];
        const place = row.resource;
        if (row.open.is === 'diff') {
            const there = (side: Place): Place | undefined =>
                side.view === 'changes' && side.version === 'none' ? undefined : side;
            const [left, right] = [there(row.open.left), there(row.open.right)];
            return [{ place, ...(left ? { left } : {}), ...(right ? { right } : {}) }];
        }
        return row.open.is === 'file' ? [{ place, right: row.open.place }] : [];
    });
    const title = `${label} of ${line(host)}`;
    return {
        id: `${repository} ${label}`,
        label,
        description: String(rows.length),
        spoken: `${label}, ${rows.length}`,
        rows,
        collapsed,
        ...(files.length > 0 ? { context: 'group', all: { is: 'changes' as const, title, files } } : {}),
    };
}

function fileRow(file: File, which: 'staged' | 'unstaged', host: string): Row {
    const edit = file[which];
    const sides: Sides =
        which === 'staged'
            ? { left: place(file, 'base'), right: place(file, 'index') }
            : { left: place(file, 'index'), right: place(file, 'worktree') };
    const known = edit && EDITS[edit.what];
    return row(file, {
        id: file.path,
        what: which === 'staged' ? 'staged' : 'not staged',
        ...(known ? { mark: known } : {}),
        lines: lines(edit),
        sides: sidesOf(file, sides),
        host,
        versions: [sides.left, sides.right],
    });
}

function untrackedRow(file: File, host: string): Row {
    const there = place(file, 'worktree');
    return row(file, {
        id: file.path,
        what: 'untracked',
        lines: '',
        sides: { left: place(file, 'none'), right: there },
        host,
        versions: [there],
        single: true,
    });
}

function conflictRow(file: File, host: string): Row {
    const { conflict } = file;
    const left = place(file, conflict?.ours ? 'ours' : 'none');
    const right = place(file, versionOf(file, 'worktree') ? 'worktree' : conflict?.theirs ? 'theirs' : 'none');
    const what = conflict ? (CONFLICTS[conflict.what] ?? 'in conflict') : 'in conflict';
    return row(file, {
        id: file.path,
        what: `conflict: ${what}`,
        lines: what,
        sides: { left, right },
        host,
        versions: [left, right],
    });
}

function branchRow(file: BranchFile, host: string): Row {
    const known = EDITS[file.edit.what];
    const sides = {
        left: place(file, file.base ? 'fork' : 'none'),
        right: place(file, file.head ? 'head' : 'none'),
    };
    return row(file, {
        id: file.path,
        what: 'in the branch',
        ...(known ? { mark: known } : {}),
        lines: lines(file.edit),
        sides,
        host,
        versions: [sides.left, sides.right],
    });
}

interface Shape {
    id: string;
    what: string;
    mark?: Mark;
    lines: string;
    sides: Sides;
    host: string;
    versions: Place[];
    single?: boolean;
}

function row(file: File | BranchFile, { id, what, mark, lines, sides, host, versions, single }: Shape): Row {
    const name = baseName(file.path);
    const folder = folderOf(file.path);
    const from = file.from ? `← ${line(file.from)}` : '';
    const why = versions.map((one) => one.view === 'changes' && refusal(versionOf(file, one.version))).find(Boolean);
    const shown = sides.right.view === 'changes' && sides.right.version === 'none' ? sides.left : sides.right;
    const open: Opening = why
        ? { is: 'nothing', why: `${name} ${why}` }
        : single
          ? { is: 'file', place: sides.right }
          : { is: 'diff', ...sides, title: `${name} (${what}, ${line(host, 60)})` };
    const word = mark ? `${what}, ${mark.word}` : what;
    return {
        id,
        label: name,
        description: [folder, from, lines].filter(Boolean).join('  '),
        tooltip: `${file.path}\n${word}${why ? `\n${why}` : ''}`,
        spoken: [name, folder, word, from && `from ${file.from ?? ''}`].filter(Boolean).join(', '),
        resource: shown,
        open,
        context: 'file',
    };
}

function commitRow(commit: Is<'commit'>, now: number): Row {
    return {
        id: commit.name,
        label: line(commit.subject) || '(no message)',
        description: `${line(commit.author, 40)} · ${ago(commit.at, now)}${commit.pushed ? '' : ' · not pushed'}`,
        tooltip: `${commit.name}\n${line(commit.author)}\n${new Date(commit.at).toLocaleString()}`,
        icon: commit.pushed ? 'git-commit' : 'arrow-up',
    };
}

function sidesOf(file: File, { left, right }: Sides): Sides {
    const there = (side: Place): Place =>
        side.view === 'changes' && versionOf(file, side.version) ? side : place(file, 'none');
    return { left: there(left), right: there(right) };
}

function place(file: { repository: number; path: string }, version: VersionName): Place {
    return { view: 'changes', repository: file.repository, version, path: file.path };
}

/**
 * A version of a file. What does not differ from the one before it stands only there: as it is staged, a file may be
 * what it was in the commit; as it lies in the folder, what is staged.
 */
export function versionOf(file: File | BranchFile, name: VersionName): Version | undefined {
    if (file.is === 'branch_file') return name === 'fork' ? file.base : name === 'head' ? file.head : undefined;
    const index = (): Version | undefined => file.index ?? (file.staged || file.untracked ? undefined : file.base);
    switch (name) {
        case 'base':
            return file.base ?? (file.staged || file.untracked ? undefined : file.index);
        case 'index':
            return index();
        case 'worktree':
            return file.worktree ?? (file.unstaged?.what === 'deleted' ? undefined : index());
        case 'ancestor':
            return file.conflict?.base;
        case 'ours':
            return file.conflict?.ours;
        case 'theirs':
            return file.conflict?.theirs;
        default:
            return undefined;
    }
}

/** Why a version cannot be opened. */
export function refusal(version: Version | undefined): string | undefined {
    if (version?.missing) return 'could not be read: a partial clone has not fetched it, or it is damaged';
    if (!version || version.content || version.shape === 'submodule' || version.size === 0) return undefined;
    if (version.shape === 'folder') return 'is a repository of its own, which is not looked into';
    return `is too large to be shared (${size(version.size)})`;
}

/** How a file is marked in lists and tabs. */
export function markOf(file: File | BranchFile, version: VersionName): Mark | undefined {
    if (file.is === 'branch_file') return version === 'head' || version === 'fork' ? EDITS[file.edit.what] : undefined;
    if (file.conflict) return { mark: '!', word: 'in conflict', color: 'gitDecoration.conflictingResourceForeground' };
    // What is deleted in the index may still lie there.
    if (file.untracked && !(file.staged && version !== 'worktree'))
        return { mark: 'U', word: 'untracked', color: 'gitDecoration.untrackedResourceForeground' };
    const edit =
        version === 'worktree'
            ? file.unstaged
            : version === 'index' || version === 'base'
              ? (file.staged ?? file.unstaged)
              : undefined;
    return edit && EDITS[edit.what];
}

/** A file of the panel, as a place names it. */
export function fileAt(panels: SharedPanels, at: Extract<Place, { view: 'changes' }>): File | BranchFile | undefined {
    const { files, ofBranch } = filesAt(panels);
    return (at.version === 'fork' || at.version === 'head' ? ofBranch : files).get(`${at.repository} ${at.path}`);
}

const filesAt = kept('git', (panels) => {
    const by = <Entry extends File | BranchFile>(all: [string, Entry][]): Map<string, Entry> =>
        new Map(all.map(([, file]) => [`${file.repository} ${file.path}`, file]));
    return { files: by(panels.entries('git', 'file')), ofBranch: by(panels.entries('git', 'branch_file')) };
});

function lines(edit: { added?: number; removed?: number } | undefined): string {
    const parts = [edit?.added && `+${edit.added}`, edit?.removed && `−${edit.removed}`];
    return parts.filter(Boolean).join(' ');
}
