// The session log, one output channel for each joined session, with levels.
import * as vscode from 'vscode';

import { LogLines } from '../model/panels/log';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { hostOf } from './tree';
import { say } from '../view/say';

interface Open {
    log: vscode.LogOutputChannel;
    lines: LogLines;
    shared: boolean;
}

export class Logs {
    readonly #open = new Map<Seat, Open>();

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push({
            dispose: () => {
                for (const { log } of this.#open.values()) log.dispose();
            },
        });
    }

    refresh(): void {
        const { all } = this.context.seats;
        for (const [seat, { log }] of this.#open) {
            if (all.includes(seat)) continue;
            log.dispose();
            this.#open.delete(seat);
        }
        for (const seat of all) this.#follow(seat);
    }

    show(seat: Seat): void {
        const open = this.#open.get(seat);
        if (open) open.log.show(true);
        else void say(`Jumpseat: ${hostOf(seat)} does not share the log.`);
    }

    #follow(seat: Seat): void {
        const panel = seat.state.panels.panel('log');
        let open = this.#open.get(seat);
        if (!panel) {
            if (open?.shared && !seat.state.panels.shares('log')) {
                open.shared = false;
                open.log.info(`${hostOf(seat)} no longer shares the log.`);
            }
            return;
        }
        if (!open) {
            const log = vscode.window.createOutputChannel(`Shared by ${hostOf(seat)} (${seat.state.code})`, {
                log: true,
            });
            open = { log, lines: new LogLines(), shared: true };
            this.#open.set(seat, open);
        }
        open.shared = true;
        for (const { level, text } of open.lines.take(panel.entries)) {
            switch (level) {
                case 'error':
                    open.log.error(text);
                    break;
                case 'warning':
                    open.log.warn(text);
                    break;
                case 'debug':
                    open.log.debug(text);
                    break;
                default:
                    open.log.info(text);
            }
        }
    }
}
