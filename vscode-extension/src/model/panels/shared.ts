// The panels of one joined session: which of them the host shares, and how often each changed. What stands in them is
// in the native module, which is asked for it.
import type { AskedRows, GuestUpdate, PanelHead, PanelKind, Panels, Row } from '@jumpseat/native';

import { PANELS } from './words';

export class SharedPanels {
    readonly #revisions = new Map<PanelKind, number>();
    readonly #rows = new Map<string, { revision: string; rows: Row[] }>();
    #shared: Set<PanelKind> | undefined;
    /** What stands in them, once the seat is taken. */
    held: Panels | undefined;
    /** How far the contents that are fetched have come, by their numbers. */
    readonly fetching = new Map<number, { received: number; total: number }>();

    /** Whether the host has said what it shares. */
    get known(): boolean {
        return this.#shared !== undefined;
    }

    shares(kind: PanelKind): boolean {
        return this.#shared?.has(kind) ?? false;
    }

    /** How a panel stands; nothing of one that is not shared, or not here yet. */
    head(panel: PanelKind, host: string): PanelHead | undefined {
        return this.held?.head({ panel, host });
    }

    /** What stands in a panel, made once for each of its states: a host decides how much that is. */
    rows(asked: AskedRows): Row[] {
        const key = JSON.stringify(asked);
        // Threads and findings open files of the git panel.
        const revision = `${this.revision(asked.panel)} ${this.revision('git')}`;
        const known = this.#rows.get(key);
        if (known?.revision === revision) return known.rows;
        const rows = this.held?.rows(asked) ?? [];
        this.#rows.set(key, { revision, rows });
        return rows;
    }

    /** Counts what happened to a panel: another number, another state. */
    revision(kind: PanelKind): number {
        return this.#revisions.get(kind) ?? 0;
    }

    apply(event: GuestUpdate): void {
        switch (event.type) {
            case 'panel':
                (this.#shared ??= new Set()).add(event.panel);
                this.#count(event.panel);
                break;
            case 'fetching':
                this.fetching.set(event.tag, { received: event.received, total: event.total });
                break;
            default:
                break;
        }
    }

    /** These are shared, and no others. */
    share(panels: PanelKind[]): void {
        // A seat that the host has not let in knows of none.
        if (this.#shared === undefined && panels.length === 0) return;
        this.#shared = new Set(panels);
        this.#rows.clear();
        PANELS.forEach((kind) => this.#count(kind));
    }

    #count(kind: PanelKind): void {
        this.#revisions.set(kind, this.revision(kind) + 1);
    }
}
