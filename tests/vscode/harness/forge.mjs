// Servers of this machine that speak as GitHub's and GitLab's interfaces do, about one repository with a request and an issue.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const NOW = '2026-01-02T03:04:05Z';
const later = (seconds) => new Date(Date.parse(NOW) + 1000 * seconds).toISOString().replace('.000', '');

export class Forge {
    /** Of `repository`, at `commit` of its `branch`; it shows itself to nobody but who brings this credential. */
    static async start(repository, branch, commit, credential) {
        const forge = new this();
        Object.assign(forge, { repository, branch, commit, credential, seen: [], threads: [], issue: undefined });
        forge.server = createServer((request, response) => void forge.#answer(request, response)).listen(0, '127.0.0.1');
        await once(forge.server, 'listening');
        forge.address = `http://127.0.0.1:${forge.server.address().port}`;
        return forge;
    }

    get api() {
        return `${this.address}/api/v3`;
    }

    /** Somebody begins a thread at a line, or says more in one. */
    comment(who, text, { path, line, thread } = {}) {
        const talk = thread ?? { path, line, resolved: false, comments: [] };
        talk.comments.push({ id: 100 + this.said, who, text });
        if (!thread) this.threads.push(talk);
        return talk;
    }

    /** How much was said in threads. */
    get said() {
        return this.threads.reduce((sum, { comments }) => sum + comments.length, 0);
    }

    async end() {
        this.server.closeAllConnections();
        await new Promise((closed) => this.server.close(closed));
    }

    async #answer(request, response) {
        let body = '';
        for await (const chunk of request) body += chunk;
        const { pathname } = new URL(request.url, this.address);
        this.seen.push(pathname);
        const known = ['Bearer', 'token'].some((kind) => request.headers.authorization === `${kind} ${this.credential}`);
        const value = this.signIn(pathname) ?? (known ? this.find(pathname, body) : undefined);
        // As forges do: what is not for everyone is not there.
        const text = JSON.stringify(value ?? { message: known || !request.headers.authorization ? 'Not Found' : 'Bad credentials' });
        const tag = `"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
        const status = value === undefined ? (known || !request.headers.authorization ? 404 : 401) : request.headers['if-none-match'] === tag ? 304 : 200;
        response.writeHead(status, { 'content-type': 'application/json', etag: tag });
        response.end(status === 304 ? '' : text);
    }

    /** As programs sign in that show a code: here everyone who asks has typed it. */
    signIn(path) {
        return {
            '/login/device/code': { device_code: 'device', user_code: 'ABCD-1234', verification_uri: `${this.address}/login/device`, interval: 1 },
            '/login/device': {},
            '/login/oauth/access_token': { access_token: this.credential, token_type: 'bearer', scope: 'repo' },
        }[path];
    }

    find(path, body) {
        const within = path.startsWith(`/api/v3/repos/${this.repository}`) ? path.slice(`/api/v3/repos/${this.repository}`.length) : undefined;
        const routes = {
            '': () => ({ full_name: this.repository }),
            '/pulls': () => [this.#pull()], '/pulls/12': () => this.#pull(), '/pulls/12/reviews': () => [{ user: { login: 'cy' }, body: 'Nearly there.', state: 'CHANGES_REQUESTED', submitted_at: NOW }],
            '/pulls/12/comments': () => this.threads.flatMap((talk) => talk.comments.map((one, nth) => this.#placed(talk, one, nth))),
            '/issues/12/comments': () => [said('di', 'Thank you for looking into it.')],
            [`/commits/${this.commit}/check-runs`]: () => ({ check_runs: [
                { name: 'test', status: 'completed', conclusion: 'success', started_at: NOW, completed_at: '2026-01-02T03:05:05Z', output: { title: '214 passed' } },
                { name: 'lint', status: 'completed', conclusion: 'failure', output: { title: '1 error' } } ] }),
            [`/commits/${this.commit}/status`]: () => ({ statuses: [] }),
            '/issues/9': () => this.issue, '/issues/9/comments': () => [said('bo', 'Here, too.')],
        };
        if (path === '/api/v3/user') return { login: 'ann', id: 7 };
        if (path === '/api/graphql') return this.#graph(JSON.parse(body));
        return within === undefined ? undefined : routes[within]?.();
    }

    #pull() {
        return {
            number: 12, title: 'Count on', body: 'Closes #9', state: 'open', draft: false, user: { login: 'ann' }, base: { ref: 'main', sha: '0' },
            head: { ref: this.branch, sha: this.commit }, labels: [{ name: 'bug', color: 'd73a4a' }], requested_reviewers: [{ login: 'bo' }],
            requested_teams: [], mergeable: true, created_at: NOW, updated_at: later(this.said), html_url: `https://github.com/${this.repository}/pull/12`,
            comments: 1, review_comments: this.said,
        };
    }

    #placed({ path, line, comments }, { id, who, text }, nth) {
        return {
            ...said(who, text), id, ...(nth > 0 ? { in_reply_to_id: comments[0].id } : {}), path, line, start_line: null, original_line: line,
            side: 'RIGHT', subject_type: 'line', diff_hunk: '@@ -1,3 +1,4 @@\n three\n+four',
        };
    }

    #graph({ query }) {
        if (!query.includes('reviewThreads')) return { errors: [{ type: 'UNKNOWN' }] };
        const nodes = this.threads.map(({ path, line, resolved, comments: [first] }) => ({
            isResolved: resolved, isOutdated: false, path, line, startLine: null, originalLine: line, diffSide: 'RIGHT', subjectType: 'LINE',
            comments: { nodes: [{ databaseId: first.id }] },
        }));
        return { data: { repository: { pullRequest: {
            reviewDecision: 'CHANGES_REQUESTED', closingIssuesReferences: { nodes: [{ number: 9, repository: { nameWithOwner: this.repository } }] },
            reviewThreads: { pageInfo: { hasNextPage: false, endCursor: null }, nodes },
        } } } };
    }
}

/** The same at GitLab, where the request is a merge request. */
export class GitLab extends Forge {
    get api() {
        return `${this.address}/api/v4`;
    }

    signIn() {
        return undefined;
    }

    find(path) {
        const project = `/api/v4/projects/${encodeURIComponent(this.repository)}`;
        const within = path.startsWith(project) ? path.slice(project.length) : undefined;
        const routes = {
            '': () => ({ id: 1 }),
            '/merge_requests': () => [this.#merge()], '/merge_requests/12': () => this.#merge(),
            '/merge_requests/12/approvals': () => ({ approved: false, approvals_left: 1, approved_by: [] }),
            '/merge_requests/12/discussions': () => this.threads.map((talk, nth) => this.#discussion(talk, nth)),
            '/merge_requests/12/closes_issues': () => [],
        };
        return within === undefined ? undefined : routes[within]?.();
    }

    #merge() {
        return {
            iid: 12, project_id: 1, title: 'Count on', description: 'Makes it count.', state: 'opened', draft: false, author: { username: 'ann' },
            source_branch: this.branch, target_branch: 'main', sha: this.commit, labels: ['bug'], reviewers: [{ username: 'bo' }], has_conflicts: false,
            head_pipeline: null, created_at: NOW, updated_at: later(this.said), user_notes_count: this.said, web_url: null,
        };
    }

    #discussion({ path, line, resolved, comments }, nth) {
        const position = { head_sha: this.commit, new_path: path, old_path: path, new_line: line, old_line: null };
        const note = ({ id, who, text }) => ({
            id, body: text, author: { username: who }, created_at: NOW, updated_at: NOW, system: false, resolvable: true, resolved, position,
        });
        return { id: `discussion${nth}`, individual_note: false, notes: comments.map(note) };
    }
}

function said(who, text) {
    return { id: 1, user: { login: who }, body: text, created_at: NOW, updated_at: NOW, html_url: 'https://github.com/' };
}

/** An issue with this number. */
export function issue(number, title, body) {
    return {
        number, title, body, state: 'open', state_reason: null, user: { login: 'di' }, labels: [{ name: 'crash', color: 'd73a4a' }],
        assignees: [{ login: 'ann' }], milestone: { title: '1.0' }, created_at: NOW, updated_at: NOW, html_url: null,
    };
}
