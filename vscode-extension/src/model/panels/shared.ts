// The panels of one joined session, as they are here: which of them the host shares, and what stands in each.
import type { Entry, GuestUpdate, PanelKind, PanelUpdate, SourceState } from '@jumpseat/native';

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
    #shared: Set<PanelKind> | undefined;

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
        const all = [...this.#panels.get(kind)?.entries ?? []];
        return all.filter((entry): entry is [string, Is<Type>] => entry[1].is === type);
    }

    /** Takes an event; says which panels are other than before. */
    apply(event: GuestUpdate, now: number): PanelKind[] {
        if (event.type === 'panels') return this.#share(event.panels);
        if (event.type !== 'panel') return [];
        this.take(event, now);
        return [event.panel];
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
            kind: update.panel, state: update.state, leftOut: update.left_out, changed: now,
            entries: added.length > 0 ? sorted(entries) : entries,
        });
    }

    #share(panels: PanelKind[]): PanelKind[] {
        const before = new Set([...this.#shared ?? [], ...this.#panels.keys()]);
        this.#shared = new Set(panels);
        for (const kind of this.#panels.keys()) {
            if (!this.#shared.has(kind)) this.#panels.delete(kind);
        }
        return [...new Set([...before, ...panels])];
    }
}

function sorted(entries: Map<string, Entry>): Map<string, Entry> {
    return new Map([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
