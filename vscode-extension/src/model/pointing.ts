// "Look here": lines of a shared terminal, found by their text and counted as host and guests both count them.

import type { Columns } from '@jumpseat/native';

/** Lines of a terminal; `first` is the number of `lines[0]`, counted from the first line that was ever there. */
export interface Lines {
    first: number;
    lines: string[];
}

/** Whole lines, or cells of them: from the first cell in the first line to the last one in the last line. */
export interface Range {
    from: number;
    to: number;
    columns?: Columns;
}

/** What a terminal's picture in JSON says of its lines. */
export function linesOf(picture: string): Lines {
    const { first, lines } = JSON.parse(picture) as Partial<Lines>;
    return { first: first ?? 0, lines: lines ?? [] };
}

/** Where a selected text stands; the lowest place, if there are several. */
export function find({ first, lines }: Lines, text: string): Range | undefined {
    const wanted = text.split(/\r?\n/).map((line) => line.trimEnd());
    while (wanted.length > 0 && wanted.at(-1) === '') wanted.pop();
    while (wanted.length > 0 && wanted[0] === '') wanted.shift();
    if (wanted.length === 0) return undefined;
    const last = wanted.length - 1;
    const fits = (line: string, part: string, at: number): boolean => {
        if (last === 0) return line.includes(part);
        if (at === 0) return line.endsWith(part);
        return at === last ? line.startsWith(part) : line === part;
    };
    for (let at = lines.length - wanted.length; at >= 0; at -= 1) {
        if (wanted.every((part, i) => fits(lines[at + i] ?? '', part, i)))
            return withCells({ from: first + at, to: first + at + last }, lines.slice(at, at + last + 1), wanted);
    }
    return undefined;
}

/** Adds the cells of the found text, where they can be told: wide characters have two, and only the host counts them. */
function withCells(range: Range, lines: string[], parts: string[]): Range {
    const [line, part] = [lines[0] ?? '', parts[0] ?? ''];
    const start = parts.length === 1 ? line.indexOf(part) : line.length - part.length;
    const [end, tail] = [lines.at(-1) ?? '', parts.at(-1) ?? ''];
    const behind = parts.length === 1 ? start + tail.length : tail.length;
    if (!isNarrow(line.slice(0, start)) || !isNarrow(end.slice(0, behind))) return range;
    return { ...range, columns: { first: start, last: behind - 1, reversed: false } };
}

/** Whether each of its characters has one cell. */
function isNarrow(text: string): boolean {
    return /^[ -~]*$/.test(text);
}

/** The text that is pointed at, for a row: its first line that says something. */
export function shown({ first, lines }: Lines, { from, to, columns }: Range): string {
    const top = Math.max(0, from - first);
    const pointed = lines.slice(top, Math.max(0, to - first + 1)).map((line, i) => {
        if (!columns || !isNarrow(line)) return line;
        const start = first + top + i === from ? columns.first : 0;
        return line.slice(start, first + top + i === to ? columns.last + 1 : undefined);
    });
    return pointed.map((line) => line.trim()).find(Boolean) ?? '';
}

/** How many lines lie below a line: how far a terminal at its end scrolls up to have it at its top, with some air. */
export function upTo({ first, lines }: Lines, line: number, rows: number): number {
    // The last row of a screen may be empty, but it is there.
    const top = Math.max(0, first + lines.length - rows);
    return Math.max(0, top - Math.max(first, line - Math.floor(rows / 3)));
}

/** How to get there: by pages, each of them one line less than the screen, and by single lines. */
export function scrolls(up: number, rows: number): { pages: number; single: number } {
    const page = Math.max(1, Math.floor(rows) - 1);
    const pages = up > page ? Math.floor(up / page) : 0;
    return { pages, single: up - pages * page };
}
