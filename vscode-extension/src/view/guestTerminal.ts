// A terminal of somebody else's session, in the editor area at the host's size.
import type { Guest, Size } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Fit } from '../model/fit';
import { Flow } from '../model/flow';
import { typed } from '../model/keys';

/** How long to wait before a terminal is asked for its size once more, in milliseconds. */
const PAUSE = 80;
/** To the right end of the line, and where is that? */
const MEASURE = '\r\x1b[9999C\x1b[6n';

export class GuestTerminal implements vscode.Pseudoterminal {
    readonly #write = new vscode.EventEmitter<string>();
    readonly #close = new vscode.EventEmitter<number | void>();
    readonly #name = new vscode.EventEmitter<string>();
    readonly #dimensions = new vscode.EventEmitter<vscode.TerminalDimensions | undefined>();
    readonly onDidWrite = this.#write.event;
    readonly onDidClose = this.#close.event;
    readonly onDidChangeName = this.#name.event;
    readonly onDidOverrideDimensions = this.#dimensions.event;
    readonly #flow = new Flow();
    readonly #encoder = new TextEncoder();
    readonly #fit: Fit;
    /** What came before VS Code opened the view. */
    #before: Uint8Array[] | undefined = [];
    #last: string | undefined;
    #size: Size;
    #rows: number | undefined;
    #measured: ((columns: number) => void) | undefined;
    #over = false;
    #named = '';

    constructor(
        private readonly number: number,
        size: Size,
        private readonly guest: () => Guest | undefined,
        active: () => boolean,
        private readonly changed: () => void,
    ) {
        this.#size = size;
        this.#fit = new Fit(
            {
                active: () => active() && !this.#over,
                probe: (columns) =>
                    new Promise((taken) => {
                        this.#put(`${this.#flow.clear()}\x1b[H\x1b[2J${'·'.repeat(columns)}${this.#flow.ask(taken)}`);
                    }),
                toggle: () => vscode.commands.executeCommand('workbench.action.terminal.sizeToContentWidth'),
                redraw: () =>
                    void this.guest()
                        ?.ask({ type: 'redraw', terminal: this.number })
                        .catch(() => undefined),
                measure: () =>
                    new Promise((measured) => {
                        this.#measured = measured;
                        this.#put(MEASURE);
                    }),
                pause: () => new Promise((over) => setTimeout(over, PAUSE)),
            },
            size.cols,
        );
    }

    open(dimensions: vscode.TerminalDimensions | undefined): void {
        const before = this.#before ?? [];
        this.#before = undefined;
        // What is fired inside of `open` is lost.
        setImmediate(() => {
            this.resize(this.#size);
            // It is made to fit before anything is drawn.
            if (dimensions) this.setDimensions(dimensions);
            for (const bytes of before) this.output(bytes);
            if (this.#last !== undefined) this.#put(this.#last);
        });
    }

    close(): void {
        this.#over = true;
    }

    setDimensions({ columns, rows }: vscode.TerminalDimensions): void {
        this.#rows = rows;
        this.#fit.columns(columns);
        this.fit();
    }

    /** How many rows it shows at once. */
    get rows(): number {
        return Math.min(this.#rows ?? this.#size.rows, this.#size.rows);
    }

    /** What of the host's terminal has no room here. */
    get missing(): { columns: number; rows: number } {
        return { columns: this.#fit.missing, rows: this.#size.rows - this.rows };
    }

    handleInput(data: string): void {
        const { keys, answers } = typed(data);
        const place = this.#measured && /\x1b\[\d+;(\d+)R/.exec(keys);
        if (place) {
            this.#measured?.(Number(place[1]));
            this.#measured = undefined;
        }
        for (let i = 0; i < answers; i += 1) {
            const credit = this.#flow.answered();
            if (credit) this.guest()?.credit(credit);
        }
        if (answers > 0) this.#put(this.#flow.settle());
        // The native module leaves out what the terminal answers to the program: the host's alone does that.
        if (keys && !this.#over) this.guest()?.input(this.number, this.#encoder.encode(keys));
    }

    output(bytes: Uint8Array): void {
        if (this.#before) this.#before.push(bytes);
        // A picture of all follows.
        else if (this.#fit.busy) this.guest()?.credit(bytes.length);
        else this.#put(this.#flow.write(bytes));
    }

    resize(size: Size): void {
        this.#size = size;
        this.#fit.size(size.cols);
        if (this.#before) return;
        this.#dimensions.fire({ columns: size.cols, rows: size.rows });
        this.fit();
    }

    /** It came to the front, or its size changed: now it can be made to fit. */
    fit(): void {
        void this.#fit.check().finally(() => this.changed());
    }

    rename(name: string): void {
        if (name === this.#named) return;
        this.#named = name;
        this.#name.fire(name);
    }

    /** It is over; what is shown stays readable. */
    end(line: string): void {
        if (this.#over) return;
        this.#over = true;
        this.#last = `\x1b[?1047l\x1b[0m\r\n\x1b[7m ${line} \x1b[0m\r\n\x1b[?25l`;
        if (!this.#before) this.#put(this.#last);
    }

    #put(text: string): void {
        if (text) this.#write.fire(text);
    }
}
