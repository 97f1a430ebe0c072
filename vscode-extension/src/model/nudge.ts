// Tells VS Code that the rows of a tree have changed, until it asks for them.

/** How long VS Code may take to ask, in milliseconds. */
const PATIENCE = 1000;

/** VS Code forgets a change that it is told while it fills a view for the first time. */
export class Nudge {
    #unread = false;
    #waits = false;

    constructor(
        private readonly tell: () => void,
        private readonly visible: () => boolean,
        private readonly later: (run: () => void) => void = (run) => {
            setTimeout(run, PATIENCE).unref();
        },
    ) {}

    /** The rows have changed. */
    changed(): void {
        this.#unread = true;
        this.tell();
        this.seen();
    }

    /** The view is there, perhaps again: a hidden one is asked for nothing. */
    seen(): void {
        if (this.#waits || !this.#unread || !this.visible()) return;
        this.#waits = true;
        this.later(() => {
            this.#waits = false;
            if (this.#unread && this.visible()) this.changed();
        });
    }

    /** VS Code asked for all rows: it has what is new. */
    read(): void {
        this.#unread = false;
    }
}
