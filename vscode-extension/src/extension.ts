// Jumpseat in VS Code: wires commands and views to one context, and nothing else.
import * as vscode from 'vscode';

import { panels } from './panels/panels';
import { ChatView } from './view/chatView';
import { addTerminal } from './view/command/addTerminal';
import { answerKnock, decline, remove, safetyWords, setRole } from './view/command/guest';
import { heldTerminals } from './view/command/held';
import { copyLink, newInvite } from './view/command/invite';
import { join, joinByLink } from './view/command/join';
import { jump, lookHere, stopPointing } from './view/command/pointing';
import { makeDefaultProfile } from './view/command/profile';
import { askControl, leave } from './view/command/seat';
import { shareCurrentTerminal } from './view/command/shareCurrentTerminal';
import { shareFromHere } from './view/command/shareFromHere';
import { shareNewTerminal } from './view/command/shareNewTerminal';
import { shareSession } from './view/command/shareSession';
import { showTerminal } from './view/command/showTerminal';
import { stop, stopAll } from './view/command/stop';
import { Context } from './view/context';
import { guestTree, sessionTree } from './view/rows';
import { ShareView } from './view/shareView';
import { seatItem, statusItem } from './view/statusItem';

let context: Context | undefined;

const COMMANDS: Record<string, (context: Context, given?: unknown) => Promise<void> | void> = {
    shareSession,
    shareNewTerminal,
    shareCurrentTerminal,
    shareFromHere,
    addTerminal,
    join,
    stop,
    stopAll,
    leave,
    askControl,
    lookHere,
    stopPointing,
    jump,
    grant: (on, row) => setRole(on, 'writer', row),
    revoke: (on, row) => setRole(on, 'viewer', row),
    makeCoOwner: (on, row) => setRole(on, 'co-owner', row),
    decline,
    remove,
    admit: (on, row) => answerKnock(on, 'admit', row),
    deny: (on, row) => answerKnock(on, 'deny', row),
    copyLink,
    newInvite,
    showTerminal,
    heldTerminals,
    makeDefaultProfile,
    showGuests: async () => {
        await vscode.commands.executeCommand('jumpseat.guests.focus');
    },
    showLog: (on) => on.log.show(),
};

export function activate(extension: vscode.ExtensionContext): void {
    const started = performance.now();
    const here = new Context(extension);
    context = here;
    for (const [name, run] of Object.entries(COMMANDS)) {
        extension.subscriptions.push(
            vscode.commands.registerCommand(`jumpseat.${name}`, (given?: unknown) =>
                here.attempt(
                    () => run(here, given),
                    () => void vscode.commands.executeCommand(`jumpseat.${name}`, given),
                ),
            ),
        );
    }
    extension.subscriptions.push(
        vscode.commands.registerCommand('jumpseat.safetyWords', safetyWords),
        // Its content is the two buttons of `viewsWelcome`.
        vscode.window.registerTreeDataProvider('jumpseat.start', {
            getChildren: () => [],
            getTreeItem: (row: vscode.TreeItem) => row,
        }),
        sessionTree(here),
        guestTree(here),
        vscode.window.registerWebviewViewProvider('jumpseat.share', new ShareView(here)),
        vscode.window.registerWebviewViewProvider('jumpseat.chat', new ChatView(here)),
        vscode.window.registerUriHandler({
            // Each build of VS Code has a name of its own for itself in links.
            handleUri: (uri) => here.attempt(() => joinByLink(here, uri.with({ scheme: 'vscode' }).toString(true))),
        }),
        vscode.window.registerTerminalProfileProvider('jumpseat.terminal', {
            provideTerminalProfile: () => here.terminals.profile(),
        }),
    );
    statusItem(here);
    seatItem(here);
    panels(here);
    void here.restore();
    here.log.info(`activated in ${(performance.now() - started).toFixed(1)} ms`);
}

export async function deactivate(): Promise<void> {
    await context?.close();
}
