// A terminal of the holder in VS Code's panel: its program waits for this view, as for any real terminal.
import type { Size, TerminalOptions } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Flow } from '../model/flow';
import type { Gate } from '../model/gate';
import type { Holding, Shown } from '../model/holding';
import { typed } from '../model/keys';

/** A terminal that is held, or how a new one starts. */
export type Opening = { terminal: number } | Omit<TerminalOptions, 'size'>;

export class HostTerminal implements vscode.Pseudoterminal, Shown {
    readonly #write = new vscode.EventEmitter<string>();
    readonly #close = new vscode.EventEmitter<number | void>();
    readonly #name = new vscode.EventEmitter<string>();
    readonly onDidWrite = this.#write.event;
    readonly onDidClose = this.#close.event;
    readonly onDidChangeName = this.#name.event;
    readonly #flow = new Flow();
    readonly #encoder = new TextEncoder();
    #size: Size | undefined;
    #closed = false;
    #named = '';
    terminal: number | undefined;
    /** The holder's number, once it is open. */
    readonly opened: Promise<number>;
    #isOpen!: (terminal: number) => void;
    #failed!: (error: unknown) => void;

    constructor(
        private readonly holding: Holding,
        private readonly gate: Gate,
        private readonly opening: Opening,
    ) {
        this.opened = new Promise((isOpen, failed) => {
            this.#isOpen = isOpen;
            this.#failed = failed;
        });
        this.opened.catch(() => undefined);
    }

    open(dimensions: vscode.TerminalDimensions | undefined): void {
        this.#size = { cols: dimensions?.columns ?? 80, rows: dimensions?.rows ?? 24 };
        void this.#start(this.#size);
    }

    async #start(size: Size): Promise<void> {
        try {
            const { opening } = this;
            const how = 'terminal' in opening ? opening : { type: 'open_terminal' as const, size, ...opening };
            this.terminal = await this.holding.show(this, how);
            const now = this.#size ?? size;
            if ('terminal' in opening || now !== size)
                this.holding.tell({ type: 'resize', terminal: this.terminal, size: now });
            this.#isOpen(this.terminal);
        } catch (error) {
            this.#failed(error);
            this.#close.fire();
        }
    }

    /** Lets go of it; whether the program ends is for whoever closed the tab to say. */
    close(): void {
        if (this.terminal === undefined || this.#closed) return;
        this.#closed = true;
        this.gate.gone(this.terminal);
        this.holding.hide(this.terminal);
    }

    setDimensions(dimensions: vscode.TerminalDimensions): void {
        this.#size = { cols: dimensions.columns, rows: dimensions.rows };
        if (this.terminal !== undefined)
            this.holding.tell({ type: 'resize', terminal: this.terminal, size: this.#size });
    }

    handleInput(data: string): void {
        if (this.terminal === undefined) return;
        const { keys, answers, focus } = typed(data);
        let told = keys;
        for (let i = 0; i < answers; i += 1) {
            const credit = this.#flow.answered();
            if (credit === undefined) told += '\x1b[0n';
            else this.holding.credit(this.terminal, credit);
        }
        if (answers > 0) this.#put(this.#flow.settle());
        if (focus !== undefined) {
            this.gate.focus(this.terminal, focus);
            if (this.#flow.wantsFocus) told += focus ? '\x1b[I' : '\x1b[O';
        }
        if (told) this.holding.input(this.terminal, this.#encoder.encode(told));
    }

    output(bytes: Uint8Array): void {
        this.#put(this.#flow.write(bytes));
    }

    picture(): void {
        this.#put(this.#flow.clear());
    }

    closed(exitCode: number | undefined): void {
        if (this.terminal !== undefined) this.gate.gone(this.terminal);
        this.#closed = true;
        this.#close.fire(exitCode);
    }

    rename(name: string): void {
        if (name === this.#named) return;
        this.#named = name;
        this.#name.fire(name);
    }

    #put(text: string): void {
        if (text) this.#write.fire(text);
    }
}
