// What a host shares next to the terminal: begun with each session as the setting says, changed at any time, looked at
// as guests see it.
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { HostCommand, PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import { withoutIcons } from '../model/panels/safe';
import type { HostedSession } from '../model/hosting';
import { within } from '../model/panels/feed';
import { canShare, panelLines, type PanelLine } from '../model/panels/offered';
import { chosenSession } from '../view/command/chosen';
import type { Context } from '../view/context';
import { workspaceFolder } from '../view/settings';
import { FindingsFeed } from './feed';
import { Preview } from './preview';
import { Remedies } from './remedies';
import * as settings from './settings';
import type { PanelPress } from './sharePanels';
import { SignIn } from './signIn';
import { say } from '../view/say';

export class HostPanels {
    readonly #signIn: SignIn;
    readonly #remedies: Remedies;
    readonly #preview: Preview;

    constructor(private readonly context: Context) {
        this.#signIn = new SignIn(context);
        this.#remedies = new Remedies(context, this.#signIn);
        this.#preview = new Preview(context);
        const feed = new FindingsFeed(context);
        context.extension.subscriptions.push(
            context.onDidShare((session) => void context.attempt(() => this.#begin(session))),
            context.onDidChange(() => {
                feed.refresh();
                this.#preview.refresh();
            }),
        );
    }

    async share(session: number, panel: PanelKind): Promise<void> {
        const folder = workspaceFolder();
        if (!canShare(panel, folder))
            throw Object.assign(new Error('this panel shows a folder, and none is open'), { kind: 'misused' });
        const files = await filesOf(panel, folder);
        const ofForge = panel === 'review' || panel === 'issue';
        if (ofForge) await this.#signIn.quietly();
        const command: HostCommand = {
            type: 'share_panel',
            session,
            panel,
            ...(folder ? { folder } : {}),
            ...(files.length > 0 ? { files } : {}),
            ...(ofForge ? { forges: settings.forges() } : {}),
        };
        await this.context.tell(command);
    }

    async unshare(session: number, panel: PanelKind): Promise<void> {
        await this.context.tell({ type: 'unshare_panel', session, panel });
    }

    /** What helps where a source fails. */
    async remedy(session: number, panel: PanelKind): Promise<void> {
        const shared = this.context.holding.state.session(session)?.panels[panel];
        const remedy = shared?.state.is === 'failed' ? shared.state.remedy : undefined;
        await this.#remedies.apply(session, panel, remedy ?? { is: 'retry' });
    }

    /** What the share view shows of a session's panels. */
    lines(session: HostedSession): PanelLine[] {
        const offers = this.context.native.load().offers(Object.values(session.panels));
        return panelLines(offers, workspaceFolder(), Date.now());
    }

    preview(session: HostedSession, panel: PanelKind): Promise<void> {
        return this.#preview.show(session, panel);
    }

    /** A button of the share view. */
    async press(session: HostedSession, { panel, what }: PanelPress): Promise<void> {
        switch (what) {
            case 'share':
                return this.share(session.session, panel);
            case 'unshare':
                return this.unshare(session.session, panel);
            case 'remedy':
                return this.remedy(session.session, panel);
            case 'preview':
                return this.preview(session, panel);
        }
    }

    /** "Choose What Guests See…": all panels with a mark on those that are shared. */
    async choose(row: unknown): Promise<void> {
        const session = await chosenSession(this.context, row);
        if (!session) return;
        const items = this.lines(session).map(({ panel, title, about, shared }) => ({
            label: title,
            description: withoutIcons(about),
            picked: shared,
            panel,
        }));
        const options = {
            canPickMany: true as const,
            title: `What Guests of ${this.context.nameOf(session)} See`,
            placeHolder: 'Read-only, next to the terminal',
        };
        const picked = await vscode.window.showQuickPick(items, options);
        if (!picked) return;
        for (const { panel } of items) {
            const wanted = picked.some((item) => item.panel === panel);
            if (wanted === (session.panels[panel] !== undefined)) continue;
            await (wanted ? this.share(session.session, panel) : this.unshare(session.session, panel));
        }
    }

    async choosePreview(row: unknown): Promise<void> {
        const session = await chosenSession(this.context, row);
        if (!session) return;
        const items = this.lines(session)
            .filter(({ shared }) => shared)
            .map(({ panel, title, about }) => ({ label: title, description: withoutIcons(about), panel }));
        if (items.length === 0) {
            void say('Jumpseat: guests see the terminal, and no panels.');
            return;
        }
        const picked = await vscode.window.showQuickPick(items, { placeHolder: 'Which panel, as guests see it now?' });
        if (picked) await this.preview(session, picked.panel);
    }

    async #begin(session: number): Promise<void> {
        for (const panel of settings.shared()) {
            // The terminal is shared in any case; the share view offers the panel again.
            await this.share(session, panel).catch((error: unknown) =>
                this.context.log.warn(`${panel} is not shared: ${(error as Error).message}`),
            );
        }
    }
}

export function hostPanels(context: Context): void {
    const host = new HostPanels(context);
    context.panels = host;
    const command = (name: string, run: (row: unknown) => Promise<void>): vscode.Disposable =>
        vscode.commands.registerCommand(`jumpseat.${name}`, (row?: unknown) => context.attempt(() => run(row)));
    context.extension.subscriptions.push(
        command('choosePanels', (row) => host.choose(row)),
        command('previewPanel', (row) => host.choosePreview(row)),
    );
}

/**
 * The files that the host's settings name for a panel. What is named from the folder on has to be in it: a link there is
 * the repository's, not the host's.
 */
async function filesOf(panel: PanelKind, folder: string | undefined): Promise<string[]> {
    const real = async (path: string): Promise<string | undefined> => realpath(path).then(undefined, () => undefined);
    const top = folder && (await real(folder));
    const all = await Promise.all(
        settings.files(panel).map(async (file) => {
            if (isAbsolute(file)) return file;
            if (!top) return undefined;
            const path = join(top, file);
            // One that is yet to be written lies in its folder.
            const parent = await real(dirname(path));
            const there = (await real(path)) ?? (parent && join(parent, basename(path)));
            return there && within(top, there) !== undefined ? there : undefined;
        }),
    );
    return all.filter((file) => file !== undefined);
}
