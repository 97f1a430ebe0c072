// The session log, one output channel for each joined session, with levels.
import * as vscode from 'vscode';

import { text } from '../model/panels/paint';
import { line } from '../model/panels/safe';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { hostOf } from './tree';
import { say } from '../view/say';

interface Open {
    log: vscode.LogOutputChannel;
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
        const { panels } = seat.state;
        let open = this.#open.get(seat);
        if (!panels.head('log', hostOf(seat))) {
            if (open?.shared && !panels.shares('log')) {
                open.shared = false;
                open.log.info(`${hostOf(seat)} no longer shares the log.`);
            }
            return;
        }
        if (!open) {
            const log = vscode.window.createOutputChannel(`Shared by ${hostOf(seat)} (${seat.state.code})`, {
                log: true,
            });
            open = { log, shared: true };
            this.#open.set(seat, open);
        }
        open.shared = true;
        for (const { level, at, text: spans } of panels.held?.lines() ?? []) {
            const said = line(text(spans, 0), 2500);
            const told = at === undefined ? said : `${new Date(at).toTimeString().slice(0, 8)} ${said}`;
            switch (level) {
                case 'error':
                    open.log.error(told);
                    break;
                case 'warning':
                    open.log.warn(told);
                    break;
                case 'debug':
                    open.log.debug(told);
                    break;
                default:
                    open.log.info(told);
            }
        }
    }
}
