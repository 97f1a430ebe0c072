// What a guest does with its seat.
import type { Context } from '../context';
import { chosenSeat } from './chosen';

export async function askControl(context: Context, row?: unknown): Promise<void> {
    await (await chosenSeat(context, row))?.ask();
}

export async function leave(context: Context, row?: unknown): Promise<void> {
    const seat = await chosenSeat(context, row);
    if (seat) await context.seats.leave(seat);
}
