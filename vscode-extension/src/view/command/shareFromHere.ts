// "Share From Here…": guests see the terminal from a chosen command on.
import * as vscode from 'vscode';

import { withoutIcons } from '../../model/panels/safe';
import type { Context } from '../context';
import { say } from '../say';

export async function shareFromHere(context: Context, given?: unknown): Promise<void> {
    const terminal = given as vscode.Terminal | undefined;
    const pty = context.terminals.hosted(terminal?.creationOptions ? terminal : vscode.window.activeTerminal);
    const number = pty && (await pty.opened);
    const blocks = Object.values(context.holding.state.terminal(number)?.blocks ?? {});
    if (number === undefined || blocks.length === 0) {
        void say('Jumpseat: this terminal has no commands to share from.');
        return;
    }
    if (context.holding.state.terminal(number)?.session !== undefined) {
        void say('Jumpseat: this terminal is shared already. Stop sharing first.');
        return;
    }
    const items = blocks
        .map((block) => ({
            label: withoutIcons(block.command ?? '') || '(command)',
            description: block.exit_code === null ? 'running' : block.exit_code === 0 ? '' : `exit ${block.exit_code}`,
            detail: new Date(block.started).toLocaleTimeString(),
            block: block.block,
        }))
        .reverse();
    const picked = await vscode.window.showQuickPick(items, {
        title: 'Share From Here',
        placeHolder: 'Guests see this command and what follows',
    });
    if (picked) await context.share(number, { from: 'block', block: picked.block });
}
