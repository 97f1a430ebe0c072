// A terminal of somebody else's session, in the editor area at the host's size.
import type { Guest, Size } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Flow } from '../model/flow';
import { typed, withoutAnswers } from '../model/keys';

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
    /** What came before VS Code opened the view. */
    #before: string[] | undefined = [];
    #size: Size;
    #rows = 24;
    #over = false;
    #named = '';

    constructor(
        private readonly stream: number, size: Size, private readonly guest: () => Guest | undefined,
    ) {
        this.#size = size;
    }

    open(dimensions: vscode.TerminalDimensions | undefined): void {
        if (dimensions) this.setDimensions(dimensions);
        const before = this.#before ?? [];
        this.#before = undefined;
        // What is fired inside of `open` is lost.
        setImmediate(() => {
            this.resize(this.#size);
            for (const text of before) this.#put(text);
        });
    }

    close(): void {
        this.#over = true;
    }

    handleInput(data: string): void {
        const { keys, answers } = typed(data);
        for (let i = 0; i < answers; i += 1) {
            const credit = this.#flow.answered();
            if (credit !== undefined) this.guest()?.credit(credit);
        }
        if (answers > 0) this.#put(this.#flow.settle());
        const own = withoutAnswers(keys);
        if (own && !this.#over) this.guest()?.input(this.stream, this.#encoder.encode(own));
    }

    output(bytes: Uint8Array): void {
        this.#put(this.#flow.write(bytes));
    }

    setDimensions({ rows }: vscode.TerminalDimensions): void {
        this.#rows = rows;
    }

    /** How many it shows at once. */
    get rows(): number {
        return Math.min(this.#rows, this.#size.rows);
    }

    resize(size: Size): void {
        this.#size = size;
        if (!this.#before) this.#dimensions.fire({ columns: size.cols, rows: size.rows });
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
        this.#put(`\x1b[?1047l\x1b[0m\r\n\x1b[7m ${line} \x1b[0m\r\n\x1b[?25l`);
    }

    #put(text: string): void {
        if (!text) return;
        if (this.#before) this.#before.push(text);
        else this.#write.fire(text);
    }
}
