// The held terminals that this window shows: opened, found again, brought back after a reload.
import * as vscode from 'vscode';

import type { Gate } from '../model/gate';
import type { Holding } from '../model/holding';
import type { HostedSession } from '../model/hosting';
import { isSigned, signed } from '../model/tab';
import { guests } from '../model/words';
import { HostTerminal, type Opening } from './hostTerminal';
import { shell, workspaceFolder } from './settings';

/** What this window showed last: enough to show it again. */
interface Kept {
    pid: number | undefined;
    terminals: number[];
}

const ICON = new vscode.ThemeIcon('broadcast');

export class Terminals implements vscode.Disposable {
    readonly #known = new Map<vscode.Terminal, HostTerminal>();
    readonly #parts: vscode.Disposable[];

    constructor(
        private readonly holding: Holding,
        private readonly gate: Gate,
        private readonly memory: vscode.Memento,
        private readonly failed: (error: unknown) => void,
    ) {
        this.#parts = [
            vscode.window.onDidOpenTerminal((terminal) => void this.hosted(terminal)),
            vscode.window.onDidCloseTerminal((terminal) => this.#closed(terminal)),
            vscode.window.onDidChangeActiveTerminal((terminal) => gate.active(this.hosted(terminal)?.terminal)),
        ];
    }

    dispose(): void {
        for (const part of this.#parts) part.dispose();
    }

    /** A new one, or one that is held already, in the panel. */
    open(opening: Opening | undefined, name = 'Jumpseat'): { pty: HostTerminal; terminal: vscode.Terminal } {
        const pty = this.#pty(opening);
        const terminal = vscode.window.createTerminal({ name: signed(name), pty, iconPath: ICON });
        this.#track(terminal, pty);
        return { pty, terminal };
    }

    profile(): vscode.TerminalProfile {
        const pty = this.#pty(undefined);
        // Nobody else waits for it.
        pty.opened.catch(this.failed);
        return new vscode.TerminalProfile({ name: signed('Jumpseat'), pty, iconPath: ICON });
    }

    hosted(terminal: vscode.Terminal | undefined): HostTerminal | undefined {
        if (!terminal) return undefined;
        const known = this.#known.get(terminal);
        if (known) return known;
        // One that VS Code made from the profile is known by its options.
        const { pty } = terminal.creationOptions as vscode.ExtensionTerminalOptions;
        if (!(pty instanceof HostTerminal)) return undefined;
        this.#track(terminal, pty);
        return pty;
    }

    /** The tab of a held terminal. */
    tab(number: number): vscode.Terminal | undefined {
        return vscode.window.terminals.find((terminal) => this.hosted(terminal)?.terminal === number);
    }

    /** The held terminals that are shown here. */
    get shown(): number[] {
        return [...this.#known.values()].map((pty) => pty.terminal).filter((number) => number !== undefined);
    }

    /** Brings a terminal of the session to the front, with the focus: there guests may type. */
    front(session: HostedSession): void {
        const tabs = this.holding.state.terminalsOf(session.session).map((terminal) => this.tab(terminal.terminal));
        const active = tabs.find((tab) => tab && tab === vscode.window.activeTerminal);
        (active ?? tabs.find(Boolean))?.show();
    }

    /** Names say how many guests sit at a terminal. */
    rename(): void {
        const { state } = this.holding;
        for (const pty of this.#known.values()) {
            const held = pty.terminal === undefined ? undefined : state.terminal(pty.terminal);
            if (!held) continue;
            const session = held.session === undefined ? undefined : state.session(held.session);
            const count = session ? Object.values(session.guests).filter((guest) => guest.present).length : 0;
            const title = held.title || 'Jumpseat';
            pty.rename(signed(session ? `${title} · ${guests(count)}` : title));
        }
    }

    /** After a reload: the terminals that this window had, in their places. */
    async restore(): Promise<void> {
        // Tabs of an extension host that was killed: ours by their names, and nobody is behind them any more.
        const dead = vscode.window.terminals.filter((terminal) => isSigned(terminal.name) && !this.hosted(terminal));
        try {
            await this.#reopen();
        } finally {
            for (const terminal of dead) terminal.dispose();
        }
    }

    async #reopen(): Promise<void> {
        const kept = this.memory.get<Kept>('terminals');
        if (!kept || kept.terminals.length === 0) return;
        await this.holding.connect();
        const { state } = this.holding;
        for (const terminal of state.pid === kept.pid ? kept.terminals : []) {
            const lives = state.terminal(terminal);
            if (lives && !this.tab(terminal)) this.open({ terminal }, lives.title || 'Jumpseat').terminal.show(true);
        }
        await this.#keep();
    }

    #pty(opening: Opening | undefined): HostTerminal {
        const cwd = workspaceFolder();
        const pty = new HostTerminal(this.holding, this.gate, opening ?? { ...shell(), ...(cwd ? { cwd } : {}) });
        return pty;
    }

    #track(terminal: vscode.Terminal, pty: HostTerminal): void {
        this.#known.set(terminal, pty);
        void pty.opened.then(
            () => {
                this.rename();
                return this.#keep();
            },
            () => undefined,
        );
    }

    async #keep(): Promise<void> {
        const kept: Kept = { pid: this.holding.state.pid, terminals: this.shown };
        await this.memory.update('terminals', kept);
    }

    #closed(terminal: vscode.Terminal): void {
        const pty = this.hosted(terminal);
        this.#known.delete(terminal);
        if (pty?.terminal === undefined) return;
        // A window that goes takes its views along, not what runs in them.
        if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
        this.holding.tell({ type: 'close_terminal', terminal: pty.terminal });
        void this.#keep();
    }
}
