// "Add Terminal to Session": a new one, or one that is open, next to those that are shared already.
import type { HostedSession } from '../../model/hosting';
import type { Context } from '../context';
import { shell, workspaceFolder } from '../settings';
import { chosenSession } from './chosen';

export async function addTerminal(context: Context, row?: unknown): Promise<void> {
    const session = await chosenSession(context, row);
    if (!session) return;
    const cwd = workspaceFolder();
    const { pty, terminal } = context.terminals.open({ ...shell(), ...(cwd ? { cwd } : {}), session: session.session });
    terminal.show();
    // What is opened for a session is shared in it.
    await pty.opened;
}

export async function addTo(context: Context, session: HostedSession, terminal: number): Promise<void> {
    await context.holding.addTerminal(session.session, terminal, { from: context.choice.start });
}
