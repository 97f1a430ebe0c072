// "Look here": points at lines of a shared terminal, shows who points where, and goes there.
import * as vscode from 'vscode';

import { withoutIcons } from '../model/panels/safe';
import { find, linesOf, scrolls, shown, upTo, type Lines, type Range } from '../model/pointing';
import type { HostedSession } from '../model/hosting';
import type { Context } from './context';
import type { Seat } from './seat';
import { mention, say } from './say';

/** Lines in a session that this window hosts, or sits at. */
export type Place =
    { session: HostedSession; at: Range & { terminal: number } } | { seat: Seat; at: Range & { terminal: number } };

/** Lines that are offered at most. */
const OFFERED = 500;

export class Pointing implements vscode.Disposable {
    readonly #item: vscode.StatusBarItem;
    #last: Place | undefined;

    constructor(private readonly context: Context) {
        this.#item = vscode.window.createStatusBarItem('pointing', vscode.StatusBarAlignment.Left, 48);
        this.#item.name = 'Jumpseat pointing';
        this.#item.command = 'jumpseat.jump';
    }

    dispose(): void {
        this.#item.dispose();
    }

    /** The place that somebody pointed at last. */
    get last(): Place | undefined {
        return this.#last;
    }

    /** Somebody points: the status bar says where, and a click goes there. Of several at once the newest counts. */
    async announce(name: string, place: Place): Promise<void> {
        this.#last = place;
        const text = shown(await this.#pointed(place), place.at);
        if (this.#last !== place) return;
        this.#item.text = `$(location) ${withoutIcons(name)}: look here`;
        this.#item.tooltip = text ? `${name} points at: ${text}` : `${name} points at a line`;
        this.#item.accessibilityInformation = { label: `Jumpseat: ${this.#item.tooltip}. Go there` };
        this.#item.show();
    }

    /** Points at what is selected in a shared terminal, or at a line that is picked. */
    async point(terminal: vscode.Terminal | undefined): Promise<void> {
        const place = this.#shared(terminal);
        if (!place || !terminal) {
            void say('Jumpseat: this terminal is not shared.');
            return;
        }
        const lines = await this.#lines(place);
        const range = find(lines, await selection(terminal)) ?? (await picked(lines));
        if (range) await this.#tell(place, range);
    }

    /** Points no longer. */
    async rest(terminal: vscode.Terminal | undefined): Promise<void> {
        const place = this.#shared(terminal);
        if (place) await this.#tell(place, undefined);
    }

    /** Shows the place: its terminal, scrolled so that it is in view. */
    async jump(place: Place | undefined = this.#last): Promise<void> {
        this.#item.hide();
        if (!place) return;
        const terminal =
            'seat' in place ? place.seat.show(place.at.terminal) : this.context.terminals.tab(place.at.terminal);
        if (!terminal) return;
        terminal.show();
        const lines = await this.#lines(place);
        const rows = this.context.holding.state.terminal(place.at.terminal)?.size.rows ?? 24;
        const { shown: seen, page } =
            'seat' in place ? place.seat.rows(place.at.terminal) : { shown: rows, page: rows };
        const run = (command: string): Thenable<unknown> =>
            vscode.commands.executeCommand(`workbench.action.terminal.${command}`);
        await run('scrollToBottom');
        // Pages first: each is one line less than the screen.
        const { pages, single } = scrolls(upTo(lines, place.at.from, seen), page);
        for (let i = 0; i < pages; i += 1) await run('scrollUpPage');
        for (let i = 0; i < single; i += 1) await run('scrollUp');
        mention('location', shown(lines, place.at));
    }

    async #tell(place: Place, range: Range | undefined): Promise<void> {
        if ('seat' in place) {
            await place.seat.request({ type: 'point', at: range ? { terminal: place.at.terminal, ...range } : null });
            return;
        }
        const { session, at } = place;
        await this.context.tell({
            type: 'point',
            session: session.session,
            at: range ? { terminal: at.terminal, ...range } : null,
        });
    }

    #shared(terminal: vscode.Terminal | undefined): Place | undefined {
        const nowhere = { from: 0, to: 0 };
        const seat = this.context.seats.at(terminal);
        const shared = seat?.numberOf(terminal);
        if (seat && shared !== undefined) return { seat, at: { terminal: shared, ...nowhere } };
        const { state } = this.context.holding;
        const number = this.context.terminals.hosted(terminal)?.terminal;
        const held = state.terminal(number);
        const session = state.session(held?.session);
        return session && held && { session, at: { terminal: held.terminal, ...nowhere } };
    }

    /** The lines that are pointed at, and no others. */
    async #pointed({ at, ...place }: Place): Promise<Lines> {
        const asked = { type: 'lines', terminal: at.terminal, from: at.from, to: at.to } as const;
        const reply = await ('seat' in place ? place.seat.guest?.ask(asked) : this.context.holding.ask(asked));
        return { first: at.from, lines: reply?.reply === 'lines' ? reply.lines : [] };
    }

    async #lines(place: Place): Promise<Lines> {
        const asked = { type: 'screen', terminal: place.at.terminal, format: 'json' } as const;
        const reply = await ('seat' in place ? place.seat.guest?.ask(asked) : this.context.holding.ask(asked));
        return linesOf(reply?.reply === 'screen' ? reply.picture : '{}');
    }
}

/** The only way to a terminal's selection is through the clipboard, which is put back. */
async function selection(terminal: vscode.Terminal): Promise<string> {
    if (vscode.window.activeTerminal !== terminal) return '';
    const { clipboard } = vscode.env;
    const before = await clipboard.readText();
    await clipboard.writeText('');
    await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
    const text = await clipboard.readText();
    await clipboard.writeText(before);
    return text;
}

async function picked({ first, lines }: Lines): Promise<Range | undefined> {
    // A line is what a program printed: nothing in it is an icon.
    const items = lines
        .map((text, i) => ({ label: withoutIcons(text), line: first + i }))
        .filter(({ label }) => label)
        .slice(-OFFERED)
        .reverse();
    const chosen = await vscode.window.showQuickPick(items, {
        title: 'Look Here',
        placeHolder: 'The line to point at, newest first',
    });
    return chosen && { from: chosen.line, to: chosen.line };
}
