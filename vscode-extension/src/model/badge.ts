// What the status bar says: how many guests are here, and what one may do at somebody else's session.
import type { Hosting } from './hosting';
import type { Joined } from './joined';
import { withoutIcons } from './panels/safe';
import { guests, role } from './words';

export interface Badge {
    text: string;
    tooltip: string;
    label: string;
    warning: boolean;
}

/** The guest count, the same wherever it is shown. Nothing as long as nothing is shared. */
export function badge(hosting: Hosting): Badge | undefined {
    if (hosting.sessions.length === 0) return undefined;
    const present = hosting.sessions
        .flatMap((session) => Object.values(session.guests))
        .filter((guest) => guest.present);
    const warning = present.some((guest) => guest.role !== 'viewer');
    const count = guests(present.length);
    const who = present.map((guest) => `${guest.name} (${role(guest.role)})`).join(', ');
    return {
        // In high contrast there is no warning colour.
        text: `$(broadcast) ${present.length}${warning ? ' $(edit)' : ''}`,
        tooltip: present.length === 0 ? 'Jumpseat: sharing, no guests yet' : `Jumpseat: ${count}: ${who}`,
        label: `Jumpseat: sharing with ${count}${warning ? ', someone can type' : ''}`,
        warning,
    };
}

/** How far behind one is, if at all. */
function connection(seat: Joined): string {
    if (seat.phase.is !== 'seated') return '';
    if (seat.connection.state === 'away') return ', reconnecting';
    return seat.behind ? `, ${seat.behind}` : '';
}

/** Whose terminal this is, what one may do there, and what of it has no room here. */
export function seatBadge(
    seat: Joined,
    missing: { columns: number; rows: number } | undefined,
): Omit<Badge, 'warning'> {
    const host = seat.host || seat.code;
    const may = {
        knocking: 'joining…',
        waiting: 'waiting to be let in',
        seated: role(seat.role),
        failed: 'failed',
        ended: 'ended',
    }[seat.phase.is];
    const said = seat.phase.is === 'seated' && seat.asking ? 'asking…' : may;
    const away = seat.role !== 'viewer' && seat.looking === undefined ? ', host not looking' : '';
    const liveness = connection(seat);
    const cut = [missing?.columns ? `${missing.columns} columns` : '', missing?.rows ? `${missing.rows} rows` : '']
        .filter(Boolean)
        .join(' and ');
    const ask = seat.role === 'viewer' ? 'Ask for control' : 'Show the guests';
    return {
        text: `$(${seat.role === 'viewer' ? 'eye' : 'edit'}) ${withoutIcons(host)}: ${said}${away}${liveness}${cut ? ' $(screen-full)' : ''}`,
        tooltip: cut ? `${cut} of ${host}'s terminal have no room here: close a panel, or zoom out. ${ask}` : ask,
        label: `Jumpseat: at ${host}, ${said}${away}${liveness}${cut ? `, ${cut} have no room here` : ''}`,
    };
}
