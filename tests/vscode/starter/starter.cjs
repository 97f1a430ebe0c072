// Shares a terminal when the try's first folder is opened: once, not again after a reload.
const vscode = require('vscode');

exports.activate = async (context) => {
    if (vscode.workspace.name !== 'shared' || context.workspaceState.get('shared')) return;
    await context.workspaceState.update('shared', true);
    await vscode.commands.executeCommand('jumpseat.shareNewTerminal');
};
