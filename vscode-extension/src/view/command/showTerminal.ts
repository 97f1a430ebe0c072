// A click on a terminal's row shows it.
import type { Context } from '../context';
import type { SessionRow } from '../rows';

export async function showTerminal(context: Context, given?: unknown): Promise<void> {
    const row = given as SessionRow | undefined;
    if (row?.kind === 'stream') row.seat.show(row.terminal);
    if (row?.kind !== 'terminal') return;
    const { terminal, title } = row.terminal;
    // Another window may have opened it.
    const tab = context.mirrors.source(terminal) ?? context.terminals.tab(terminal);
    (tab ?? context.terminals.open({ terminal }, title || 'Jumpseat').terminal).show();
}
