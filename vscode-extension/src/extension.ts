// Jumpseat in VS Code: wires commands and views to one context, and nothing else.
import * as vscode from 'vscode';

import { ChatView } from './view/chatView';
import { remove, setRole } from './view/command/guest';
import { copyLink, newInvite } from './view/command/invite';
import { join, joinByLink } from './view/command/join';
import { askControl, leave } from './view/command/seat';
import { shareCurrentTerminal } from './view/command/shareCurrentTerminal';
import { shareFromHere } from './view/command/shareFromHere';
import { shareNewTerminal } from './view/command/shareNewTerminal';
import { shareSession } from './view/command/shareSession';
import { stop, stopAll } from './view/command/stop';
import { Context } from './view/context';
import { HostTerminal } from './view/hostTerminal';
import { GuestRows, SessionRows } from './view/rows';
import { ShareView } from './view/shareView';
import { seatItem, statusItem } from './view/statusItem';

let context: Context | undefined;

const COMMANDS: Record<string, (context: Context, row?: unknown) => Promise<void>> = {
    shareSession,
    shareNewTerminal,
    shareCurrentTerminal,
    shareFromHere,
    join,
    stop,
    stopAll,
    leave,
    askControl,
    grant: (on, row) => setRole(on, 'writer', row),
    revoke: (on, row) => setRole(on, 'viewer', row),
    makeCoOwner: (on, row) => setRole(on, 'co-owner', row),
    remove,
    copyLink,
    newInvite,
    showGuests: async () => { await vscode.commands.executeCommand('jumpseat.guests.focus'); },
};

export function activate(extension: vscode.ExtensionContext): void {
    const here = new Context(extension);
    context = here;
    for (const [name, run] of Object.entries(COMMANDS)) {
        extension.subscriptions.push(vscode.commands.registerCommand(`jumpseat.${name}`, (row?: unknown) => (
            here.attempt(() => run(here, row), () => void vscode.commands.executeCommand(`jumpseat.${name}`, row))
        )));
    }
    extension.subscriptions.push(
        vscode.window.registerTreeDataProvider('jumpseat.sessions', new SessionRows(here)),
        vscode.window.registerTreeDataProvider('jumpseat.guests', new GuestRows(here)),
        vscode.window.registerWebviewViewProvider('jumpseat.share', new ShareView(here)),
        vscode.window.registerWebviewViewProvider('jumpseat.chat', new ChatView(here)),
        vscode.window.registerUriHandler({
            handleUri: (uri) => here.attempt(() => joinByLink(here, uri.toString(true))),
        }),
        vscode.window.registerTerminalProfileProvider('jumpseat.terminal', {
            provideTerminalProfile: () => {
                const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
                const pty = new HostTerminal(here.holding, here.gate, cwd ? { cwd } : {});
                return new vscode.TerminalProfile({ name: 'Jumpseat', pty, iconPath: new vscode.ThemeIcon('broadcast') });
            },
        }),
        vscode.window.onDidOpenTerminal((terminal) => void here.hosted(terminal)),
    );
    statusItem(here);
    seatItem(here);
    void here.attempt(() => here.restore());
}

export async function deactivate(): Promise<void> {
    await context?.close();
}
