// What every command and view works with.
import { join } from 'node:path';
import type { HostCommand, Role } from '@jumpseat/native';
import * as vscode from 'vscode';

import { remembered, terms, type Choice } from '../model/choice';
import type { Fault, StartFrom } from '../model/client';
import { Gate } from '../model/gate';
import { Holding } from '../model/holding';
import type { HostedSession } from '../model/hosting';
import { linkOf } from '../model/invite';
import { folderName } from '../model/folderName';
import { line } from '../model/panels/safe';
import { holderArguments, holderEnvironment, type NetworkSettings } from '../model/network';
import type { HostPanels } from '../panels/host';
import { LeftBehind } from './leftBehind';
import { Mirrors } from './mirrors';
import { NativeModule } from './native';
import { Notices } from './notices';
import { Pointing } from './pointing';
import { Seats } from './seats';
import * as settings from './settings';
import { Terminals } from './terminals';
import { choose, mention, say } from './say';

export class Context {
    readonly log: vscode.LogOutputChannel;
    readonly holding: Holding;
    readonly gate: Gate;
    readonly native: NativeModule;
    readonly terminals: Terminals;
    readonly seats: Seats;
    readonly pointing: Pointing;
    readonly mirrors: Mirrors;
    readonly notices = new Notices(this);
    /** What this person shares next to terminals. */
    panels: HostPanels | undefined;
    readonly #changed = new vscode.EventEmitter<void>();
    /** Something that a view shows may be different now. */
    readonly onDidChange = this.#changed.event;
    readonly #shared = new vscode.EventEmitter<number>();
    /** This window opened a session. */
    readonly onDidShare = this.#shared.event;
    /** What was chosen for the next session alone. */
    #choice: Choice | undefined;
    #due = false;
    readonly #keys = new Map<string, boolean>();

    constructor(readonly extension: vscode.ExtensionContext) {
        this.log = vscode.window.createOutputChannel('Jumpseat', { log: true });
        const version = String((extension.extension.packageJSON as { version: string }).version);
        this.native = new NativeModule(join(extension.extensionPath, 'dist'), version, this.log);
        this.holding = new Holding({
            native: () => this.native.load(),
            options: () => ({
                program: this.native.program,
                arguments: holderArguments(this.network, process.env),
                env: holderEnvironment(this.network),
                log: join(extension.logUri.fsPath, '..', 'jumpseat-holder.log'),
            }),
            changed: () => this.changed(),
            notice: (notice) => void this.notices.host(notice),
            gone: (ended) => {
                this.log.warn(`the holder is gone${ended ? ', as it was told to' : ''}`);
                if (!ended)
                    void this.notices.failed({
                        kind: 'local',
                        message: 'the background process with your terminals is gone',
                        hint: 'new ones work; the log may say why',
                    });
            },
        });
        this.gate = new Gate((terminal) => {
            this.log.debug(`looking at ${terminal ?? 'nothing'}`);
            this.holding.tell({ type: 'looking', terminal: terminal ?? null });
        });
        this.terminals = new Terminals(
            this.holding,
            this.gate,
            extension.workspaceState,
            (error) =>
                void this.attempt(() => {
                    throw error;
                }),
        );
        this.seats = new Seats(
            {
                native: () => this.native.load(),
                changed: () => this.changed(),
                notice: (seat, notice, again) => void this.notices.guest(seat, notice, again),
                log: this.log,
            },
            extension,
        );
        this.pointing = new Pointing(this);
        this.mirrors = new Mirrors(this);
        const focused = (state: vscode.WindowState): void => this.gate.window(state.focused);
        focused(vscode.window.state);
        extension.subscriptions.push(
            this.log,
            this.#changed,
            this.#shared,
            this.terminals,
            this.pointing,
            this.mirrors,
            new LeftBehind(this),
            vscode.window.onDidChangeWindowState(focused),
            vscode.workspace.onDidChangeConfiguration((event) => {
                if (settings.NETWORK.some((name) => event.affectsConfiguration(name)))
                    void this.attempt(() => this.#anotherWay());
            }),
        );
    }

    /** How relays are reached, as it is set now. */
    get network(): NetworkSettings {
        return settings.network(this.extension.globalStorageUri.fsPath);
    }

    /** The holder goes the way that it was started with: one that holds nothing is started again at the next need. */
    async #anotherWay(): Promise<void> {
        const { holding } = this;
        if (!holding.connected) return;
        if (holding.state.terminals.length === 0) await this.tell({ type: 'shutdown' });
        else
            await say(
                'Jumpseat: what you share goes the new way to its relay once the terminals in the background have ended.',
            );
    }

    /** Views are told once for all that happens in one turn. */
    changed(): void {
        if (this.#due) return;
        this.#due = true;
        setImmediate(() => {
            this.#due = false;
            this.#key('jumpseat.hosting', this.holding.state.sessions.length > 0);
            this.#key('jumpseat.joined', this.seats.all.length > 0);
            this.terminals.rename();
            this.#changed.fire();
        });
    }

    /** Runs what a person asked for; what goes wrong becomes one notification with the action that helps. */
    async attempt(work: () => Promise<void> | void, again?: () => void): Promise<void> {
        try {
            await work();
        } catch (error) {
            const { kind = 'bug', message, hint, stack } = error as Fault & { stack?: string };
            this.log.error(`${kind}: ${message}`);
            if (kind === 'bug' && stack) this.log.debug(stack);
            await this.notices.failed({ kind, message, ...(hint ? { hint } : {}) }, again);
        }
    }

    get choice(): Choice {
        return this.#choice ?? remembered(this.extension.globalState.get<Partial<Choice>>('choice') ?? {});
    }

    async remember(choice: Choice): Promise<void> {
        this.#choice = choice;
        await this.extension.globalState.update('choice', remembered(choice));
    }

    /** Shares a terminal as the last one was; the link goes to the clipboard, also while the terminal still opens. */
    async share(terminal: number | Promise<number>, from?: StartFrom): Promise<void> {
        const { choice } = this;
        const opens = typeof terminal !== 'number';
        const start = from ?? { from: choice.start };
        const started = performance.now();
        const page = settings.invitePage();
        const { session, invite } = await this.holding.share({
            name: settings.name(),
            terminals: opens ? [] : [terminal],
            relay: settings.relay(choice),
            invite: terms(choice),
            ...(page ? { invite_page: page } : {}),
            ...start,
        });
        const { code } = invite;
        // What opens an invite wide counts for the session that it was chosen for.
        this.#choice = undefined;
        this.#shared.fire(session);
        this.log.info(`session ${code} is open after ${Math.round(performance.now() - started)} ms`);
        const added = opens ? this.#add(session, terminal, start) : undefined;
        await Promise.all([this.copied(linkOf(invite)), added]);
        void vscode.commands.executeCommand('jumpseat.share.focus', { preserveFocus: true });
    }

    /** The terminal that a session began for; without it there is none. */
    async #add(session: number, opening: Promise<number>, from: StartFrom): Promise<void> {
        try {
            await this.holding.addTerminal(session, await opening, from);
        } catch (error) {
            this.holding.tell({ type: 'stop', session });
            throw error;
        }
    }

    async copied(link: string): Promise<void> {
        await vscode.env.clipboard.writeText(link);
        mention('check', 'Jumpseat: the link is on the clipboard');
    }

    async tell(command: HostCommand): Promise<void> {
        await this.holding.ask(command);
    }

    /** Removes a guest; where others came by the same invite, they may be the same person, so it is asked. */
    async remove(kept: HostedSession, slot: number): Promise<void> {
        const session = this.holding.state.live(kept);
        const guest = session?.guests[slot];
        if (!session || !guest) return;
        const { guests } = session;
        const others = guest.invite
            ? Object.values(guests).filter((other) => other.slot !== slot && other.invite === guest.invite)
            : [];
        let all = false;
        if (others.length > 0) {
            const names = others.map(({ name }) => line(name, 40)).join(', ');
            const detail = `By the same invite came: ${names}. One person may have several seats.`;
            const chosen = await choose(`Remove ${line(guest.name, 40)}?`, detail, 'Remove', 'Remove All of Them');
            if (!chosen) return;
            all = chosen !== 'Remove';
            if (!this.holding.state.live(kept)?.guests[slot]) return;
        }
        await this.tell({ type: 'remove', session: session.session, slot, with_invite: all });
    }

    /** Changes what a guest may do; whoever lets one type should look at the terminal. */
    /** The name of a session: the folder and branch of its first terminal, or its code while that is unknown. */
    nameOf(session: HostedSession): string {
        const [first] = this.holding.state.terminalsOf(session.session);
        return folderName(first?.cwd) ?? session.code ?? 'My session';
    }

    async grant(kept: HostedSession, slot: number, role: Role): Promise<void> {
        await this.attempt(async () => {
            const session = this.holding.state.live(kept);
            if (!session?.guests[slot]) return;
            await this.tell({ type: 'set_role', session: session.session, slot, role });
            if (role !== 'viewer') return this.terminals.front(session);
            // One person may have several seats.
            const guest = session.guests[slot];
            const others = guest?.invite
                ? Object.values(session.guests).filter(
                      (other) => other.slot !== slot && other.invite === guest.invite && other.role !== 'viewer',
                  )
                : [];
            if (others.length > 0)
                await say(
                    `By the same invite came, and can still type: ${others.map(({ name }) => line(name, 40)).join(', ')}.`,
                );
        });
    }

    /** Answers a request for control with no. */
    async decline(kept: HostedSession, slot: number): Promise<void> {
        await this.attempt(async () => {
            if (!this.holding.state.live(kept)?.guests[slot]) return;
            await this.tell({ type: 'decline', session: kept.session, slot });
        });
    }

    /** After a reload: terminals and seats as they were. */
    async restore(): Promise<void> {
        const parts = [this.terminals, this.mirrors, this.seats];
        await Promise.all(parts.map((part) => this.attempt(() => part.restore())));
    }

    async close(): Promise<void> {
        await Promise.allSettled([this.seats.close(), this.holding.close()]);
    }

    #key(key: string, value: boolean): void {
        if (this.#keys.get(key) === value) return;
        this.#keys.set(key, value);
        void vscode.commands.executeCommand('setContext', key, value);
    }
}
