// What is found in a panel again and again, gathered once for each of its states: a host decides how much stands in it.
import type { PanelKind } from '@jumpseat/native';

import type { SharedPanels } from './shared';

/** What `make` makes of a panel, until it changes. */
export function kept<Made>(kind: PanelKind, make: (panels: SharedPanels) => Made): (panels: SharedPanels) => Made {
    const made = new WeakMap<SharedPanels, { revision: number; what: Made }>();
    return (panels) => {
        const revision = panels.revision(kind);
        const known = made.get(panels);
        if (known?.revision === revision) return known.what;
        const what = make(panels);
        made.set(panels, { revision, what });
        return what;
    };
}

/** Things by what they have in common, in their order. */
export function grouped<Thing, Key>(things: Iterable<Thing>, keyOf: (thing: Thing) => Key): Map<Key, Thing[]> {
    const groups = new Map<Key, Thing[]>();
    for (const thing of things) {
        const key = keyOf(thing);
        const group = groups.get(key);
        if (group) group.push(thing);
        else groups.set(key, [thing]);
    }
    return groups;
}
