// One action for each way in which a source fails: signing in, installing git, trusting the folder, trying again.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PanelKind, Remedy } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { Context } from '../view/context';
import { workspaceFolder } from '../view/settings';
import { ask } from '../view/say';
import type { SignIn } from './signIn';

const run = promisify(execFile);

export class Remedies {
    constructor(
        private readonly context: Context,
        private readonly signIn: SignIn,
    ) {}

    async apply(session: number, panel: PanelKind, remedy: Remedy): Promise<void> {
        switch (remedy.is) {
            case 'sign_in':
                return this.signIn.at(remedy.host);
            case 'install_git':
                await vscode.env.openExternal(vscode.Uri.parse('https://git-scm.com/downloads'));
                return;
            case 'trust_folder':
                return this.#trust(session, panel);
            case 'configure':
                await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:jumpseat.jumpseat panels');
                return;
            default:
                return this.#again(session, panel);
        }
    }

    /** Git asks that a folder of somebody else's be named as one's own: that is the host's to say. */
    async #trust(session: number, panel: PanelKind): Promise<void> {
        const folder = workspaceFolder();
        if (!folder) return;
        const detail = `Git does not look into folders of other people's. "Trust" runs: git config --global --add safe.directory ${folder}`;
        if (!(await ask('warning', `Is ${folder} yours to trust?`, detail, 'Trust'))) return;
        await run('git', ['config', '--global', '--add', 'safe.directory', folder]);
        await this.#again(session, panel);
    }

    async #again(session: number, panel: PanelKind): Promise<void> {
        await this.context.tell({ type: 'refresh_panel', session, panel });
    }
}
