// "Preview What Guests See": a panel as guests see it now, as text, made from what is shared and by the same rows.
import type { PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import type { HostedSession } from '../model/hosting';
import { asText, text } from '../model/panels/paint';
import { plain } from '../model/panels/safe';
import { at } from '../model/panels/words';
import type { Context } from '../view/context';
import { name } from '../view/settings';

const SCHEME = 'jumpseat-seen';

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
        const path = `/${this.#title(panel)} as guests see it.txt`;
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
        const title = this.#title(panel);
        try {
            const reply = await this.context.holding.ask({
                type: 'look_at_panel',
                session: Number(uri.authority),
                panel,
            });
            if (reply.reply !== 'panel') return '';
            const seen = this.context.native.load().seen(reply);
            const host = name();
            const trouble = text(seen.head({ panel, host })?.trouble, now, at);
            const rows = asText(seen.rows({ panel, host }), now);
            const head = `${title}, shared by ${host}: as guests see it, read-only\n`;
            return plain(`${head}${trouble ? `${trouble}\n` : ''}\n${rows || 'Nothing.\n'}`);
        } catch (error) {
            return `${title}: guests see nothing of it. ${(error as Error).message}.\n`;
        }
    }

    #title(panel: PanelKind): string {
        const offers = this.context.native.load().offers([]);
        return offers.find((offer) => offer.panel === panel)?.title ?? panel;
    }

    #state(uri: vscode.Uri): string {
        return JSON.stringify(
            this.context.holding.state.session(Number(uri.authority))?.panels[uri.fragment as PanelKind] ?? null,
        );
    }
}
