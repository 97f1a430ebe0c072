// Where rows with buttons are, and since when: whoever presses one that has just moved under the pointer meant another.

/** How long a person needs to see that a row has moved, in milliseconds. */
export const SETTLE = 500;

export class Placed {
    #rows = new Map<string, { at: number; since: number }>();

    /** The rows from the top, as they are shown now. */
    show(ids: string[], now: number): void {
        this.#rows = new Map(
            ids.map((id, at) => {
                const before = this.#rows.get(id);
                return [id, before?.at === at ? before : { at, since: now }];
            }),
        );
    }

    /** Whether a row was where it is for long enough. */
    settled(id: string, now: number): boolean {
        const row = this.#rows.get(id);
        return row !== undefined && now >= row.since + SETTLE;
    }
}
