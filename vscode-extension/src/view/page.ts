// What both webviews have in common: a page without network, whose text is never markup.
import { randomBytes } from 'node:crypto';

export function page(style: string, body: string, script: string): string {
    const nonce = randomBytes(16).toString('base64');
    return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<style nonce="${nonce}">${BASE}${style}</style></head><body>${body}
<script nonce="${nonce}">const vscode = acquireVsCodeApi();
const el = (name, options = {}, ...children) => { const e = Object.assign(document.createElement(name), options); e.append(...children); return e; };
${script}</script></body></html>`;
}

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
