// The chat of the sessions that this window hosts or sits at, newest below.
import * as vscode from 'vscode';

import type { ChatLine } from '../model/hosting';
import type { Context } from './context';
import { page } from './page';

export class ChatView implements vscode.WebviewViewProvider {
    constructor(private readonly context: Context) {}

    resolveWebviewView(view: vscode.WebviewView): void {
        view.webview.options = { enableScripts: true };
        view.webview.html = page(STYLE, BODY, SCRIPT);
        const show = (): void => {
            const { lines, unread } = this.#talk(view.visible);
            view.badge = unread > 0 ? { value: unread, tooltip: `${unread} unread` } : undefined;
            void view.webview.postMessage(lines);
        };
        const parts = [this.context.onDidChange(show), view.onDidChangeVisibility(show)];
        view.onDidDispose(() => parts.forEach((part) => part.dispose()));
        view.webview.onDidReceiveMessage((message: { say: string } | 'ready') => {
            if (message === 'ready') show();
            else void this.context.attempt(() => this.#say(message.say));
        });
    }

    #talk(read: boolean): { lines: ChatLine[]; unread: number } {
        const talks = [...this.context.holding.state.sessions.values(), ...[...this.context.seats].map((seat) => seat.state)];
        if (read) for (const talk of talks) talk.unread = 0;
        return {
            lines: talks.flatMap((talk) => talk.chat).sort((a, b) => a.at - b.at),
            unread: talks.reduce((sum, talk) => sum + talk.unread, 0),
        };
    }

    /** To everyone this window is in a session with. */
    async #say(text: string): Promise<void> {
        for (const session of this.context.holding.state.sessions.values()) {
            await this.context.tell({ type: 'chat', session: session.session, text });
        }
        for (const seat of this.context.seats) await seat.guest?.ask({ type: 'chat', text });
    }
}

const STYLE = `
body { display: flex; flex-direction: column; height: 100vh; box-sizing: border-box; margin: 0; }
#lines { flex: 1; overflow-y: auto; overflow-wrap: anywhere; }
#lines > div { margin-bottom: 4px; }
form { display: flex; gap: 6px; margin-top: 6px; }
input { flex: 1; min-width: 0; font: inherit; padding: 4px 6px; color: var(--vscode-input-foreground); background: var(--vscode-input-background);
  border: 1px solid var(--vscode-input-border, transparent); border-radius: 2px; }
`;
const BODY = `<div id="lines" role="log" aria-label="Chat"></div>
<form><input id="say" aria-label="Message" placeholder="Message" maxlength="2000" autocomplete="off"><button type="submit">Send</button></form>`;
const SCRIPT = `
const lines = document.getElementById('lines'), say = document.getElementById('say');
document.querySelector('form').onsubmit = (event) => {
  event.preventDefault();
  const text = say.value.trim();
  if (text) vscode.postMessage({ say: text });
  say.value = '';
};
addEventListener('message', (event) => {
  lines.replaceChildren(...(event.data.length ? event.data.map((line) => el('div', {}, el('strong', { textContent: line.name + ' ' }), line.text))
    : [el('div', { className: 'dim', textContent: 'Nothing was said yet.' })]));
  lines.scrollTop = lines.scrollHeight;
});
vscode.postMessage('ready');
`;
