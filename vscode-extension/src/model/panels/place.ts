// What a read-only document shows, as a path: `/changes/0/worktree/src/a.rs`. A path names something in a panel, and
// leads nowhere else: what does not stand in a panel that is shared now does not exist.

/** Which of a file's versions: of what is not committed, of a conflict, or of the branch. */
export const VERSIONS = ['base', 'index', 'worktree', 'ancestor', 'ours', 'theirs', 'fork', 'head', 'none'] as const;
export type VersionName = (typeof VERSIONS)[number];

export type Place =
    | { view: 'changes'; repository: number; version: VersionName; path: string }
    /** A command's output, an issue, a request: `name` is for the tab alone. */
    | { view: 'history' | 'review' | 'issue'; key: string; name: string }
    /** What was found in a file that is not shared itself. */
    | { view: 'findings'; path: string };

export function pathOf(place: Place): string {
    switch (place.view) {
        case 'changes': return `/changes/${place.repository}/${place.version}/${place.path}`;
        case 'findings': return `/findings/${place.path}`;
        default: return `/${place.view}/${encodeURIComponent(place.key)}/${fileName(place.name)}`;
    }
}

export function placeOf(path: string): Place | undefined {
    const [, view, ...rest] = path.split('/');
    switch (view) {
        case 'changes': {
            const [number, name, ...parts] = rest;
            const version = VERSIONS.find((known) => known === name);
            if (!version || !/^\d{1,9}$/.test(number ?? '') || parts.length === 0) return undefined;
            return { view, repository: Number(number), version, path: parts.join('/') };
        }
        case 'findings': return rest.length > 0 ? { view, path: rest.join('/') } : undefined;
        case 'history': case 'review': case 'issue': {
            const [key, name, ...more] = rest;
            if (!key || !name || more.length > 0) return undefined;
            try {
                return { view, key: decodeURIComponent(key), name };
            } catch {
                return undefined;
            }
        }
        default: return undefined;
    }
}

/** A name for a tab, of any text: nothing of it reads as a path. */
export function fileName(text: string): string {
    const name = text.replace(/[\s/\\:*?"<>|#%\x00-\x1f]+/g, ' ').replace(/^[. ]+|[. ]+$/g, '').slice(0, 80).trim();
    return name || 'untitled';
}

export function baseName(path: string): string {
    return path.slice(path.lastIndexOf('/') + 1);
}

export function folderOf(path: string): string {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
