// "Preview What Guests See": a panel as guests see it now, as text, made from what is shared and by the same rows.
import type { Entry, PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { HostedSession } from '../model/hosting';
import { changesRows } from '../model/panels/changes';
import { findingRows } from '../model/panels/findings';
import { historyRows } from '../model/panels/history';
import { issueRows } from '../model/panels/issues';
import { LogLines } from '../model/panels/log';
import { reviewRows } from '../model/panels/review';
import { asText, type Row } from '../model/panels/row';
import { SharedPanels } from '../model/panels/shared';
import { stateText, TITLES } from '../model/panels/words';
import type { Context } from '../view/context';
import { name } from '../view/settings';

const SCHEME = 'jumpseat-seen';

const ROWS: Record<PanelKind, (of: SharedPanels, now: number) => Row[]> = {
    git: (of, now) => changesRows(of, name(), now),
    history: historyRows,
    review: reviewRows,
    issue: issueRows,
    findings: (of) => findingRows(of, 'file'),
    log: (of) =>
        new LogLines()
            .take(of.panel('log')?.entries ?? new Map<string, Entry>())
            .map(({ level, text }, i) => ({ id: String(i), label: `[${level}] ${text}` })),
};

export class Preview implements vscode.TextDocumentContentProvider {
    readonly #changed = new vscode.EventEmitter<vscode.Uri>();
    readonly onDidChange = this.#changed.event;
    /** What was shown, and from which state of the panel. */
    readonly #shown = new Map<string, string>();

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(
            this.#changed,
            vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
            vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
        );
    }

    async show(session: HostedSession, panel: PanelKind): Promise<void> {
        const path = `/${TITLES[panel]} as guests see it.txt`;
        const uri = vscode.Uri.from({ scheme: SCHEME, authority: String(session.session), path, fragment: panel });
        await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    }

    /** Panels changed: what is open is looked at again. */
    refresh(): void {
        for (const [key, before] of this.#shown) {
            const uri = vscode.Uri.parse(key, true);
            if (this.#state(uri) !== before) this.#changed.fire(uri);
        }
    }

    async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
        this.#shown.set(uri.toString(), this.#state(uri));
        const panel = uri.fragment as PanelKind;
        const now = Date.now();
        try {
            const reply = await this.context.holding.ask({
                type: 'look_at_panel',
                session: Number(uri.authority),
                panel,
            });
            if (reply.reply !== 'panel') return '';
            const seen = new SharedPanels();
            seen.take(reply, now);
            const state = stateText(reply.state, name(), now);
            const rows = asText(ROWS[panel](seen, now));
            return `${TITLES[panel]}, shared by ${name()}: as guests see it, read-only\n${state ? `${state}\n` : ''}\n${rows || 'Nothing.\n'}`;
        } catch (error) {
            return `${TITLES[panel]}: guests see nothing of it. ${(error as Error).message}.\n`;
        }
    }

    #state(uri: vscode.Uri): string {
        return JSON.stringify(
            this.context.holding.state.sessions.get(Number(uri.authority))?.panels.get(uri.fragment as PanelKind) ??
                null,
        );
    }
}
