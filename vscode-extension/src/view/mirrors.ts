// Read-only mirrors of terminals that are not ours: the output of their next commands, through shell integration.
import * as vscode from 'vscode';

import { Mirror } from '../model/mirror';
import type { Context } from './context';
import { shell } from './settings';

interface Kept {
    pid: number | undefined;
    mirrors: { terminal: number; process: number }[];
}

/** A foreign terminal does not tell its size. */
const SIZE = { cols: 120, rows: 30 };

export class Mirrors implements vscode.Disposable {
    readonly #all = new Map<vscode.Terminal, Mirror>();
    readonly #parts: vscode.Disposable[];

    constructor(private readonly context: Context) {
        this.#parts = [
            vscode.window.onDidStartTerminalShellExecution(({ terminal, execution }) =>
                this.#follow(terminal, execution),
            ),
            vscode.window.onDidCloseTerminal((terminal) => this.#closed(terminal)),
        ];
    }

    dispose(): void {
        for (const part of this.#parts) part.dispose();
    }

    /** The terminal that is mirrored by a held one. */
    source(number: number): vscode.Terminal | undefined {
        return [...this.#all].find(([, mirror]) => mirror.terminal === number)?.[0];
    }

    has(terminal: vscode.Terminal): boolean {
        return this.#all.has(terminal);
    }

    /** Starts one; gives the held terminal's number, which can be shared. */
    async start(terminal: vscode.Terminal): Promise<number> {
        const mirror = new Mirror(this.context.holding, terminal.name, SIZE);
        const number = await mirror.open(shell().env);
        this.#all.set(terminal, mirror);
        await this.#keep();
        return number;
    }

    /** After a reload: the terminals that are still there are mirrored on. */
    async restore(): Promise<void> {
        const { holding, extension } = this.context;
        const kept = extension.workspaceState.get<Kept>('mirrors');
        if (!kept || kept.mirrors.length === 0) return;
        await holding.connect();
        for (const { terminal: number, process } of holding.state.pid === kept.pid ? kept.mirrors : []) {
            if (!holding.state.terminal(number) !== undefined) continue;
            const ids = await Promise.all(vscode.window.terminals.map((terminal) => terminal.processId));
            const source = vscode.window.terminals[ids.indexOf(process)];
            const mirror = new Mirror(holding, source?.name ?? '', SIZE);
            await mirror.resume(number);
            if (source) this.#all.set(source, mirror);
            else mirror.close();
        }
        await this.#keep();
    }

    #follow(terminal: vscode.Terminal, execution: vscode.TerminalShellExecution): void {
        const mirror = this.#all.get(terminal);
        if (!mirror) return;
        const output = execution.read();
        void mirror
            .follow(execution.commandLine.value, output)
            .catch((error: unknown) => this.context.log.warn(`mirror: ${String(error)}`));
    }

    #closed(terminal: vscode.Terminal): void {
        const mirror = this.#all.get(terminal);
        if (!mirror || terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
        this.#all.delete(terminal);
        mirror.close();
        void this.#keep();
    }

    async #keep(): Promise<void> {
        const mirrors: Kept['mirrors'] = [];
        for (const [source, mirror] of this.#all) {
            const process = await source.processId;
            if (mirror.terminal !== undefined && process !== undefined)
                mirrors.push({ terminal: mirror.terminal, process });
        }
        await this.context.extension.workspaceState.update('mirrors', {
            pid: this.context.holding.state.pid,
            mirrors,
        } satisfies Kept);
    }
}
