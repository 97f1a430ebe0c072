// What the webviews have in common: a page without network, whose text is never markup, and which says when it has the
// focus: the terminal next to it is still in front then.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

import type { Context } from './context';

/** What every page says, besides what is its own. */
type Common = { page: 'ready' } | { page: 'focus'; on: boolean } | { page: 'shortcut' };

export abstract class Page<Message extends object> implements vscode.WebviewViewProvider {
    constructor(protected readonly context: Context) {}

    protected abstract readonly html: { style: string; body: string; script: string };

    /** What the page is to show now. */
    protected abstract shown(view: vscode.WebviewView): unknown;

    protected abstract take(message: Message): Promise<void> | void;

    resolveWebviewView(view: vscode.WebviewView): void {
        const { gate } = this.context;
        view.webview.options = { enableScripts: true };
        view.webview.html = page(this.html);
        const show = (): void => void view.webview.postMessage(this.shown(view));
        const parts = [this.context.onDidChange(show), view.onDidChangeVisibility(show)];
        view.onDidDispose(() => {
            gate.nearby(false);
            for (const part of parts) part.dispose();
        });
        view.webview.onDidReceiveMessage((message: Common | Message) => {
            if (!('page' in message)) void this.context.attempt(async () => this.take(message));
            else if (message.page === 'ready') show();
            else if (message.page === 'focus') gate.nearby(message.on);
            else gate.shortcut();
        });
    }
}

function page({ style, body, script }: { style: string; body: string; script: string }): string {
    const nonce = randomBytes(16).toString('base64');
    return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<style nonce="${nonce}">${BASE}${style}</style></head><body>${body}
<script nonce="${nonce}">${COMMON}${script}vscode.postMessage({ page: 'ready' });</script></body></html>`;
}

const COMMON = `
const vscode = acquireVsCodeApi();
const el = (name, options = {}, ...children) => { const e = Object.assign(document.createElement(name), options); e.append(...children); return e; };
addEventListener('focus', () => vscode.postMessage({ page: 'focus', on: true }));
addEventListener('blur', () => vscode.postMessage({ page: 'focus', on: false }));
// Copying and the like hide nothing; any other shortcut may.
addEventListener('keydown', (event) => {
  const editing = (event.ctrlKey || event.metaKey) && !event.altKey && 'acvxz'.includes(event.key.toLowerCase());
  const modifier = ['Control', 'Shift', 'Alt', 'Meta'].includes(event.key);
  if (!modifier && !editing && (event.ctrlKey || event.metaKey || event.altKey || /^F\\d+$/.test(event.key))) vscode.postMessage({ page: 'shortcut' });
}, true);
if (document.hasFocus()) vscode.postMessage({ page: 'focus', on: true });
`;

const BASE = `
body { padding: 8px 16px 12px; font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-foreground); }
button { font: inherit; border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; padding: 4px 10px; cursor: pointer;
  color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
button:hover { background: var(--vscode-button-hoverBackground); }
button.quiet { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
button.quiet:hover { background: var(--vscode-button-secondaryHoverBackground); }
:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
.dim { color: var(--vscode-descriptionForeground); }
`;
