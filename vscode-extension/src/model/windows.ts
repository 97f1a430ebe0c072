// Which windows show which held terminals: each says so again and again, and one that has not for long was closed for
// good. What it showed runs on, as it does for a window that is only reloaded.

/** What one window shows. */
export interface Shown {
    /** The holder's process: numbers mean nothing to another one. */
    pid: number;
    terminals: number[];
    /** When it said so, in milliseconds since 1970. */
    at: number;
}

export type Windows = Record<string, Shown>;

/** How often a window says what it shows, in milliseconds. */
export const BEAT = 30_000;
/** After so long a window is gone: longer than any reload takes. */
const GONE = 4 * BEAT;

export class Watch {
    /** Windows that were silent at the last look, too: a machine that slept silences all of them for a moment. */
    #silent = new Map<string, number>();

    constructor(private readonly own: string) {}

    /** What is known once this window has said what it shows, and what windows that are gone left behind. */
    look(
        windows: Windows,
        pid: number | undefined,
        terminals: number[],
        now: number,
    ): { windows: Windows; left: Shown[] } {
        const others = Object.entries(windows).filter(([id]) => id !== this.own);
        const silent = others.filter(([, { at }]) => now - at >= GONE);
        const gone = new Set(silent.filter(([id, { at }]) => this.#silent.get(id) === at).map(([id]) => id));
        this.#silent = new Map(silent.map(([id, { at }]) => [id, at]));
        const here: [string, Shown][] =
            pid !== undefined && terminals.length > 0 ? [[this.own, { pid, terminals, at: now }]] : [];
        return {
            windows: Object.fromEntries([...others.filter(([id]) => !gone.has(id)), ...here]),
            left: others.filter(([id]) => gone.has(id)).map(([, shown]) => shown),
        };
    }
}
