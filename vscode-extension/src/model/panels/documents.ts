// What stands in a read-only document: a content to be fetched, or a page made of what stands in a panel.
import type { Body, PanelKind, Reference } from '@jumpseat/native';

import { fileAt, refusal, versionOf } from './changes';
import { findingsText } from './findings';
import { blockAt } from './history';
import { commentsOf, ISSUES } from './issues';
import type { Place } from './place';
import { checksText, REQUESTS, talksOf, VERDICTS } from './review';
import { escaped, isWeb, line, markdown } from './safe';
import type { SharedPanels } from './shared';

/** A text, or one that is longer than what stands in the panel. */
type Part = string | { panel: PanelKind; body: Body };

export type Source =
    /** A content of the host's, as it is; `plain` for one that is no file. */
    | { is: 'content'; panel: PanelKind; reference: Reference; plain: boolean }
    | { is: 'page'; parts: Part[] }
    | { is: 'refused'; why: string };

/** What a place shows now; nothing if it does not stand in a panel that is shared. */
export function sourceOf(panels: SharedPanels, place: Place): Source | undefined {
    switch (place.view) {
        case 'changes':
            return fileSource(panels, place);
        case 'findings': {
            const text = findingsText(panels, place.path);
            return text === undefined ? undefined : { is: 'page', parts: [text] };
        }
        case 'history': {
            const block = blockAt(panels, place.key);
            if (!block) return undefined;
            return block.output
                ? { is: 'content', panel: 'history', reference: block.output, plain: true }
                : { is: 'page', parts: [''] };
        }
        case 'issue':
            return issuePage(panels, place.key);
        case 'review':
            return reviewPage(panels, place.key);
    }
}

/** Tells one state of a document from the next. */
export function identity(source: Source): string {
    switch (source.is) {
        case 'content':
            return source.reference.id;
        case 'refused':
            return source.why;
        case 'page':
            return source.parts
                .map((part) => (typeof part === 'string' ? part : (part.body.rest?.id ?? part.body.text)))
                .join('\0');
    }
}

/** The page as text; `whole` fetches what is longer than what stands in the panel. */
export async function pageText(
    parts: Part[],
    whole: (panel: PanelKind, reference: Reference) => Promise<string>,
): Promise<string> {
    const texts = await Promise.all(
        parts.map(async (part) => {
            if (typeof part === 'string') return part;
            const { panel, body } = part;
            const text = body.rest ? await whole(panel, body.rest).catch(() => `${body.text}\n\n…`) : body.text;
            return markdown(text);
        }),
    );
    return texts.join('');
}

function fileSource(panels: SharedPanels, place: Extract<Place, { view: 'changes' }>): Source | undefined {
    if (!panels.shares('git')) return undefined;
    if (place.version === 'none') return { is: 'page', parts: [''] };
    const file = fileAt(panels, place);
    const version = file && versionOf(file, place.version);
    if (!version) return undefined;
    if (version.shape === 'submodule')
        return { is: 'page', parts: [`Subproject commit ${line(version.commit ?? '')}\n`] };
    if (version.content) return { is: 'content', panel: 'git', reference: version.content, plain: false };
    const why = refusal(version);
    return why ? { is: 'refused', why: `${place.path} ${why}` } : { is: 'page', parts: [''] };
}

function issuePage(panels: SharedPanels, key: string): Source | undefined {
    const issue = panels.entries('issue', 'issue').find(([name]) => name === key)?.[1];
    if (!issue) return undefined;
    const facts = [
        ISSUES[issue.state]?.word,
        `by ${escaped(issue.author)}`,
        day(issue.created),
        ...issue.labels.map(({ name }) => `*${escaped(name)}*`),
        issue.assignees.length > 0 && `for ${issue.assignees.map(escaped).join(', ')}`,
        issue.milestone && `planned for ${escaped(issue.milestone)}`,
    ]
        .filter(Boolean)
        .join(' · ');
    const parts: Part[] = [
        `# ${escaped(issue.title)}\n\n${escaped(issue.repository)} \\#${issue.number} · ${facts}${link(issue.web)}\n\n---\n\n`,
        { panel: 'issue', body: issue.body },
    ];
    for (const [, comment] of commentsOf(panels, issue)) {
        parts.push(
            `\n\n---\n\n**${escaped(comment.author)}** · ${day(comment.at)}${comment.edited ? ' · edited' : ''}\n\n`,
            { panel: 'issue', body: comment.body },
        );
    }
    return { is: 'page', parts: [...parts, '\n'] };
}

function reviewPage(panels: SharedPanels, key: string): Source | undefined {
    const request = panels.entries('review', 'request').find(([name]) => name === key)?.[1];
    if (!request) return undefined;
    const facts = [
        REQUESTS[request.state]?.word,
        `by ${escaped(request.author)}`,
        `${escaped(request.head)} → ${escaped(request.base)}`,
        checksText(request.checks),
        ...request.reviewers.map(
            ({ name, verdict }) => `${escaped(name)} ${verdict ? (VERDICTS[verdict] ?? '') : 'review required'}`,
        ),
    ]
        .filter(Boolean)
        .join(' · ');
    const parts: Part[] = [
        `# ${escaped(request.title)}\n\n${escaped(request.repository)} \\#${request.number} · ${facts}${link(request.web)}\n\n---\n\n`,
        { panel: 'review', body: request.body },
    ];
    const says = (comment: {
        author: string;
        at: number;
        edited: boolean;
        verdict?: keyof typeof VERDICTS;
        body: Body;
    }): void => {
        const verdict = comment.verdict ? ` ${VERDICTS[comment.verdict] ?? ''}` : '';
        parts.push(
            `\n\n**${escaped(comment.author)}**${verdict} · ${day(comment.at)}${comment.edited ? ' · edited' : ''}\n\n`,
            { panel: 'review', body: comment.body },
        );
    };
    for (const [, comment] of panels.entries('review', 'comment')) {
        if (comment.thread !== undefined) continue;
        parts.push('\n\n---');
        says(comment);
    }
    for (const { thread, comments } of talksOf(panels)) {
        const at = thread.line ?? thread.original_line;
        parts.push(
            `\n\n---\n\n### ${escaped(thread.path)}${at === undefined ? '' : ` line ${at}`}${thread.resolved ? ' (resolved)' : ''}${thread.outdated ? ' (outdated)' : ''}\n\n`,
        );
        if (thread.hunk) parts.push(fenced(thread.hunk));
        comments.forEach(says);
    }
    return { is: 'page', parts: [...parts, '\n'] };
}

/** Lines as they are: indented, there is no sign that ends them. */
function fenced(text: string): string {
    return text
        .split('\n')
        .map(
            (one) =>
                `    ${line(one.replace(/\t/g, '    '), 400) === '' ? '' : one.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}`,
        )
        .join('\n');
}

function day(time: number): string {
    return new Date(time).toISOString().slice(0, 10);
}

function link(address: string | undefined): string {
    return isWeb(address)
        ? ` · [on the web](${address.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`
        : '';
}
