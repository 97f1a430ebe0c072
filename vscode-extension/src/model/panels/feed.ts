// What an editor finds, as findings that a session can show: of files of the workspace alone, and not without bound.
import type { Finding, Severity } from '@jumpseat/native';

/** A diagnostic as editors have it: lines and columns from 0, severities from 0 (error) to 3 (hint). */
export interface Diagnostic {
    message: string;
    severity: number;
    source?: string;
    code?: string;
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** Of one file, and of one origin: more than anyone reads. */
const MOST_OF_A_FILE = 200;
const MOST = 2000;

const SEVERITIES: Severity[] = ['error', 'warning', 'note', 'hint'];

/** A file's path from the folder on; nothing for one that lies elsewhere. */
export function within(folder: string, file: string): string | undefined {
    const top = folder.replace(/[\\/]+$/, '');
    const rest = file.startsWith(top) ? file.slice(top.length) : '';
    if (!/^[\\/]/.test(rest)) return undefined;
    const path = rest.slice(1).replaceAll('\\', '/');
    return path.split('/').some((part) => part === '' || part === '.' || part === '..') ? undefined : path;
}

/** All findings, by the tool that found them. */
export function findingsByTool(files: [path: string, diagnostics: Diagnostic[]][]): Map<string, Finding[]> {
    const all = new Map<string, Finding[]>();
    for (const [path, diagnostics] of files) {
        for (const diagnostic of diagnostics.slice(0, MOST_OF_A_FILE)) {
            const finding = findingOf(path, diagnostic);
            const list = all.get(finding.tool) ?? [];
            all.set(finding.tool, list);
            if (list.length < MOST) list.push(finding);
        }
    }
    return all;
}

function findingOf(path: string, { message, severity, source, code, range }: Diagnostic): Finding {
    const { start, end } = range;
    return {
        tool: source?.trim() || 'editor',
        severity: SEVERITIES[severity] ?? 'note',
        message,
        path,
        ...(code ? { rule: code } : {}),
        range: {
            line: start.line + 1,
            column: start.character + 1,
            end_line: end.line + 1,
            end_column: end.character + 1,
        },
    };
}

/** What has to be told, after what was told last: changed lists, and empty ones for what is gone. */
export class Told {
    readonly #last = new Map<string, string>();

    changes(now: Map<string, Finding[]>): [origin: string, findings: Finding[]][] {
        const gone = [...this.#last.keys()].filter((origin) => !now.has(origin));
        const changed = [...now].filter(([origin, findings]) => {
            const text = JSON.stringify(findings);
            const other = this.#last.get(origin) !== text;
            this.#last.set(origin, text);
            return other;
        });
        for (const origin of gone) this.#last.delete(origin);
        return [...gone.map((origin): [string, Finding[]] => [origin, []]), ...changed];
    }
}
