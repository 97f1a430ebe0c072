// "Share New Terminal": as the last one was shared.
import type { Context } from '../context';

export async function shareNewTerminal(context: Context): Promise<void> {
    const { pty, terminal } = context.terminals.open(undefined);
    terminal.show();
    await context.share(pty.opened);
}
