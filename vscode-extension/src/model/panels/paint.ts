// Outlines as VS Code shows them: which icon, which colour, which text where. The words are the outline's own.
import type { Icon, Row, Span, Tone } from '@jumpseat/native';

import { baseName, folderOf, type Place } from './place';
import { isWeb, line, plain } from './safe';
import { ago, at } from './words';

/** A row of a tree. */
export interface Item {
    label: string;
    description: string;
    tooltip: string;
    /** What is heard. */
    spoken: string;
    /** An icon and its colour, by the names that VS Code has for them. */
    icon?: string;
    color?: string;
    /** The file that it is about: gives it the file's icon and marks. */
    resource?: Place;
    /** What menus go by. */
    context?: string;
}

const ICONS: Record<Icon, string> = {
    repository: 'source-control',
    submodule: 'file-submodule',
    clean: 'check',
    added: 'diff-added',
    modified: 'diff-modified',
    deleted: 'diff-removed',
    renamed: 'diff-renamed',
    copied: 'diff-added',
    retyped: 'diff-modified',
    untracked: 'diff-added',
    conflict: 'warning',
    commit: 'git-commit',
    commit_not_pushed: 'arrow-up',
    more: 'ellipsis',
    terminal: 'terminal',
    session: 'broadcast',
    unproven: 'question',
    waiting: 'circle-outline',
    running: 'loading~spin',
    passed: 'pass',
    failed: 'error',
    ended: 'circle-outline',
    stopped: 'circle-slash',
    skipped: 'debug-step-over',
    request_open: 'git-pull-request',
    request_draft: 'git-pull-request-draft',
    request_merged: 'git-merge',
    request_closed: 'git-pull-request-closed',
    thread_resolved: 'pass',
    thread_unresolved: 'comment-unresolved',
    thread_outdated: 'comment-draft',
    comment: 'comment',
    approval: 'check',
    issue_open: 'issues',
    issue_closed: 'pass',
    issue_not_planned: 'circle-slash',
    no_file: 'symbol-misc',
    error: 'error',
    warning: 'warning',
    note: 'info',
    hint: 'lightbulb',
};

const COLORS: Partial<Record<Tone, string>> = {
    good: 'testing.iconPassed',
    warning: 'list.warningForeground',
    bad: 'testing.iconFailed',
};

/** The marks of changed files, and the colours that git's own have. */
const MARKS: Partial<Record<Icon, [mark: string, color: string]>> = {
    added: ['A', 'gitDecoration.addedResourceForeground'],
    modified: ['M', 'gitDecoration.modifiedResourceForeground'],
    deleted: ['D', 'gitDecoration.deletedResourceForeground'],
    renamed: ['R', 'gitDecoration.renamedResourceForeground'],
    copied: ['C', 'gitDecoration.addedResourceForeground'],
    retyped: ['T', 'gitDecoration.modifiedResourceForeground'],
    untracked: ['U', 'gitDecoration.untrackedResourceForeground'],
    conflict: ['!', 'gitDecoration.conflictingResourceForeground'],
};

/** A letter and a colour for a mark, as git's own would have them. */
export function markOf(icon: Icon): { mark: string; color: string } | undefined {
    const [mark, color] = MARKS[icon] ?? [];
    return mark && color ? { mark, color } : undefined;
}

/** Spans as one text. */
export function text(spans: Span[] | undefined, now: number, when = ago): string {
    return (spans ?? []).map((span) => ('at' in span ? when(span.at, now) : span.text)).join('');
}

export function itemOf(row: Row, now: number): Item {
    const said = text(row.label, now);
    const preview = row.preview ?? '';
    const when = row.at === undefined ? '' : (row.is === 'block' ? at : ago)(row.at, now);
    const { path } = row;
    const detail = [text(row.detail, now), path === undefined && preview, when].filter(Boolean).join(' · ');
    const label = line(path === undefined ? said : [`${baseName(path)}${said}`, preview].filter(Boolean).join('  '));
    const description = line([path !== undefined && folderOf(path), detail].filter(Boolean).join('  '), 300);
    const tooltip = plain((row.tooltip ?? []).map((one) => text(one, now)).join('\n')).slice(0, 4000);
    const resource = resourceOf(row);
    const context = contextOf(row);
    const color = COLORS[row.tone ?? 'plain'];
    return {
        label,
        description,
        tooltip: tooltip || label,
        spoken: line(row.spoken ?? [label, description].filter(Boolean).join(', '), 500),
        ...(resource ? { resource } : row.icon ? { icon: ICONS[row.icon], ...(color ? { color } : {}) } : {}),
        ...(context ? { context } : {}),
    };
}

function resourceOf({ file, path, icon }: Row): Place | undefined {
    if (file) return { view: 'changes', ...file };
    return path !== undefined && !icon ? { view: 'findings', path } : undefined;
}

function contextOf({ is, target, jump, web }: Row): string | undefined {
    if (!is || (is === 'group' && !target)) return undefined;
    return `${is}${jump ? '.jumps' : ''}${isWeb(web) ? '.web' : ''}`;
}

/** The rows as text, as they stand below each other. */
export function asText(rows: Row[], now: number, depth = 0): string {
    return rows
        .map((row) => {
            const { label, description } = itemOf(row, now);
            const one = `${'  '.repeat(depth)}${label}${description ? `  ·  ${description}` : ''}\n`;
            return one + asText(row.rows ?? [], now, depth + 1);
        })
        .join('');
}
