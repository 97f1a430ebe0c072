// One joined session in this window: its model, its native seat, its terminals in the editor area.
import type { Guest, GuestCommand, GuestUpdate, JoinOptions } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { Native } from '../model/client';
import { Joined, type GuestNotice } from '../model/joined';
import { line } from '../model/panels/safe';
import { signed } from '../model/tab';
import { ended, refused } from '../model/words';
import { GuestTerminal } from './guestTerminal';
import { mention } from './say';

export interface SeatSetup {
    native: Native;
    /** Names it among what outlives a reload. */
    id: string;
    options: JoinOptions;
    changed(): void;
    notice(seat: Seat, notice: GuestNotice): void;
    /** The last of its terminals was closed by hand. */
    left(seat: Seat): void;
}

interface View {
    pty: GuestTerminal;
    terminal: vscode.Terminal;
}

let next = 1;

export class Seat implements vscode.Disposable {
    readonly state: Joined;
    /** Names it within this window. */
    readonly number = next++;
    readonly #views = new Map<number, View>();
    /** Terminals whose tabs were closed by hand: they stay closed until they are asked for. */
    readonly #hidden = new Set<number>();
    readonly #parts: vscode.Disposable[];
    #guest: Guest | undefined;

    constructor(private readonly setup: SeatSetup) {
        this.state = new Joined(setup.options.code);
        this.#parts = [
            vscode.window.onDidCloseTerminal((terminal) => this.#gone(terminal)),
            vscode.window.onDidChangeActiveTerminal((terminal) => this.#viewOf(terminal)?.pty.fit()),
        ];
    }

    async join(): Promise<void> {
        this.#guest = await this.setup.native.join(this.setup.options, (batch) => this.#take(batch));
        this.state.panels.held = this.#guest.panels;
    }

    get id(): string {
        return this.setup.id;
    }

    get guest(): Guest | undefined {
        return this.#guest;
    }

    get title(): string {
        return this.state.host ? `${this.state.host}'s session` : `Session ${this.state.code}`;
    }

    /** Where it sits, for lists: without the token. */
    get invite(): { relay: string; code: string } {
        const { relay, code } = this.setup.options;
        return { relay, code };
    }

    /** Brings one of its terminals to the front. */
    show(number?: number): vscode.Terminal | undefined {
        if (number !== undefined && this.#hidden.delete(number)) this.#view(number);
        const view = number === undefined ? this.#views.values().next().value : this.#views.get(number);
        view?.terminal.show();
        return view?.terminal;
    }

    /** Which of its terminals this is. */
    numberOf(terminal: vscode.Terminal | undefined): number | undefined {
        return [...this.#views].find(([, view]) => view.terminal === terminal)?.[0];
    }

    /** What of the host's terminal in front has no room here. */
    missing(terminal: vscode.Terminal | undefined): { columns: number; rows: number } | undefined {
        return this.#viewOf(terminal)?.pty.missing;
    }

    owns(terminal: vscode.Terminal | undefined): boolean {
        return this.numberOf(terminal) !== undefined;
    }

    /** How many of the host's rows one of its terminals shows, and how many rows it has. */
    rows(number: number): { shown: number; page: number } {
        const pty = this.#views.get(number)?.pty;
        return { shown: pty?.rows ?? 24, page: pty?.page ?? 24 };
    }

    /** Asks the host for something; a no to it is shown. */
    async request(command: GuestCommand): Promise<void> {
        if (!this.#guest) return;
        this.state.asks(command.type);
        await this.#guest.ask(command);
    }

    /** Asks for control. */
    async ask(): Promise<void> {
        if (this.state.role !== 'viewer' || !this.#guest) return;
        await this.request({ type: 'ask_control' });
    }

    async leave(): Promise<void> {
        this.#end('Session ended: you left.');
        const guest = this.#guest;
        this.#guest = undefined;
        await guest?.close();
    }

    dispose(): void {
        for (const part of this.#parts) part.dispose();
    }

    #take(batch: GuestUpdate[]): void {
        let changed = false;
        for (const event of batch) {
            if (event.type === 'output') {
                const view = this.#views.get(event.terminal);
                // What was drawn for a tab that was closed meanwhile.
                if (view) view.pty.output(event.bytes);
                else this.#guest?.credit(event.bytes.length);
                continue;
            }
            if (event.type === 'resize' && !this.#hidden.has(event.terminal))
                this.#view(event.terminal).pty.resize(event.size);
            changed = true;
            const notice = this.state.apply(event);
            // They open while their pictures are on their way.
            if (event.type === 'state') this.#open();
            if (event.type === 'state') this.#rename();
            if (notice) this.#notice(notice);
        }
        if (changed) this.setup.changed();
    }

    #open(): void {
        for (const { terminal, ended: over } of this.state.terminals) {
            if (!over && !this.#hidden.has(terminal)) this.#view(terminal);
        }
    }

    #notice(notice: GuestNotice): void {
        if (notice.kind === 'ended') this.#end(ended(notice.reason));
        if (notice.kind === 'refused') mention('lock', refused(notice.why));
        this.setup.notice(this, notice);
    }

    #end(line: string): void {
        for (const view of this.#views.values()) view.pty.end(line);
        this.dispose();
    }

    #view(number: number): View {
        let view = this.#views.get(number);
        if (!view) {
            const shared = this.state.terminal(number);
            const pty: GuestTerminal = new GuestTerminal(
                number,
                shared?.size ?? { cols: 80, rows: 24 },
                () => this.#guest,
                () =>
                    vscode.window.activeTerminal !== undefined &&
                    this.#viewOf(vscode.window.activeTerminal)?.pty === pty,
                () => this.setup.changed(),
            );
            const terminal = vscode.window.createTerminal({
                name: signed(this.#name(number)),
                pty,
                location: vscode.TerminalLocation.Editor,
                isTransient: true,
                iconPath: new vscode.ThemeIcon('eye'),
            });
            view = { pty, terminal };
            this.#views.set(number, view);
            terminal.show(this.#views.size > 1);
        }
        return view;
    }

    #viewOf(terminal: vscode.Terminal | undefined): View | undefined {
        return [...this.#views.values()].find((view) => view.terminal === terminal);
    }

    #name(number: number): string {
        const title = this.state.terminal(number)?.title;
        return line([this.state.host, title].filter(Boolean).join(': ')) || this.state.code;
    }

    #rename(): void {
        for (const [number, view] of this.#views) view.pty.rename(signed(this.#name(number)));
    }

    /** Closing the last of its terminals leaves the session; a window that goes comes back. */
    #gone(terminal: vscode.Terminal): void {
        const number = this.numberOf(terminal);
        if (number === undefined) return;
        this.#views.delete(number);
        this.#hidden.add(number);
        const reload = terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown;
        if (this.#views.size === 0 && !reload) this.setup.left(this);
    }
}
