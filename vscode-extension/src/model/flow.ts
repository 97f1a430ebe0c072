// Pacing: VS Code's terminals take whatever they are given, so each is asked now and then how far it has come.

/** Characters after which the terminal is asked. */
const ASK_EVERY = 32 * 1024;
/** "Are you well?": answered by `ESC [ 0 n` once everything before it was parsed. */
const QUESTION = '\x1b[5n';
const FOCUS_REPORTS = '\x1b[?1004h';
const AFRESH = '\x1bc\x1b[3J';

/** Whether a text ends between two escape sequences: only there something of ours can be put in. */
export class Ground {
    #open = '';

    /** Takes text; tells whether it ends outside of any sequence. */
    feed(text: string): boolean {
        const escape = text.lastIndexOf('\x1b');
        const rest = escape >= 0 ? text.slice(escape) : this.#open && this.#open + text;
        this.#open = rest && isOpen(rest) ? shorten(rest) : '';
        return this.#open === '';
    }
}

/** Whether the sequence that `text` starts with goes on behind it. */
function isOpen(text: string): boolean {
    const kind = text[1];
    if (kind === undefined) return true;
    if (kind === '[') return !/^\x1b\[[\x20-\x3f\x00-\x1a]*[\x40-\x7e]/.test(text);
    // Strings end with BEL (or with another escape, which is then the last one).
    if (kind === ']') return !text.includes('\x07');
    if ('PX^_'.includes(kind)) return true;
    return kind >= ' ' && kind <= '/' && text.length < 3;
}

/** A string's text plays no part in where it ends. */
function shorten(open: string): string {
    return open[1] !== undefined && ']PX^_'.includes(open[1]) ? open.slice(0, 2) : open.slice(0, 64);
}

/** One terminal's output on its way into VS Code. */
export class Flow {
    readonly #decoder = new TextDecoder();
    readonly #ground = new Ground();
    /**
     * Questions that stand open, oldest first: how many bytes each one's answer acknowledges, or who waits for it; 0 is
     * the program's.
     */
    readonly #questions: (number | (() => void))[] = [];
    #unasked = 0;
    #tail = '';
    /** Whether the program itself wants to hear of the focus. */
    wantsFocus = false;
    #focusLost = true;

    /** A picture follows: everything before it is void. */
    clear(): string {
        this.#focusLost = true;
        this.wantsFocus = false;
        return AFRESH;
    }

    /** Bytes become text with questions in it. */
    write(bytes: Uint8Array): string {
        let text = this.#decoder.decode(bytes, { stream: true });
        this.#unasked += bytes.length;
        this.#watch(text);
        const ground = this.#ground.feed(text);
        if (ground && this.#focusLost) {
            this.#focusLost = false;
            text += FOCUS_REPORTS;
        }
        if (ground && this.#unasked > 0 && (this.#unasked >= ASK_EVERY || this.#questions.length === 0)) {
            this.#questions.push(this.#unasked);
            this.#unasked = 0;
            text += QUESTION;
        }
        return text;
    }

    /** The terminal answered: the bytes to give credit for, or nothing if the program had asked. */
    answered(): number | undefined {
        const question = this.#questions.shift();
        if (typeof question !== 'function') return question === 0 ? undefined : question;
        question();
        return 0;
    }

    /** A question of one's own, next to the output: `then` is called when everything before it was parsed. */
    ask(then: () => void): string {
        this.#questions.push(then);
        return QUESTION;
    }

    /** A question is due although the window is not full: nothing more may come before it is answered. */
    settle(): string {
        if (this.#unasked === 0 || !this.#ground.feed('')) return '';
        this.#questions.push(this.#unasked);
        this.#unasked = 0;
        return QUESTION;
    }

    #watch(text: string): void {
        const seen = this.#tail + text;
        for (let at = seen.indexOf(QUESTION); at >= 0; at = seen.indexOf(QUESTION, at + 1)) this.#questions.push(0);
        const on = seen.lastIndexOf('\x1b[?1004h');
        const off = seen.lastIndexOf('\x1b[?1004l');
        const reset = Math.max(seen.lastIndexOf('\x1bc'), seen.lastIndexOf('\x1b[!p'));
        if (Math.max(on, off, reset) >= 0) this.wantsFocus = on > off && on > reset;
        if (off >= 0 || reset >= 0) this.#focusLost = true;
        // A sequence may be cut; a whole one must not count twice.
        const escape = seen.lastIndexOf('\x1b');
        this.#tail = escape >= 0 && isOpen(seen.slice(escape)) ? seen.slice(escape, escape + 16) : '';
    }
}
