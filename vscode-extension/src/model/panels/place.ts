// What a read-only document shows, as an address: `/src/a.rs?changes/0/worktree`. Its path is for people, and the same
// for every version of a file; its query names something in a panel, and leads nowhere else: what does not stand in a
// panel that is shared now does not exist.
import type { FileAt, PanelKind, VersionName } from '@jumpseat/native';

/** Which of a file's versions: of what is not committed, of a conflict, or of the branch. */
const VERSIONS: VersionName[] = ['base', 'index', 'worktree', 'ancestor', 'ours', 'theirs', 'fork', 'head', 'none'];

export type Place =
    | ({ view: 'changes' } & FileAt)
    /** A command's output, an issue, a request: `name` is for the tab alone. */
    | { view: 'history' | 'review' | 'issue'; key: string; name: string }
    /** What was found in a file that is not shared itself. */
    | { view: 'findings'; path: string };

/** An address within a session. */
export interface Address {
    path: string;
    query: string;
}

export function addressOf(place: Place): Address {
    switch (place.view) {
        case 'changes':
            return { path: `/${place.path}`, query: `changes/${place.repository}/${place.version}` };
        case 'findings':
            return { path: `/${place.path}`, query: 'findings' };
        default:
            return { path: `/${fileName(place.name)}`, query: `${place.view}/${place.key}` };
    }
}

/** The panel that it stands in. */
export function panelOf({ view }: Place): PanelKind {
    return view === 'changes' ? 'git' : view;
}

export function placeOf({ path, query }: Address): Place | undefined {
    const name = path.slice(1);
    if (!path.startsWith('/') || name === '') return undefined;
    const [, view, rest] = /^(changes|findings|history|review|issue)(?:\/(.+))?$/s.exec(query) ?? [];
    switch (view) {
        case 'changes': {
            const [, number, version] = /^(\d{1,9})\/(\w+)$/.exec(rest ?? '') ?? [];
            const known = VERSIONS.find((one) => one === version);
            return number !== undefined && known
                ? { view, repository: Number(number), version: known, path: name }
                : undefined;
        }
        case 'findings':
            return rest === undefined ? { view, path: name } : undefined;
        case 'history':
        case 'review':
        case 'issue':
            return rest === undefined ? undefined : { view, key: rest, name };
        default:
            return undefined;
    }
}

/** A name for a tab, of any text: nothing of it reads as a path. */
export function fileName(text: string): string {
    const name = text
        .replace(/[\s/\\:*?"<>|#%\x00-\x1f]+/g, ' ')
        .replace(/^[. ]+|[. ]+$/g, '')
        .slice(0, 80)
        .trim();
    return name || 'untitled';
}

export function baseName(path: string): string {
    return path.slice(path.lastIndexOf('/') + 1);
}

export function folderOf(path: string): string {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
