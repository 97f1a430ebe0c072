// The viewing gate: guests' keys count only at the terminal that the host has in front.

/** How long a terminal that lost the focus may wait to hear that a view of ours has it, in milliseconds. */
const GRACE = 60;

/**
 * Which terminal the host looks at. A terminal is in front while it has the focus, and while the share view or the chat
 * took it from there: nothing then has hidden the terminal. Wherever else the focus goes, nobody can tell.
 */
export class Gate {
    #window = true;
    #front: number | undefined;
    #focus: 'terminal' | 'leaving' | 'nearby' = 'terminal';
    #told: number | undefined;

    constructor(
        private readonly tell: (terminal: number | undefined) => void,
        private readonly later: (run: () => void) => void = (run) => void setTimeout(run, GRACE),
    ) {}

    get looking(): number | undefined {
        return this.#window ? this.#front : undefined;
    }

    /** A terminal said that it gained or lost the focus. */
    focus(terminal: number, on: boolean): void {
        if (on) {
            this.#front = terminal;
            this.#focus = 'terminal';
        } else if (this.#front === terminal && this.#focus === 'terminal') {
            this.#leave();
        }
        this.#settle();
    }

    /** A view of ours gained or lost the focus. */
    nearby(on: boolean): void {
        if (on && this.#front !== undefined) this.#focus = 'nearby';
        else if (!on && this.#focus === 'nearby') this.#leave();
    }

    /** A shortcut was pressed in a view of ours: it may have hidden the terminal. */
    shortcut(): void {
        if (this.#focus === 'nearby') this.#close();
    }

    /** VS Code shows another terminal, or none. */
    active(terminal: number | undefined): void {
        if (terminal !== this.#front) this.#close();
    }

    /** The window came to the front or went behind. */
    window(focused: boolean): void {
        this.#window = focused;
        this.#settle();
    }

    /** A terminal is gone from this window. */
    gone(terminal: number): void {
        if (this.#front === terminal) this.#close();
    }

    /** The focus went somewhere: a view of ours may say so in a moment. */
    #leave(): void {
        this.#focus = 'leaving';
        this.later(() => {
            if (this.#focus === 'leaving') this.#close();
        });
    }

    #close(): void {
        this.#front = undefined;
        this.#focus = 'terminal';
        this.#settle();
    }

    #settle(): void {
        if (this.looking === this.#told) return;
        this.#told = this.looking;
        this.tell(this.#told);
    }
}
