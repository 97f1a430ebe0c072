// The line to the holder: commands in, events into the model and to the terminals that are shown here.
import type { Host, HostCommand, HostOptions, HostUpdate, Invite, Reply, ShareOptions, Size } from '@jumpseat/native';

import type { Native, StartFrom } from './client';
import { Hosting, type Notice } from './hosting';

/** Bytes that may be on their way to one terminal of this window. */
const WINDOW = 128 * 1024;

/** What changes what stands, and is followed by a look at it. */
const CHANGING: ReadonlySet<HostCommand['type']> = new Set([
    'add_terminal',
    'admit',
    'create_invite',
    'decline',
    'deny',
    'open_terminal',
    'share',
]);

/** A terminal that this window shows. */
export interface Shown {
    output(bytes: Uint8Array): void;
    picture(size: Size): void;
    closed(exitCode: number | undefined): void;
}

export interface HoldingSetup {
    /** Loads the native module, at the first need. */
    native(): Native;
    /** How the holder is started, if there is none. */
    options(): HostOptions;
    changed(): void;
    notice(notice: Notice): void;
    /** The holder is gone, with everything it held; whether somebody told it to end. */
    gone(ended: boolean): void;
}

export class Holding {
    readonly state = new Hosting();
    readonly #shown = new Map<number, Shown>();
    #host: Promise<Host> | undefined;

    constructor(private readonly setup: HoldingSetup) {}

    get connected(): boolean {
        return this.#host !== undefined;
    }

    /** The holder, started if there is none; the model then says what stands. */
    connect(): Promise<Host> {
        this.#host ??= this.#connect().catch((error: unknown) => {
            this.#host = undefined;
            throw error;
        });
        return this.#host;
    }

    async ask(command: HostCommand): Promise<Reply> {
        const host = await this.connect();
        const reply = await host.ask(command);
        // Whoever asked goes by the state next, and the answer may come before the update.
        if (CHANGING.has(command.type)) await this.#refresh(host);
        return reply;
    }

    async share(options: ShareOptions): Promise<{ session: number; invite: Invite }> {
        const reply = await this.ask({ type: 'share', ...options });
        if (reply.reply !== 'session') throw new Error('the holder gave an unexpected reply');
        return { session: reply.session, invite: reply.invite };
    }

    /** Shares one more terminal in a session. */
    async addTerminal(session: number, terminal: number, from: StartFrom): Promise<void> {
        await this.ask({ type: 'add_terminal', session, terminal, ...from });
    }

    /** Opens a terminal of the holder's, or the one that is named, in this window. */
    async show(
        shown: Shown,
        open: { terminal: number } | Extract<HostCommand, { type: 'open_terminal' }>,
    ): Promise<number> {
        let terminal: number;
        if ('type' in open) {
            const reply = await this.ask(open);
            if (reply.reply !== 'terminal') throw new Error('the holder gave an unexpected reply');
            terminal = reply.terminal;
        } else {
            terminal = open.terminal;
        }
        this.#shown.set(terminal, shown);
        await this.ask({ type: 'attach', terminal, window: WINDOW, scrollback: true });
        return terminal;
    }

    /** This window shows it no longer; it runs on. */
    hide(terminal: number): void {
        if (this.#shown.delete(terminal)) this.tell({ type: 'detach', terminal });
    }

    input(terminal: number, bytes: Uint8Array): void {
        void this.#host?.then(
            (host) => host.input(terminal, bytes),
            () => undefined,
        );
    }

    credit(terminal: number, bytes: number): void {
        void this.#host?.then(
            (host) => host.credit(terminal, bytes),
            () => undefined,
        );
    }

    /** Asks without waiting; what goes wrong shows elsewhere. */
    tell(command: HostCommand): void {
        this.#host?.then((host) => host.ask(command)).catch(() => undefined);
    }

    async close(): Promise<void> {
        const host = this.#host;
        this.#host = undefined;
        await (await host)?.close();
    }

    async #connect(): Promise<Host> {
        const host = await this.setup.native().host(this.setup.options(), (batch) => this.#take(batch));
        await this.#refresh(host);
        return host;
    }

    async #refresh(host: Host): Promise<void> {
        const reply = await host.ask({ type: 'state' });
        if (reply.reply === 'state') this.state.begin(reply);
        this.setup.changed();
    }

    #take(batch: HostUpdate[]): void {
        let changed = false;
        for (const event of batch) {
            if (event.type === 'output') {
                this.#shown.get(event.terminal)?.output(event.bytes);
                continue;
            }
            changed = true;
            if (event.type === 'picture') this.#shown.get(event.terminal)?.picture(event.size);
            const notice = this.state.apply(event);
            if (notice) this.setup.notice(notice);
            if (event.type === 'terminal_closed') {
                const shown = this.#shown.get(event.terminal);
                this.#shown.delete(event.terminal);
                shown?.closed(event.exit_code ?? undefined);
            }
            if (event.type === 'gone' || event.type === 'closing') this.#gone(event.type === 'closing');
        }
        if (changed) this.setup.changed();
    }

    #gone(ended: boolean): void {
        // What ended says so twice.
        if (!this.#host) return;
        this.#host = undefined;
        for (const shown of this.#shown.values()) shown.closed(undefined);
        this.#shown.clear();
        this.state.end();
        this.setup.gone(ended);
    }
}
