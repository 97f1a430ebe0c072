// The Review view: the branch's request, its checks, and what people discuss.
import type { CheckState, Checks, RequestState, Verdict } from '@jumpseat/native';

import { grouped, kept } from './kept';
import { located } from './located';
import { baseName, type Place } from './place';
import type { Opening, Row } from './row';
import { isWeb, line } from './safe';
import type { Is, SharedPanels } from './shared';
import { ago, count, took } from './words';

type Request = Is<'request'>;
type Thread = Is<'thread'>;
type Comment = Is<'comment'>;

export const REQUESTS: Record<RequestState, { word: string; icon: string }> = {
    open: { word: 'open', icon: 'git-pull-request' },
    draft: { word: 'draft', icon: 'git-pull-request-draft' },
    merged: { word: 'merged', icon: 'git-merge' },
    closed: { word: 'closed', icon: 'git-pull-request-closed' },
};

export const VERDICTS: Record<Verdict, string> = {
    approved: 'approved',
    changes_requested: 'changes requested',
    commented: 'commented',
    dismissed: 'dismissed',
    required: 'review required',
};

const CHECKS: Record<CheckState, { word: string; icon: string; color?: string }> = {
    waiting: { word: 'waiting', icon: 'circle-outline' },
    running: { word: 'running', icon: 'loading~spin' },
    passed: { word: 'passed', icon: 'pass', color: 'testing.iconPassed' },
    failed: { word: 'failed', icon: 'error', color: 'testing.iconFailed' },
    stopped: { word: 'stopped', icon: 'circle-slash' },
    skipped: { word: 'skipped', icon: 'debug-step-over' },
};

/** A thread with what was said in it. */
export interface Talk {
    key: string;
    thread: Thread;
    comments: Comment[];
}

export function reviewRows(panels: SharedPanels, now: number): Row[] {
    const request = panels.entries('review', 'request')[0];
    const talks = talksOf(panels);
    const open = talks.filter(({ thread }) => thread.resolved !== true);
    const settled = talks.filter(({ thread }) => thread.resolved === true);
    const checks = panels.entries('review', 'check').map(([key, check]): Row => {
        const state = CHECKS[check.state] ?? CHECKS.waiting;
        const lasted =
            check.started !== undefined && check.finished !== undefined
                ? took(Math.max(0, check.finished - check.started))
                : '';
        return {
            id: key,
            label: line(check.name),
            description: [state.word, lasted, line(check.summary ?? '', 80)].filter(Boolean).join(' · '),
            icon: state.icon,
            ...(state.color ? { color: state.color } : {}),
            ...web(check.web, 'check'),
        };
    });
    const remarks = panels.entries('review', 'comment').filter(([, comment]) => comment.thread === undefined);
    const rows: Row[] = [];
    if (request) rows.push(requestRow(request[0], request[1]));
    if (checks.length > 0 && request)
        rows.push({
            id: 'checks',
            label: 'Checks',
            description: checksText(request[1].checks),
            rows: checks,
            collapsed: true,
        });
    const group = (id: string, label: string, of: Talk[], collapsed: boolean): void => {
        if (of.length > 0)
            rows.push({
                id,
                label,
                description: String(of.length),
                spoken: `${label}, ${of.length}`,
                collapsed,
                rows: of.map((talk) => talkRow(panels, talk, request, now)),
            });
    };
    group('open', 'Unresolved', open, false);
    group('settled', 'Resolved', settled, true);
    if (remarks.length > 0) {
        rows.push({
            id: 'remarks',
            label: 'Conversation',
            description: String(remarks.length),
            collapsed: true,
            rows: remarks.map(([key, comment]) => commentRow(key, comment, now, pageOf(request))),
        });
    }
    return rows;
}

/** How many threads wait for an answer: what the view's badge says. */
export function unresolved(panels: SharedPanels): number {
    const request = panels.entries('review', 'request')[0]?.[1];
    return request?.unresolved ?? talksOf(panels).filter(({ thread }) => thread.resolved === false).length;
}

export const talksOf = kept('review', (panels): Talk[] => {
    const said = grouped(
        panels.entries('review', 'comment').map(([, comment]) => comment),
        (comment) => comment.thread,
    );
    return panels.entries('review', 'thread').map(([key, thread]) => {
        const comments = (said.get(thread.id) ?? []).sort((a, b) => a.at - b.at);
        // Told once: another thread of this name has none.
        said.delete(thread.id);
        return { key, thread, comments };
    });
});

/** The document that a thread is about, where that is shared. */
export function threadPlace(panels: SharedPanels, thread: Thread): Extract<Place, { view: 'changes' }> | undefined {
    return located(panels, thread.path, thread.side === 'base' ? ['fork', 'base'] : ['head', 'index', 'worktree']);
}

function requestRow(key: string, request: Request): Row {
    const state = REQUESTS[request.state] ?? REQUESTS.open;
    const looked = request.reviewers.map(
        ({ name, verdict }) => `${line(name)}: ${verdict ? (VERDICTS[verdict] ?? '') : 'review required'}`,
    );
    return {
        id: key,
        label: `#${request.number} ${line(request.title)}`,
        icon: state.icon,
        description: [
            state.word,
            request.verdict && VERDICTS[request.verdict],
            checksText(request.checks),
            request.mergeable === false && 'conflicts',
        ]
            .filter(Boolean)
            .join(' · '),
        tooltip: [
            `${line(request.repository)} #${request.number} by ${line(request.author)}`,
            `${line(request.head)} → ${line(request.base)}`,
            ...looked,
        ].join('\n'),
        open: { is: 'page', place: pageOf([key, request]) },
        ...web(request.web, 'page'),
    };
}

function pageOf(request: [string, Request] | undefined): Place {
    return {
        view: 'review',
        key: request?.[0] ?? '-',
        name: `${request?.[1].number ?? ''} ${line(request?.[1].title ?? 'Review', 60)}.md`,
    };
}

function talkRow(
    panels: SharedPanels,
    { key, thread, comments }: Talk,
    request: [string, Request] | undefined,
    now: number,
): Row {
    const at = thread.line ?? thread.original_line;
    const where = `${baseName(thread.path)}${at === undefined ? '' : `:${at}`}`;
    const first = comments[0];
    const description = [
        first && line(first.author, 40),
        count(comments.length, 'comment'),
        thread.outdated && 'outdated',
    ]
        .filter(Boolean)
        .join(' · ');
    return {
        id: key,
        label: `${where}  ${line(first?.body.text ?? '', 80)}`,
        description,
        tooltip: thread.path,
        spoken: `${thread.path}, ${at === undefined ? '' : `line ${at}, `}${description}: ${line(first?.body.text ?? '')}`,
        icon: thread.resolved === true ? 'pass' : thread.outdated ? 'comment-draft' : 'comment-unresolved',
        open: threadOpening(panels, thread) ?? { is: 'page', place: pageOf(request) },
        ...web(first?.web, 'thread'),
        collapsed: true,
        rows: comments.map((comment, i) => commentRow(`${key} ${i}`, comment, now, undefined)),
    };
}

function threadOpening(panels: SharedPanels, thread: Thread): Opening | undefined {
    const place = threadPlace(panels, thread);
    if (!place) return undefined;
    const line = thread.line ?? 1;
    const at = { line: thread.first_line ?? line, column: 1, endLine: line, endColumn: 1 };
    const fork = located(panels, thread.path, ['fork']);
    if (place.version === 'head' && fork)
        return { is: 'diff', left: fork, right: place, title: `${baseName(thread.path)} (review)`, at };
    return { is: 'file', place, at };
}

function commentRow(id: string, comment: Comment, now: number, page: Place | undefined): Row {
    return {
        id,
        label: line(comment.author, 40),
        description: line(comment.body.text, 120),
        icon: comment.verdict === 'approved' ? 'check' : 'comment',
        tooltip: `${line(comment.author)}${comment.verdict ? ` ${VERDICTS[comment.verdict] ?? ''}` : ''}, ${ago(comment.at, now)}${comment.edited ? ', edited' : ''}\n\n${line(comment.body.text, 1000)}`,
        ...(page ? { open: { is: 'page' as const, place: page } } : {}),
        ...web(comment.web, 'comment'),
    };
}

export function checksText({ passed, failed, running }: Checks): string {
    if (failed > 0) return `${count(failed, 'check')} failed`;
    if (running > 0) return `${count(running, 'check')} running`;
    return passed > 0 ? `${count(passed, 'check')} passed` : '';
}

/** A way to the web, where the host named one. */
export function web(address: string | undefined, context: string): Pick<Row, 'web' | 'context'> {
    return isWeb(address) ? { web: address, context: `${context}.web` } : { context };
}
