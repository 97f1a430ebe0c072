// A terminal of somebody else's session, in the editor area: a window on the host's screen, which the seat draws.
import type { Guest, Size } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Fit } from '../model/fit';
import { Flow } from '../model/flow';
import { typed } from '../model/keys';

/** How long to wait before a terminal is asked for its size once more, in milliseconds. */
const PAUSE = 80;
/** More rows than any window has. */
const ALL_ROWS = 1000;
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
    #opened = false;
    #last: string | undefined;
    /** The host's. */
    #size: Size;
    /** What VS Code has room for. */
    #room: vscode.TerminalDimensions | undefined;
    /** As the seat draws it. */
    #window: Size | undefined;
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
                redraw: () => this.#draw(true),
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
        // What is fired inside of `open` is lost.
        setImmediate(() => {
            this.#opened = true;
            this.resize(this.#size);
            // It is made to fit before anything is drawn.
            if (dimensions) this.setDimensions(dimensions);
            if (this.#last !== undefined) this.#put(this.#last);
        });
    }

    close(): void {
        this.#over = true;
        void this.guest()
            ?.ask({ type: 'close_window', terminal: this.number })
            .catch(() => undefined);
    }

    setDimensions(room: vscode.TerminalDimensions): void {
        this.#room = room;
        this.#fit.columns(room.columns);
        this.fit();
    }

    /** How many of the host's rows it shows at once. */
    get rows(): number {
        return Math.min(this.page, this.#size.rows);
    }

    /** How many rows it has. */
    get page(): number {
        return this.#room?.rows ?? this.#size.rows;
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
        // All of it is drawn again soon.
        if (this.#fit.busy) this.guest()?.credit(bytes.length);
        else this.#put(this.#flow.write(bytes));
    }

    resize(size: Size): void {
        this.#size = size;
        this.#fit.size(size.cols);
        if (!this.#opened) return;
        // Lines wrap where they do at the host; of the rows there are as many as have room.
        this.#dimensions.fire({ columns: size.cols, rows: ALL_ROWS });
        this.fit();
    }

    /** It came to the front, or its size changed: now it can be made to fit. */
    fit(): void {
        void this.#fit.check().finally(() => {
            this.#draw(false);
            this.changed();
        });
    }

    /** Has the seat draw for this window; `again` if what it drew was wiped out. */
    #draw(again: boolean): void {
        if (!this.#room || this.#over) return;
        const size = { cols: Math.max(1, this.#size.cols - this.#fit.missing), rows: this.#room.rows };
        if (!again && size.cols === this.#window?.cols && size.rows === this.#window.rows) return;
        this.#window = size;
        const history = vscode.workspace.getConfiguration('terminal.integrated').get<number>('scrollback', 1000);
        // A seat that is gone draws nothing; its state says so.
        void this.guest()
            ?.ask({ type: 'open_window', terminal: this.number, size, history })
            .catch(() => undefined);
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
        if (this.#opened) this.#put(this.#last);
    }

    #put(text: string): void {
        if (text) this.#write.fire(text);
    }
}
