// A guest's terminal has the host's columns, or lines would wrap elsewhere. VS Code lets an extension make a terminal
// narrower than its room, not wider; but a person may let it grow to its longest line, with a scroll bar below. So a
// line of the host's width is drawn, VS Code is asked for that, and the picture is drawn again.

/** How often a terminal is asked whether it has changed. */
const LOOKS = 5;

/** How often it is tried. */
const TRIES = 3;

export interface FitSetup {
    /** Whether VS Code's commands are about this terminal now. */
    active(): boolean;
    /** Draws one line that is so long and nothing else, and waits until the terminal has taken it. */
    probe(columns: number): Promise<void>;
    /** Lets the terminal grow to its longest line, or takes that back. */
    toggle(): PromiseLike<unknown>;
    /** Asks the terminal how many columns it has: VS Code does not say so when it grew. */
    measure(): Promise<number>;
    /** Everything was wiped out: draws the picture. */
    redraw(): void;
    /** Comes back after a while. */
    pause(): Promise<void>;
}

export class Fit {
    /** As VS Code says. */
    #columns: number | undefined;
    #grown = false;
    #busy = false;
    /** What VS Code did not grow to: not tried again. */
    #tooWide: number | undefined;
    #failed = 0;
    /** How many columns more than its line VS Code lets a terminal grow to: its versions differ. */
    #surplus = 0;

    constructor(
        private readonly setup: FitSetup,
        private wanted: number,
    ) {}

    /** Output is void: a picture follows. */
    get busy(): boolean {
        return this.#busy;
    }

    /** The columns that cannot be shown at once, and not be scrolled to either. */
    get missing(): number {
        return this.#busy || this.#columns === undefined ? 0 : Math.max(0, this.wanted - this.#columns);
    }

    /** VS Code gave the terminal so many columns. */
    columns(columns: number): void {
        // The person took the growing back.
        if (!this.#busy && this.#grown && columns !== this.#columns) {
            this.#grown = false;
            this.#tooWide = this.wanted;
        }
        if (!this.#busy) this.#columns = columns;
    }

    /** The host's terminal has so many columns. */
    size(columns: number): void {
        if (columns === this.wanted) return;
        this.#tooWide = undefined;
        this.#failed = 0;
        this.wanted = columns;
    }

    /** Makes it fit, if it does not and can. */
    async check(): Promise<void> {
        if (this.#busy || !this.#due()) return;
        this.#busy = true;
        try {
            while (this.#due()) await this.#step();
        } finally {
            this.#busy = false;
            this.setup.redraw();
        }
    }

    #due(): boolean {
        const columns = this.#columns;
        if (columns === undefined || columns === this.wanted || !this.setup.active()) return false;
        // Where there is more room, VS Code makes it narrower by itself.
        return this.#grown || (columns < this.wanted && this.#tooWide !== this.wanted);
    }

    async #step(): Promise<void> {
        const { wanted } = this;
        const before = this.#columns;
        const grows = !this.#grown;
        if (grows) await this.setup.probe(wanted - this.#surplus);
        await this.setup.toggle();
        this.#columns = await this.#changed(before);
        this.#grown = grows && this.#columns !== before;
        if (!grows || this.#columns === wanted) return;
        this.#failed += 1;
        if (this.#failed === TRIES) this.#tooWide = wanted;
        // Once may be chance; twice is what VS Code does.
        if (this.#failed > 1 && this.#grown && this.#columns !== undefined) this.#surplus += this.#columns - wanted;
    }

    /** The columns once they are others than before, or are the same for long enough. */
    async #changed(before: number | undefined): Promise<number> {
        for (let look = 1; ; look += 1) {
            const columns = await this.setup.measure();
            if (columns !== before || look === LOOKS) return columns;
            await this.setup.pause();
        }
    }
}
