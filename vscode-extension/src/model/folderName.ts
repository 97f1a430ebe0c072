// The name of a session: the folder and branch of its first terminal.
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** How long a branch is cached, in milliseconds: rows are drawn often. */
const FRESH = 3000;

const known = new Map<string, { branch: string | undefined; at: number }>();

/** The folder and the branch: `shop (main)`. Nothing where the folder is not known. */
export function folderName(cwd: string | undefined): string | undefined {
    if (!cwd || !isAbsolute(cwd)) return undefined;
    const branch = branchOf(cwd, Date.now());
    return branch === undefined ? basename(cwd) || cwd : `${basename(cwd)} (${branch})`;
}

function branchOf(cwd: string, now: number): string | undefined {
    const before = known.get(cwd);
    if (before && now - before.at < FRESH) return before.branch;
    const branch = read(cwd);
    known.delete(cwd);
    known.set(cwd, { branch, at: now });
    for (const folder of known.keys()) {
        if (known.size <= 64) break;
        known.delete(folder);
    }
    return branch;
}

/** The branch that is checked out; nothing outside a repository or with a detached HEAD. */
function read(cwd: string): string | undefined {
    for (let folder = cwd; ; folder = dirname(folder)) {
        const git = join(folder, '.git');
        try {
            // A worktree's is a file that names the folder.
            const at = statSync(git).isFile() ? resolve(folder, /^gitdir: (.+)$/m.exec(text(git))?.[1] ?? '.') : git;
            return /^ref: refs\/heads\/(.+)$/m.exec(text(join(at, 'HEAD')))?.[1];
        } catch {
            if (folder === dirname(folder)) return undefined;
        }
    }
}

function text(file: string): string {
    return readFileSync(file, 'utf8').slice(0, 4096);
}
