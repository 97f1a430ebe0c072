// "Look here": lines of a shared terminal, found by their text and counted as host and guests both count them.

/** Lines of a terminal; `first` is the number of `lines[0]`, counted from the first line that was ever there. */
export interface Lines {
    first: number;
    lines: string[];
}

export interface Range {
    from: number;
    to: number;
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
            return { from: first + at, to: first + at + last };
    }
    return undefined;
}

/** The text that is pointed at, for a row: its first line that says something. */
export function shown({ first, lines }: Lines, { from, to }: Range): string {
    const pointed = lines.slice(Math.max(0, from - first), Math.max(0, to - first + 1));
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
