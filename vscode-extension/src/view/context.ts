// What every command and view works with.
import { networkInterfaces, userInfo } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

import type { Failure, HostCommand, InviteTerms, RelayChoice, Role, StartFrom } from '../model/face';
import { Gate } from '../model/gate';
import { Holding } from '../model/holding';
import type { HostedSession, Notice } from '../model/hosting';
import type { GuestNotice } from '../model/joined';
import * as words from '../model/words';
import { HostTerminal, type Opening } from './hostTerminal';
import { NativeModule } from './native';
import { Seat } from './seat';

/** How the last session was shared: offered first the next time. */
export interface Choice {
    role: Role;
    start: 'start' | 'now';
    admission: 'open' | 'ask';
    /** Whom an embedded relay serves. */
    reach: 'machine' | 'lan';
}

/** What this window showed last: enough to show it again. */
interface Kept { pid: number | undefined; terminals: number[] }

const FIRST: Choice = { role: 'viewer', start: 'start', admission: 'open', reach: 'machine' };

export class Context {
    readonly log: vscode.LogOutputChannel;
    readonly holding: Holding;
    readonly gate: Gate;
    readonly native: NativeModule;
    readonly seats = new Set<Seat>();
    readonly #changed = new vscode.EventEmitter<void>();
    /** Something that a view shows may be different now. */
    readonly onDidChange = this.#changed.event;
    readonly #terminals = new Map<vscode.Terminal, HostTerminal>();
    #due = false;

    constructor(readonly extension: vscode.ExtensionContext) {
        this.log = vscode.window.createOutputChannel('Jumpseat', { log: true });
        const version = String((extension.extension.packageJSON as { version: string }).version);
        this.native = new NativeModule(join(extension.extensionPath, 'dist'), version);
        this.holding = new Holding({
            native: () => this.native.load(),
            program: this.native.program,
            log: join(extension.logUri.fsPath, '..', 'jumpseat-holder.log'),
            changed: () => this.changed(),
            notice: (notice) => void this.#notice(notice),
            gone: () => this.log.warn('the holder is gone'),
        });
        this.gate = new Gate((terminal) => {
            this.log.debug(`looking at ${terminal ?? 'nothing'}`);
            this.holding.tell({ type: 'looking', terminal: terminal ?? null });
        });
        const focused = (state: vscode.WindowState): void => this.gate.window(state.focused);
        focused(vscode.window.state);
        extension.subscriptions.push(
            this.log, this.#changed,
            vscode.window.onDidChangeWindowState(focused),
            vscode.window.onDidCloseTerminal((terminal) => this.#closed(terminal)),
        );
    }

    /** Views are told once for all that happens in one turn. */
    changed(): void {
        if (this.#due) return;
        this.#due = true;
        setImmediate(() => {
            this.#due = false;
            this.#contextKeys();
            this.#changed.fire();
        });
    }

    /** Runs what a person asked for; what goes wrong becomes one notification with the action that helps. */
    async attempt(work: () => Promise<void> | void, again?: () => void): Promise<void> {
        try {
            await work();
        } catch (error) {
            const { kind = 'bug', message, hint } = error as Failure;
            this.log.error(`${kind}: ${message}`);
            await this.failed({ kind, message, ...(hint ? { hint } : {}) }, again);
        }
    }

    async failed(failure: Failure, again?: () => void): Promise<void> {
        const told = words.failure(failure);
        const remedy = told.remedy === 'again' && !again ? undefined : told.remedy;
        const chosen = await vscode.window.showErrorMessage(`Jumpseat: ${told.text}`, ...(remedy && told.button ? [told.button] : []));
        if (chosen !== told.button || !chosen) return;
        if (remedy === 'settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'jumpseat.relay.url');
        if (remedy === 'log') this.log.show();
        if (remedy === 'install') await vscode.commands.executeCommand('workbench.extensions.action.showExtensionsWithIds', ['jumpseat.jumpseat']);
        if (remedy === 'again') again?.();
    }

    get name(): string {
        return vscode.workspace.getConfiguration('jumpseat').get<string>('name')?.trim() || userInfo().username;
    }

    get relayUrl(): string {
        return vscode.workspace.getConfiguration('jumpseat').get<string>('relay.url')?.trim() ?? '';
    }

    get choice(): Choice {
        return { ...FIRST, ...this.extension.globalState.get<Partial<Choice>>('choice') };
    }

    async remember(choice: Choice): Promise<void> {
        await this.extension.globalState.update('choice', choice);
    }

    relay(choice: Choice): RelayChoice {
        if (this.relayUrl) return { at: 'url', url: this.relayUrl };
        const address = choice.reach === 'lan' ? lanAddress() : undefined;
        return { at: 'embedded', address: address ?? '127.0.0.1', port: 0 };
    }

    /** A terminal of the holder's in the panel. */
    openTerminal(opening: Opening, name = 'Jumpseat'): { pty: HostTerminal; terminal: vscode.Terminal } {
        const pty = new HostTerminal(this.holding, this.gate, opening);
        const terminal = vscode.window.createTerminal({ name, pty, iconPath: new vscode.ThemeIcon('broadcast') });
        this.track(terminal, pty);
        return { pty, terminal };
    }

    track(terminal: vscode.Terminal, pty: HostTerminal): void {
        this.#terminals.set(terminal, pty);
        void pty.opened.then(() => this.#keep(), () => undefined);
    }

    hosted(terminal: vscode.Terminal | undefined): HostTerminal | undefined {
        if (!terminal) return undefined;
        const known = this.#terminals.get(terminal);
        if (known) return known;
        // One that VS Code made from the profile is known by its options.
        const { pty } = terminal.creationOptions as vscode.ExtensionTerminalOptions;
        if (!(pty instanceof HostTerminal)) return undefined;
        this.track(terminal, pty);
        return pty;
    }

    /** Brings a hosted terminal to the front, with the focus: there guests may type. */
    front(session: HostedSession): void {
        const shared = new Set(this.holding.state.terminalsOf(session.session).map((terminal) => terminal.terminal));
        for (const terminal of vscode.window.terminals) {
            const pty = this.hosted(terminal);
            if (pty?.terminal !== undefined && shared.has(pty.terminal)) {
                terminal.show();
                return;
            }
        }
    }

    async share(terminals: number[], choice: Choice, from?: StartFrom): Promise<void> {
        const invite: InviteTerms = { role: choice.role, admission: choice.admission };
        const shared = await this.holding.share({
            name: this.name, terminals, relay: this.relay(choice), invite, ...(from ?? { from: choice.start }),
        });
        await vscode.env.clipboard.writeText(shared.invite.web_link);
        vscode.window.setStatusBarMessage('$(check) Jumpseat: the link is on the clipboard', 5000);
        void vscode.commands.executeCommand('jumpseat.share.focus', { preserveFocus: true });
    }

    async join(invite: { relay: string; code: string; token: string }, again?: () => void): Promise<void> {
        const native = this.native.load();
        const proxy = vscode.workspace.getConfiguration('http').get<string>('proxy')?.trim();
        const seat: Seat = new Seat({
            native,
            options: { ...invite, name: this.name, program: `VS Code ${vscode.version}`, ...(proxy ? { proxy } : {}) },
            changed: () => this.changed(),
            notice: (from, notice) => void this.#guestNotice(from, notice, again),
        });
        this.seats.add(seat);
        this.changed();
        try {
            await vscode.window.withProgress(
                { location: { viewId: 'jumpseat.sessions' } }, () => seat.join(),
            );
        } catch (error) {
            this.seats.delete(seat);
            this.changed();
            throw error;
        }
    }

    async tell(command: HostCommand): Promise<void> {
        await this.holding.ask(command);
    }

    /** After a reload: the terminals that this window had, in their places. */
    async restore(): Promise<void> {
        const kept = this.extension.workspaceState.get<Kept>('terminals');
        if (!kept || kept.terminals.length === 0) return;
        await this.holding.connect();
        const { state } = this.holding;
        for (const terminal of state.pid === kept.pid ? kept.terminals : []) {
            const lives = state.terminals.get(terminal);
            if (lives) this.openTerminal({ terminal }, lives.title || 'Jumpseat').terminal.show(true);
        }
        await this.#keep();
    }

    async close(): Promise<void> {
        await Promise.allSettled([...[...this.seats].map((seat) => seat.leave()), this.holding.close()]);
    }

    async #keep(): Promise<void> {
        const terminals = [...this.#terminals.values()].map((pty) => pty.terminal).filter((number) => number !== undefined);
        const kept: Kept = { pid: this.holding.state.pid, terminals };
        await this.extension.workspaceState.update('terminals', kept);
    }

    #closed(terminal: vscode.Terminal): void {
        const pty = this.hosted(terminal);
        this.#terminals.delete(terminal);
        if (pty?.terminal === undefined) return;
        // A window that goes takes its views along, not what runs in them.
        if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
        this.holding.tell({ type: 'close_terminal', terminal: pty.terminal });
        void this.#keep();
    }

    async #notice(notice: Notice): Promise<void> {
        const { session } = notice;
        if (notice.kind === 'ended') {
            if (notice.reason !== 'stopped') void vscode.window.showInformationMessage(`Jumpseat: ${words.ended(notice.reason)}`);
            return;
        }
        if (notice.kind === 'knocked') {
            const { knock } = notice;
            const answer = await vscode.window.showInformationMessage(`${knock.name} (unverified) asks to join your session.`, 'Let In', 'Deny');
            if (answer) await this.attempt(() => this.tell({ type: answer === 'Let In' ? 'admit' : 'deny', session: session.session, knock: knock.knock }));
            return;
        }
        const { guest } = notice;
        const answer = await vscode.window.showInformationMessage(`${guest.name} asks to type in your terminal.`, 'Allow', 'Deny');
        if (answer === 'Allow') await this.grant(session, guest.slot, 'writer');
        if (answer === 'Deny') {
            guest.asks = false;
            await this.attempt(() => this.tell({ type: 'decline', session: session.session, slot: guest.slot }));
        }
    }

    /** Changes what a guest may do; whoever lets one type should look at the terminal. */
    async grant(session: HostedSession, slot: number, role: Role): Promise<void> {
        await this.attempt(async () => {
            await this.tell({ type: 'set_role', session: session.session, slot, role });
            if (role !== 'viewer') this.front(session);
        });
    }

    async #guestNotice(seat: Seat, notice: GuestNotice, again?: () => void): Promise<void> {
        switch (notice.kind) {
            case 'failed':
                this.seats.delete(seat);
                this.changed();
                await this.failed(notice.failure, again);
                break;
            case 'ended':
                this.seats.delete(seat);
                this.changed();
                if (notice.reason !== 'left') await vscode.window.showInformationMessage(`Jumpseat: ${words.ended(notice.reason)}`);
                break;
            case 'role': {
                const told = { viewer: 'You can watch.', writer: 'You can type while the host looks on.', 'co-owner': 'You are a co-owner now.' };
                vscode.window.setStatusBarMessage(`$(info) Jumpseat: ${told[notice.role]}`, 5000);
                break;
            }
            case 'declined': await vscode.window.showInformationMessage('Jumpseat: the host declined.'); break;
            case 'refused':
                if (notice.why === 'read_only') {
                    const ask = await vscode.window.showInformationMessage(`Jumpseat: ${words.refused(notice.why)}`, 'Ask for Control');
                    if (ask) await this.attempt(async () => seat.guest?.ask({ type: 'ask_control' }));
                } else {
                    void vscode.window.showInformationMessage(`Jumpseat: ${words.refused(notice.why)}`);
                }
                break;
            case 'seated': break;
        }
    }

    #contextKeys(): void {
        const keys = { 'jumpseat.hosting': this.holding.state.sessions.size > 0, 'jumpseat.joined': this.seats.size > 0 };
        for (const [key, value] of Object.entries(keys)) void vscode.commands.executeCommand('setContext', key, value);
    }
}

/** An address of this machine that its network knows. */
export function lanAddress(): string | undefined {
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address;
}
