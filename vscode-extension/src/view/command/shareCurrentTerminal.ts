// "Share Current Terminal": a Jumpseat terminal with its history; another one is continued in a Jumpseat terminal.
import * as vscode from 'vscode';

import type { Context } from '../context';
import { shareNewTerminal } from './shareNewTerminal';

export async function shareCurrentTerminal(context: Context, chosen?: unknown): Promise<void> {
    const given = chosen as vscode.Terminal | undefined;
    const terminal = given?.creationOptions ? given : vscode.window.activeTerminal;
    if (!terminal) return shareNewTerminal(context);
    const pty = context.hosted(terminal);
    if (!pty) return continueHere(context, terminal);
    const number = await pty.opened;
    if (context.holding.state.terminals.get(number)?.session !== undefined) {
        void vscode.commands.executeCommand('jumpseat.share.focus');
        return;
    }
    await context.share([number], context.choice);
}

/** No stable API reads what another terminal printed before now. */
async function continueHere(context: Context, foreign: vscode.Terminal): Promise<void> {
    const answer = await vscode.window.showInformationMessage(
        `"${foreign.name}" was not opened by Jumpseat: what it printed cannot be shared.`, 'Continue in a Shared Terminal Here',
    );
    if (!answer) return;
    const cwd = foreign.shellIntegration?.cwd?.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const { pty, terminal } = context.openTerminal({ ...(cwd ? { cwd } : {}) });
    terminal.show();
    await context.share([await pty.opened], context.choice);
}
