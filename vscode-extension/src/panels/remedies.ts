// One action for each way in which a source fails: signing in, installing git, trusting the folder, trying again.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PanelKind, Remedy } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { Context } from '../view/context';
import { workspaceFolder } from '../view/settings';
import { ask } from '../view/say';

const run = promisify(execFile);

export class Remedies {
    constructor(private readonly context: Context) {}

    async apply(session: number, panel: PanelKind, remedy: Remedy): Promise<void> {
        switch (remedy) {
            case 'sign_in': return this.#signIn(session, panel);
            case 'install_git': await vscode.env.openExternal(vscode.Uri.parse('https://git-scm.com/downloads')); return;
            case 'trust_folder': return this.#trust(session, panel);
            case 'configure': await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:jumpseat.jumpseat panels'); return;
            default: return this.#again(session, panel);
        }
    }

    /** The engine finds what the `gh` program keeps: signing in there is one's own to do, in a terminal that nobody shares. */
    async #signIn(session: number, panel: PanelKind): Promise<void> {
        const found = await run('gh', ['--version']).then(() => true, () => false);
        if (!found) {
            await vscode.env.openExternal(vscode.Uri.parse('https://cli.github.com'));
            return;
        }
        const terminal = vscode.window.createTerminal({ name: 'Sign in to GitHub', isTransient: true });
        terminal.show();
        terminal.sendText('gh auth login && exit');
        const closed = vscode.window.onDidCloseTerminal((other) => {
            if (other !== terminal) return;
            closed.dispose();
            void this.context.attempt(() => this.#again(session, panel));
        });
        this.context.extension.subscriptions.push(closed);
    }

    /** Git asks that a folder of somebody else's be named as one's own: that is the host's to say. */
    async #trust(session: number, panel: PanelKind): Promise<void> {
        const folder = workspaceFolder();
        if (!folder) return;
        const detail = `Git does not look into folders of other people's. "Trust" runs: git config --global --add safe.directory ${folder}`;
        if (!await ask('warning', `Is ${folder} yours to trust?`, detail, 'Trust')) return;
        await run('git', ['config', '--global', '--add', 'safe.directory', folder]);
        await this.#again(session, panel);
    }

    async #again(session: number, panel: PanelKind): Promise<void> {
        await this.context.tell({ type: 'refresh_panel', session, panel });
    }
}
