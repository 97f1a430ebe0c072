// A copy of a state: whole once, then what changed, by the keys that lead there.
import type { StateUpdate } from '@jumpseat/native';

type Node = Record<string, unknown>;

export class Replica<State extends object> {
    #version: number | undefined;

    constructor(public state: State) {}

    /** Makes the changes. Whether it could: what is missing has to be asked for. */
    apply(update: StateUpdate): boolean {
        if (this.#version !== undefined && update.version <= this.#version) return true;
        if (!update.whole && this.#version !== update.version - 1) return false;
        for (const { path, value } of update.changes) {
            if (path.length === 0) this.state = value as State;
            else set(this.state as Node, path, value);
        }
        this.#version = update.version;
        return true;
    }

    /** The other end is gone, and its numbers with it. */
    end(state: State): void {
        this.#version = undefined;
        this.state = state;
    }
}

function set(at: Node, [key = '', ...rest]: string[], value: unknown): void {
    if (rest.length > 0) {
        if (at[key] === undefined && value === null) return;
        set((at[key] ??= {}) as Node, rest, value);
    } else if (value === null) {
        delete at[key];
    } else {
        at[key] = value;
    }
}
