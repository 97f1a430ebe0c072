// The seats that this window has at other people's sessions. After a reload they are taken again: where they were is
// kept with the workspace, what lets one in is kept by the system's secret store.
import { randomBytes, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

import type { Native } from '../model/client';
import type { GuestNotice } from '../model/joined';
import { wayTo } from '../model/network';
import { remembered, without, type Recent } from '../model/recent';
import { Seat } from './seat';
import { name, network } from './settings';

export interface Invite {
    relay: string;
    code: string;
    token: string;
    /** Shows the host that it is the same guest, when a reload takes the seat again. */
    key?: string;
}

/** A seat that a reload is to find again. */
interface Kept {
    id: string;
    at: number;
}

export interface SeatsSetup {
    native(): Native;
    changed(): void;
    notice(seat: Seat, notice: GuestNotice, again: (() => void) | undefined): void;
    log: vscode.LogOutputChannel;
}

/** A session ends after a day. */
const AGE = 24 * 60 * 60 * 1000;

export class Seats {
    readonly #all = new Set<Seat>();
    readonly #again = new Map<Seat, () => void>();

    constructor(
        private readonly setup: SeatsSetup,
        private readonly extension: vscode.ExtensionContext,
    ) {}

    get all(): Seat[] {
        return [...this.#all];
    }

    get recent(): Recent[] {
        return this.extension.globalState.get<Recent[]>('recent') ?? [];
    }

    /** The seat whose terminal this is. */
    at(terminal: vscode.Terminal | undefined): Seat | undefined {
        return terminal && this.all.find((seat) => seat.owns(terminal));
    }

    /** Takes a seat; `again` is what a button offers when it fails. */
    async join(invite: Invite, again?: () => void, kept?: string): Promise<void> {
        const id = kept ?? randomUUID();
        const own = { ...invite, key: invite.key ?? randomBytes(32).toString('hex') };
        const options = {
            ...own,
            ...wayTo(invite.relay, network(this.extension.globalStorageUri.fsPath), process.env),
            name: name(),
            program: `VS Code ${vscode.version}`,
        };
        const seat: Seat = new Seat({
            native: this.setup.native(),
            id,
            options,
            changed: () => this.setup.changed(),
            notice: (from, notice) => void this.#notice(from, notice),
            left: (from) => void this.leave(from),
        });
        if (again) this.#again.set(seat, again);
        this.#all.add(seat);
        this.setup.changed();
        try {
            await seat.join();
            if (!kept) await this.#keep(id, own);
        } catch (error) {
            await this.#over(seat);
            throw error;
        }
    }

    async leave(seat: Seat): Promise<void> {
        await seat.leave();
        await this.#over(seat);
    }

    /** After a reload: back to where this window sat. */
    async restore(): Promise<void> {
        const kept = this.extension.workspaceState.get<Kept[]>('seats') ?? [];
        for (const { id, at } of kept) {
            const secret = await this.extension.secrets.get(key(id));
            this.setup.log.debug(`a seat of before the reload: ${secret ? 'taken again' : 'its invite is gone'}`);
            if (!secret || Date.now() - at > AGE) await this.#forget(id);
            else await this.join(JSON.parse(secret) as Invite, undefined, id);
        }
    }

    /** The window goes: whoever sits here is back in a moment, or gone. */
    async close(): Promise<void> {
        await Promise.allSettled(this.all.map((seat) => seat.leave()));
    }

    async #notice(seat: Seat, notice: GuestNotice): Promise<void> {
        // First what a person is told: VS Code takes its time to put things away.
        this.setup.notice(seat, notice, this.#again.get(seat));
        const { code, relay } = seat.invite;
        if (notice.kind === 'seated') this.setup.log.info(`seated at ${code}, slot ${seat.state.slot}`);
        if (notice.kind === 'away') this.setup.log.info(`${code} is out of reach: ${notice.reason}`);
        if (notice.kind === 'named') {
            await this.#remember(remembered(this.recent, { code, relay, host: seat.state.host, at: Date.now() }));
        }
        if (notice.kind === 'failed' || notice.kind === 'ended') {
            const why = notice.kind === 'failed' ? notice.failure.kind : notice.reason;
            this.setup.log.info(`${code} is over: ${why}`);
            if (why !== 'left' && why !== 'unreachable') await this.#remember(without(this.recent, code, relay));
            await this.#over(seat);
        }
    }

    async #over(seat: Seat): Promise<void> {
        this.#all.delete(seat);
        this.setup.changed();
        await this.#forget(seat.id);
    }

    async #keep(id: string, invite: Invite): Promise<void> {
        await this.extension.secrets.store(key(id), JSON.stringify(invite));
        await this.#kept((kept) => [...kept, { id, at: Date.now() }]);
    }

    async #forget(id: string): Promise<void> {
        await this.#kept((kept) => kept.filter((other) => other.id !== id));
        await this.extension.secrets.delete(key(id));
    }

    async #kept(change: (kept: Kept[]) => Kept[]): Promise<void> {
        const { workspaceState } = this.extension;
        await workspaceState.update('seats', change(workspaceState.get<Kept[]>('seats') ?? []));
    }

    async #remember(list: Recent[]): Promise<void> {
        await this.extension.globalState.update('recent', list);
    }
}

function key(id: string): string {
    return `seat ${id}`;
}
