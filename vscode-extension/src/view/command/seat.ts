// What a guest does with its seat.
import type { Context } from '../context';
import { chosenSeat } from './chosen';

export async function askControl(context: Context, row?: unknown): Promise<void> {
    const seat = await chosenSeat(context, row);
    if (!seat || seat.state.role !== 'viewer') return;
    await seat.guest?.ask({ type: 'ask_control' });
    seat.state.asking = true;
    context.changed();
}

export async function leave(context: Context, row?: unknown): Promise<void> {
    const seat = await chosenSeat(context, row);
    if (!seat) return;
    context.seats.delete(seat);
    await seat.leave();
    context.changed();
}
