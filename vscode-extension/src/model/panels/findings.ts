// The Findings view, by file or by rule, and where each finding stands in the documents here.
import type { Severity } from '@jumpseat/native';

import { grouped, kept } from './kept';
import { located } from './located';
import { baseName, folderOf, type Place } from './place';
import { web } from './review';
import type { Opening, Row, Span } from './row';
import { line, plain } from './safe';
import type { Is, SharedPanels } from './shared';
import { count } from './words';

export type Finding = Is<'finding'>;

const SEVERITIES: Severity[] = ['error', 'warning', 'note', 'hint'];
const ICONS: Record<Severity, { icon: string; color: string }> = {
    error: { icon: 'error', color: 'problemsErrorIcon.foreground' },
    warning: { icon: 'warning', color: 'problemsWarningIcon.foreground' },
    note: { icon: 'info', color: 'problemsInfoIcon.foreground' },
    hint: { icon: 'lightbulb', color: 'problemsInfoIcon.foreground' },
};

/** A finding, and the document that it is shown in. */
export interface Placed {
    finding: Finding;
    place: Place;
    span: Span;
}

export function findingRows(panels: SharedPanels, by: 'file' | 'rule'): Row[] {
    const findings = panels.entries('findings', 'finding');
    const groups = grouped(findings, ([, finding]) => (by === 'file' ? (finding.path ?? '') : ruleName(finding)));
    const rules = new Map(panels.entries('findings', 'rule').map(([, rule]) => [ruleName(rule), rule]));
    return [...groups]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, of]) => {
            const rows = of
                .sort(
                    ([, one], [, other]) =>
                        SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
                        (one.range?.line ?? 0) - (other.range?.line ?? 0),
                )
                .map(([key, finding]) => findingRow(panels, key, finding, by));
            const worst = of[0]?.[1].severity ?? 'note';
            if (by === 'rule') {
                const rule = rules.get(name);
                return {
                    id: name,
                    label: name,
                    description: [count(of.length, 'finding'), line(rule?.title ?? '', 100)]
                        .filter(Boolean)
                        .join(' · '),
                    ...ICONS[worst],
                    tooltip: plain(rule?.text ?? rule?.title ?? name),
                    rows,
                    ...web(rule?.web, 'rule'),
                };
            }
            const place = name ? placeFor(panels, name) : undefined;
            return {
                id: name || '-',
                label: name ? baseName(name) : 'No file',
                description: [folderOf(name), count(of.length, 'finding')].filter(Boolean).join('  '),
                tooltip: name || 'Of no file',
                rows,
                ...(place ? { resource: place } : { icon: 'symbol-misc' }),
            };
        });
}

function findingRow(panels: SharedPanels, key: string, finding: Finding, by: 'file' | 'rule'): Row {
    const at = finding.range ? `[${finding.range.line}:${finding.range.column}]` : '';
    const where = by === 'rule' && finding.path ? `${finding.path} ${at}` : at;
    const { place, span } = placed(panels, finding);
    const open: Opening = { is: 'file', place, at: span };
    return {
        id: key,
        label: line(finding.message),
        description: [by === 'file' && ruleName(finding), where].filter(Boolean).join('  '),
        ...ICONS[finding.severity],
        tooltip: [plain(finding.message), finding.fix && `Fix: ${plain(finding.fix)}`].filter(Boolean).join('\n\n'),
        context: 'finding',
        open,
        spoken: [finding.severity, line(finding.message), finding.path, finding.range && `line ${finding.range.line}`]
            .filter(Boolean)
            .join(', '),
    };
}

export function ruleName({ tool, rule }: { tool: string; rule?: string }): string {
    return [line(tool, 60), line(rule ?? '', 100)].filter(Boolean).join(' ');
}

/** Every finding in its document. */
export function allPlaced(panels: SharedPanels): Placed[] {
    return panels.entries('findings', 'finding').map(([, finding]) => placed(panels, finding));
}

function placed(panels: SharedPanels, finding: Finding): Placed {
    const path = finding.path ?? '-';
    const place = placeFor(panels, path);
    if (place.view === 'changes') {
        const { range } = finding;
        const span = range
            ? { line: range.line, column: range.column, endLine: range.end_line, endColumn: range.end_column }
            : { line: 1, column: 1, endLine: 1, endColumn: 1 };
        return { finding, place, span };
    }
    // Where the file is not shared, what was found in it stands in a list.
    const number = HEAD + (listed(panels).numbers.get(finding) ?? 0);
    return { finding, place, span: { line: number, column: 1, endLine: number, endColumn: 1000 } };
}

function placeFor(panels: SharedPanels, path: string): Place {
    return located(panels, path, ['worktree', 'index', 'head']) ?? { view: 'findings', path };
}

/** The line of a list on which its first finding stands. */
const HEAD = 4;

/** What was found in a file that is not shared itself. */
export function findingsText(panels: SharedPanels, path: string): string | undefined {
    const all = listed(panels).byPath.get(path);
    if (!all) return undefined;
    const name = path === '-' ? 'Of no file' : path;
    const lines = all.map((finding) => {
        const at = finding.range ? `${finding.range.line}:${finding.range.column}  ` : '';
        return `${at}${finding.severity}  ${line(finding.message, 2000)}  ${ruleName(finding)}${finding.fix ? `  (fix: ${line(finding.fix, 500)})` : ''}`;
    });
    return `${name}\nThe file itself is not shared: this is what was found in it.\n\n${lines.join('\n')}\n`;
}

/** The findings of each file in their order, and the place of each in it. */
const listed = kept('findings', (panels) => {
    const all = panels.entries('findings', 'finding').map(([, finding]) => finding);
    const byPath = grouped(
        all.sort((one, other) => (one.range?.line ?? 0) - (other.range?.line ?? 0)),
        (finding) => finding.path ?? '-',
    );
    const numbers = new Map(
        [...byPath.values()].flatMap((of) => of.map((finding, nth): [Finding, number] => [finding, nth])),
    );
    return { byPath, numbers };
});
