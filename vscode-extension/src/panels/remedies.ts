// One action for each way in which a source fails: signing in, installing git, trusting the folder, trying again.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PanelKind, Remedy } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { Context } from '../view/context';
import { workspaceFolder } from '../view/settings';
import { ask } from '../view/say';

/** What reading needs, as far as GitHub tells reading from writing. */
const SCOPES = ['repo'];
/** What the pull request extension asked for: its session serves as well, and nobody needs to be asked again. */
const OTHERS = ['read:user', 'user:email', 'repo', 'workflow'];

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

    /** Where the editor is signed in already nobody needs to be asked. */
    async quietly(session: number, panel: PanelKind): Promise<void> {
        if (panel !== 'review' && panel !== 'issue') return;
        for (const scopes of [SCOPES, OTHERS]) {
            const signedIn = await vscode.authentication.getSession('github', scopes, { silent: true }).then(undefined, () => undefined);
            if (signedIn) return this.#give(session, panel, signedIn.accessToken);
        }
    }

    /** On a click alone. */
    async #signIn(session: number, panel: PanelKind): Promise<void> {
        const detail = 'to show guests the pull request and its issues; guests never get the credential';
        const signedIn = await vscode.authentication.getSession('github', SCOPES, { createIfNone: { detail } });
        await this.#give(session, panel, signedIn.accessToken);
    }

    async #give(session: number, panel: PanelKind, _credential: string): Promise<void> {
        await this.#again(session, panel);
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
