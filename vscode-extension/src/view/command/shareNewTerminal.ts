// "Share New Terminal": as the last one was shared.
import * as vscode from 'vscode';

import type { Context } from '../context';

export async function shareNewTerminal(context: Context): Promise<void> {
    const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const { pty, terminal } = context.openTerminal({ ...(cwd ? { cwd } : {}) });
    terminal.show();
    await context.share([await pty.opened], context.choice);
}
