// "Stop Sharing" and "Stop All": ask once when guests are there.
import type { HostedSession } from '../../model/hosting';
import type { Context } from '../context';
import { chosenSession } from './chosen';
import { ask } from '../say';

export async function stop(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    if (session && (await sure([session], 'Stop Sharing')))
        await context.tell({ type: 'stop', session: session.session });
}

export async function stopAll(context: Context): Promise<void> {
    const sessions = context.holding.state.sessions;
    if (await sure(sessions, 'Stop All')) await context.tell({ type: 'stop_all' });
}

/** Asks once, if somebody is there, or something else is lost. */
export async function sure(sessions: HostedSession[], button: string, loss?: string): Promise<boolean> {
    const guests = sessions.reduce((sum, session) => sum + Object.keys(session.guests).length, 0);
    if (guests === 0 && !loss) return true;
    const watching =
        guests === 1 ? '1 guest is watching.' : guests > 0 ? `${guests} guests are watching.` : `${button}?`;
    return ask('warning', watching, loss ?? 'They read "Session ended"; your terminal goes on.', button);
}
