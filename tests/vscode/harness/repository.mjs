// A real repository in a host's folder.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository in the host's folder, on a branch of its own. */
export class Repository {
    constructor(editor) {
        this.folder = join(editor.server.run, 'work');
        this.env = { ...editor.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.com' };
        this.git('init', '-q', '-b', 'main');
        this.write('src/app.txt', 'one\ntwo\nthree\n');
        this.git('add', '.');
        this.git('commit', '-q', '-m', 'Begin');
        this.git('checkout', '-q', '-b', 'fix/9-crash');
    }

    git(...args) {
        return execFileSync('git', args, { cwd: this.folder, env: this.env, encoding: 'utf8' }).trim();
    }

    path(file) {
        return join(this.folder, file);
    }

    write(file, text) {
        mkdirSync(join(this.path(file), '..'), { recursive: true });
        writeFileSync(this.path(file), text);
    }

    end() {
        for (const name of ['.git', 'src', 'notes.txt']) rmSync(this.path(name), { recursive: true, force: true });
    }
}
