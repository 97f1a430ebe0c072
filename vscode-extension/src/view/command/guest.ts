// What a host does with a guest's row.
import type { Role } from '../../model/face';
import type { Context } from '../context';
import { chosenGuest } from './chosen';

export async function setRole(context: Context, role: Role, row: unknown): Promise<void> {
    const chosen = chosenGuest(row);
    if (chosen) await context.grant(chosen.session, chosen.guest.slot, role);
}

export async function remove(context: Context, row: unknown): Promise<void> {
    const chosen = chosenGuest(row);
    if (chosen) await context.tell({ type: 'remove', session: chosen.session.session, slot: chosen.guest.slot });
}
