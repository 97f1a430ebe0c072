// Terminals of windows that were closed for good run on in the background: whoever is at the next window is asked once
// whether they should.
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

import { BEAT, Watch, type Shown, type Windows } from '../model/windows';
import type { Context } from './context';
import { say } from './say';

const KEY = 'windows';

export class LeftBehind implements vscode.Disposable {
    readonly #watch: Watch;
    readonly #timer: NodeJS.Timeout;

    constructor(private readonly context: Context) {
        const { workspaceState } = context.extension;
        const own = workspaceState.get<string>('window') ?? randomUUID();
        // A window that is reloaded is the same one.
        void workspaceState.update('window', own);
        this.#watch = new Watch(own);
        this.#timer = setInterval(() => void context.attempt(() => this.#look()), BEAT);
    }

    dispose(): void {
        clearInterval(this.#timer);
    }

    async #look(): Promise<void> {
        const { globalState } = this.context.extension;
        const { holding, terminals } = this.context;
        const before = globalState.get<Windows>(KEY) ?? {};
        const { windows, left } = this.#watch.look(before, holding.state.pid, terminals.shown, Date.now());
        if (Object.keys(before).length > 0 || Object.keys(windows).length > 0) await globalState.update(KEY, windows);
        if (left.length > 0) await this.#offer(left);
    }

    async #offer(left: Shown[]): Promise<void> {
        const { holding, terminals } = this.context;
        await holding.connect();
        const { state } = holding;
        const all = left.filter(({ pid }) => pid === state.pid).flatMap((shown) => shown.terminals);
        const running = [...new Set(all)]
            .flatMap((number) => state.terminal(number) ?? [])
            .filter(({ terminal }) => !terminals.tab(terminal));
        if (running.length === 0) return;
        const what =
            running.length === 1
                ? 'A terminal of a window that was closed runs on'
                : `${running.length} terminals of windows that were closed run on`;
        const shared = running.some(({ session }) => session !== undefined) ? ', and guests see it' : '';
        const answer = await say(`Jumpseat: ${what} in the background${shared}.`, 'Show', 'End', 'Keep');
        for (const { terminal, title } of running.filter((one) => state.terminal(one.terminal) !== undefined)) {
            if (answer === 'Show') terminals.open({ terminal }, title || 'Jumpseat').terminal.show();
            if (answer === 'End') holding.tell({ type: 'close_terminal', terminal });
        }
    }
}
