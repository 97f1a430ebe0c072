// One joined session in this window: its model, its native seat, its terminals in the editor area.
import * as vscode from 'vscode';

import type { Guest, GuestEvent, JoinOptions, Native } from '../model/face';
import { Joined, type GuestNotice } from '../model/joined';
import { ended, refused } from '../model/words';
import { GuestTerminal } from './guestTerminal';

export interface SeatSetup {
    native: Native;
    options: JoinOptions;
    changed(): void;
    notice(seat: Seat, notice: GuestNotice): void;
}

export class Seat {
    readonly state: Joined;
    readonly #views = new Map<number, { pty: GuestTerminal; terminal: vscode.Terminal }>();
    #guest: Guest | undefined;

    constructor(private readonly setup: SeatSetup) {
        this.state = new Joined(setup.options.code);
    }

    async join(): Promise<void> {
        this.#guest = await this.setup.native.join(this.setup.options, (batch) => this.#take(batch));
    }

    get guest(): Guest | undefined {
        return this.#guest;
    }

    show(): void {
        this.#views.values().next().value?.terminal.show();
    }

    owns(terminal: vscode.Terminal | undefined): boolean {
        return [...this.#views.values()].some((view) => view.terminal === terminal);
    }

    async leave(): Promise<void> {
        this.#end('Session ended: you left.');
        const guest = this.#guest;
        this.#guest = undefined;
        await guest?.close();
    }

    #take(batch: GuestEvent[]): void {
        let changed = false;
        for (const event of batch) {
            switch (event.type) {
                case 'output': this.#view(event.stream).pty.output(event.bytes); continue;
                case 'resize': this.#view(event.stream).pty.resize(event.size); break;
                default: break;
            }
            changed = true;
            const notice = this.state.apply(event);
            if (event.type === 'terminals') this.#rename();
            if (notice) this.#notice(notice);
        }
        if (changed) this.setup.changed();
    }

    #notice(notice: GuestNotice): void {
        if (notice.kind === 'ended') this.#end(ended(notice.reason));
        if (notice.kind === 'refused') vscode.window.setStatusBarMessage(`$(lock) ${refused(notice.why)}`, 5000);
        this.setup.notice(this, notice);
    }

    #end(line: string): void {
        for (const view of this.#views.values()) view.pty.end(line);
    }

    #view(stream: number): { pty: GuestTerminal; terminal: vscode.Terminal } {
        let view = this.#views.get(stream);
        if (!view) {
            const card = this.state.terminals.find((other) => other.stream === stream);
            const pty = new GuestTerminal(
                stream, { cols: card?.cols ?? 80, rows: card?.rows ?? 24 }, () => this.#guest, () => this.#left(stream),
            );
            const terminal = vscode.window.createTerminal({
                name: this.#name(stream), pty, location: vscode.TerminalLocation.Editor, isTransient: true,
                iconPath: new vscode.ThemeIcon('eye'),
            });
            view = { pty, terminal };
            this.#views.set(stream, view);
            terminal.show(this.#views.size > 1);
        }
        return view;
    }

    #name(stream: number): string {
        const title = this.state.terminals.find((card) => card.stream === stream)?.title;
        return [this.state.host, title].filter(Boolean).join(': ') || this.state.code;
    }

    #rename(): void {
        for (const [stream, view] of this.#views) view.pty.rename(this.#name(stream));
    }

    /** Closing the last of its terminals leaves the session. */
    #left(stream: number): void {
        this.#views.delete(stream);
        if (this.#views.size === 0) void this.leave().catch(() => undefined).finally(() => this.setup.changed());
    }
}
