// The panels of one joined session, as they are here: which of them the host shares, and what stands in each.
import type { Entry, GuestUpdate, PanelKind, PanelUpdate, SourceState } from '@jumpseat/native';

import { PANELS } from './words';

/** An entry of that type. */
export type Is<Type extends Entry['is']> = Extract<Entry, { is: Type }>;

export interface Panel {
    kind: PanelKind;
    state: SourceState;
    leftOut: number;
    /** When it last changed, by this machine's clock. */
    changed: number;
    /** In the order of their keys. */
    entries: Map<string, Entry>;
}

export class SharedPanels {
    readonly #panels = new Map<PanelKind, Panel>();
    readonly #revisions = new Map<PanelKind, number>();
    #shared: Set<PanelKind> | undefined;
    /** How far the contents that are fetched have come, by their numbers. */
    readonly fetching = new Map<number, { received: number; total: number }>();

    /** Whether the host has said what it shares. */
    get known(): boolean {
        return this.#shared !== undefined;
    }

    shares(kind: PanelKind): boolean {
        return this.#shared?.has(kind) ?? false;
    }

    /** What stands in a panel; nothing of one that is not shared, or not here yet. */
    panel(kind: PanelKind): Panel | undefined {
        return this.#panels.get(kind);
    }

    /** Every entry of one type, with its key, in their order. */
    entries<Type extends Entry['is']>(kind: PanelKind, type: Type): [string, Is<Type>][] {
        const all = [...(this.#panels.get(kind)?.entries ?? [])];
        return all.filter((entry): entry is [string, Is<Type>] => entry[1].is === type);
    }

    /** Counts what happened to a panel: another number, another state. */
    revision(kind: PanelKind): number {
        return this.#revisions.get(kind) ?? 0;
    }

    apply(event: GuestUpdate, now: number): void {
        switch (event.type) {
            case 'panels':
                this.#share(event.panels);
                break;
            case 'panel':
                this.take(event, now);
                break;
            case 'fetching':
                this.fetching.set(event.tag, { received: event.received, total: event.total });
                break;
            default:
                break;
        }
    }

    take(update: PanelUpdate, now: number): void {
        (this.#shared ??= new Set()).add(update.panel);
        const before = update.whole ? undefined : this.#panels.get(update.panel);
        const entries = before?.entries ?? new Map<string, Entry>();
        for (const key of update.remove) entries.delete(key);
        const added = Object.entries(update.set).filter(([key, entry]) => {
            const known = entries.has(key);
            entries.set(key, entry);
            return !known;
        });
        this.#panels.set(update.panel, {
            kind: update.panel,
            state: update.state,
            leftOut: update.left_out,
            changed: now,
            entries: added.length > 0 ? sorted(entries) : entries,
        });
        this.#count(update.panel);
    }

    #share(panels: PanelKind[]): void {
        this.#shared = new Set(panels);
        for (const kind of this.#panels.keys()) {
            if (!this.#shared.has(kind)) this.#panels.delete(kind);
        }
        PANELS.forEach((kind) => this.#count(kind));
    }

    #count(kind: PanelKind): void {
        this.#revisions.set(kind, this.revision(kind) + 1);
    }
}

function sorted(entries: Map<string, Entry>): Map<string, Entry> {
    return new Map([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
