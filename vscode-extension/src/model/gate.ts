// The viewing gate: guests' keys count only at the terminal that the host has in front.

/** Which terminal the host looks at, from focus reports and the window's state. */
export class Gate {
    #window = true;
    #focused: number | undefined;
    #told: number | undefined;

    constructor(private readonly tell: (terminal: number | undefined) => void) {}

    get looking(): number | undefined {
        return this.#window ? this.#focused : undefined;
    }

    /** A terminal said that it gained or lost the focus. */
    focus(terminal: number, on: boolean): void {
        if (on) this.#focused = terminal;
        else if (this.#focused === terminal) this.#focused = undefined;
        this.#settle();
    }

    /** The window came to the front or went behind. */
    window(focused: boolean): void {
        this.#window = focused;
        this.#settle();
    }

    /** A terminal is gone from this window. */
    gone(terminal: number): void {
        this.focus(terminal, false);
    }

    #settle(): void {
        if (this.looking === this.#told) return;
        this.#told = this.looking;
        this.tell(this.#told);
    }
}
