// What a tree shows, without VS Code: rows, and what a click on one opens.
import type { Place } from './place';

/** A part of a document: lines and columns count from 1. */
export interface Span {
    line: number;
    column: number;
    endLine: number;
    endColumn: number;
}

export type Opening =
    | { is: 'file'; place: Place; at?: Span }
    | { is: 'diff'; left: Place; right: Place; title: string; at?: Span }
    /** Several diffs at once; a side that is missing is a file that was not there. */
    | { is: 'changes'; title: string; files: { place: Place; left?: Place; right?: Place }[] }
    | { is: 'page'; place: Place }
    /** There is nothing to open, for this reason. */
    | { is: 'nothing'; why: string };

export interface Row {
    /** Tells it apart from its siblings, and stays while it changes. */
    id: string;
    label: string;
    description?: string;
    tooltip?: string;
    /** What is heard; label and description, unless it says otherwise. */
    spoken?: string;
    /** An icon and its colour, by the names that VS Code has for them. */
    icon?: string;
    color?: string;
    /** The file that it is about: gives it the file's icon and marks. */
    resource?: Place;
    /** What menus go by. */
    context?: string;
    open?: Opening;
    /** What "Open All Changes" opens. */
    all?: Opening;
    /** Where in a shared terminal it is. */
    jump?: { stream: number; from: number; to: number };
    /** Where it is on the web. */
    web?: string;
    rows?: Row[];
    collapsed?: boolean;
}

export function spoken(row: Row): string {
    return row.spoken ?? [row.label, row.description].filter(Boolean).join(', ');
}

/** The rows as text, as they stand below each other. */
export function asText(rows: Row[], depth = 0): string {
    return rows
        .map((row) => {
            const line = `${'  '.repeat(depth)}${row.label}${row.description ? `  ·  ${row.description}` : ''}\n`;
            return line + asText(row.rows ?? [], depth + 1);
        })
        .join('');
}
