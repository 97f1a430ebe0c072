// The guest count, the same wherever it is shown.
import type { Hosting } from './hosting';
import { role } from './words';

export interface Badge { text: string; tooltip: string; label: string; warning: boolean }

/** Nothing as long as nothing is shared. */
export function badge(hosting: Hosting): Badge | undefined {
    if (hosting.sessions.size === 0) return undefined;
    const guests = [...hosting.sessions.values()].flatMap((session) => [...session.guests.values()]);
    const present = guests.filter((guest) => guest.present);
    const warning = present.some((guest) => guest.role !== 'viewer');
    const count = present.length === 1 ? '1 guest' : `${present.length} guests`;
    const who = present.map((guest) => `${guest.name} (${role(guest.role)})`).join(', ');
    return {
        text: `$(broadcast) ${present.length}`,
        tooltip: present.length === 0 ? 'Jumpseat: sharing, no guests yet' : `Jumpseat: ${count}: ${who}`,
        label: `Jumpseat: sharing with ${count}${warning ? ', someone can type' : ''}`,
        warning,
    };
}
