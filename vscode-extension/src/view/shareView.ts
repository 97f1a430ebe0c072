// The share view: what a guest needs, who is there, and what each may do.
import * as vscode from 'vscode';

import type { Role } from '../model/face';
import type { HostedSession } from '../model/hosting';
import type { Context } from './context';
import { page } from './page';

interface Press { act: 'copy' | 'role' | 'remove' | 'stop' | 'invite'; session: number; what?: 'code' | 'token' | 'link'; invite?: number; slot?: number; role?: Role }

export class ShareView implements vscode.WebviewViewProvider {
    constructor(private readonly context: Context) {}

    resolveWebviewView(view: vscode.WebviewView): void {
        view.webview.options = { enableScripts: true };
        view.webview.html = page(STYLE, '<main id="all"></main>', SCRIPT);
        const show = (): void => void view.webview.postMessage(this.#shown());
        const changes = this.context.onDidChange(show);
        view.onDidDispose(() => changes.dispose());
        view.webview.onDidReceiveMessage((message: Press | 'ready') => {
            if (message === 'ready') show();
            else void this.context.attempt(() => this.#pressed(message));
        });
    }

    /** The token stays on this side until it is copied. */
    #shown(): unknown {
        const { state } = this.context.holding;
        return [...state.sessions.values()].map((session) => ({
            session: session.session,
            code: session.code ?? '',
            connection: session.connection.state,
            expires: session.expires ?? 0,
            local: /^wss?:\/\/(127\.|\[::1\]|localhost)/.test(session.relay),
            relay: session.relay,
            invites: session.invites.map(({ terms, uses }) => ({ role: terms.role, asks: terms.admission === 'ask', uses })),
            guests: [...session.guests.values()].map(({ slot, name, role, present, words, asks, typing, program }) => (
                { slot, name, role, present, words: words.join(' '), asks, typing, program }
            )),
        }));
    }

    async #pressed(press: Press): Promise<void> {
        const session = this.context.holding.state.sessions.get(press.session);
        if (!session) return;
        switch (press.act) {
            case 'copy': return this.#copy(session, press);
            case 'role': return this.context.grant(session, press.slot ?? 0, press.role ?? 'viewer');
            case 'remove': return this.context.tell({ type: 'remove', session: press.session, slot: press.slot ?? 0 });
            case 'stop': return void vscode.commands.executeCommand('jumpseat.stop', { kind: 'hosted', session });
            case 'invite': return void vscode.commands.executeCommand('jumpseat.newInvite', { kind: 'hosted', session });
        }
    }

    async #copy(session: HostedSession, press: Press): Promise<void> {
        const invite = session.invites[press.invite ?? 0];
        if (!invite || !press.what) return;
        await vscode.env.clipboard.writeText({ code: invite.code, token: invite.token, link: invite.web_link }[press.what]);
    }
}

const STYLE = `
section + section { margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--vscode-panel-border); }
.code { font: 600 24px/1.3 var(--vscode-editor-font-family, monospace); letter-spacing: 1px; }
.line { display: flex; align-items: center; gap: 8px; margin-top: 6px; }
.line > :first-child { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.masked { font-family: var(--vscode-editor-font-family, monospace); }
.row { display: flex; gap: 8px; margin-top: 10px; }
.row button { flex: 1; }
h2 { font-size: 11px; font-weight: 600; text-transform: uppercase; margin: 16px 0 4px; color: var(--vscode-descriptionForeground); }
.guest { display: flex; gap: 10px; align-items: flex-start; padding: 6px 0; }
.face { flex: none; width: 28px; height: 28px; border-radius: 50%; display: grid; place-items: center; font-weight: 600;
  color: var(--vscode-badge-foreground); background: var(--vscode-badge-background); }
.who { flex: 1; min-width: 0; }
.who > * { overflow: hidden; text-overflow: ellipsis; }
.guest button { padding: 2px 8px; }
.may { color: var(--vscode-editorWarning-foreground); }
.words { font-size: 0.92em; }
`;

const SCRIPT = `
const all = document.getElementById('all');
let sessions = [];
const send = (act, session, rest) => vscode.postMessage({ act, session, ...rest });
const button = (text, label, press, quiet = true) => {
  const b = el('button', { textContent: text, className: quiet ? 'quiet' : '', title: label, onclick: press });
  b.setAttribute('aria-label', label);
  return b;
};
const copy = (session, what, invite) => button('Copy', 'Copy ' + what, (event) => {
  send('copy', session, { what, invite });
  event.target.textContent = 'Copied';
  setTimeout(() => { event.target.textContent = 'Copy'; }, 1500);
});
const line = (...children) => el('div', { className: 'line' }, ...children);
const left = (expires) => {
  const minutes = Math.max(0, Math.round((expires - Date.now()) / 60000));
  return minutes >= 120 ? Math.round(minutes / 60) + ' hours' : minutes + ' minutes';
};
const roleText = { viewer: 'Guests watch', writer: 'Guests may type while you look on', 'co-owner': 'Guests come as co-owners' };
const guest = (session, g) => {
  const writes = g.role !== 'viewer';
  const state = !g.present ? 'away' : g.asks ? 'asks to type' : g.typing ? 'typing…' : g.role === 'co-owner' ? 'co-owner' : writes ? 'can type' : 'read-only';
  const face = el('div', { className: 'face', textContent: [...g.name][0]?.toUpperCase() ?? '?' });
  face.setAttribute('aria-hidden', 'true');
  const who = el('div', { className: 'who' },
    el('div', {}, el('strong', { textContent: g.name }), el('span', { className: 'dim', textContent: '  unverified' })),
    el('div', { className: writes ? 'may' : 'dim', textContent: state }),
    el('div', { className: 'dim words', textContent: g.words, title: 'Safety words: compare them with ' + g.name }));
  return el('div', { className: 'guest' }, face, who,
    button(writes ? 'Read-only' : 'Let type', (writes ? 'Make ' + g.name + ' read-only' : 'Let ' + g.name + ' type'),
      () => send('role', session, { slot: g.slot, role: writes ? 'viewer' : 'writer' }), !g.asks),
    button('✕', 'Remove ' + g.name, () => send('remove', session, { slot: g.slot })));
};
const nothing = el('p', { className: 'dim', textContent: 'Nothing is shared from here.' });
const draw = () => all.replaceChildren(...(sessions.length ? [] : [nothing]), ...sessions.map((s) => {
  const section = el('section', {});
  section.append(line(el('div', { className: 'code', textContent: s.code }), copy(s.session, 'code', 0)));
  s.invites.forEach((invite, at) => {
    if (at > 0) section.append(el('h2', { textContent: 'Invite ' + (at + 1) }));
    section.append(
      line(el('div', { className: 'masked', textContent: 'jst1_••••••••••••••••' }), copy(s.session, 'token', at)),
      el('div', { className: 'dim', textContent: (roleText[invite.role] ?? '') + (invite.asks ? '; you are asked first.' : '.') }),
      el('div', { className: 'row' }, button('Copy Link', 'Copy link', () => send('copy', s.session, { what: 'link', invite: at }), at > 0)));
  });
  const reach = s.local ? 'Only this machine reaches it.' : s.relay.replace(/^wss?:\\/\\//, 'Relay ');
  const line2 = s.connection === 'connected' ? reach : s.connection === 'away' ? 'Reconnecting…' : 'Connecting…';
  section.append(
    el('p', { className: 'dim', textContent: line2 + (s.expires ? ' Ends in ' + left(s.expires) + '.' : '') }),
    el('h2', { textContent: s.guests.length === 1 ? '1 guest' : s.guests.length + ' guests' }),
    ...(s.guests.length ? s.guests.map((g) => guest(s.session, g)) : [el('div', { className: 'dim', textContent: 'Send someone the link.' })]),
    el('div', { className: 'row' },
      button('New Invite', 'New invite', () => send('invite', s.session)),
      button('Stop Sharing', 'Stop sharing', () => send('stop', s.session))));
  return section;
}));
addEventListener('message', (event) => { sessions = event.data; draw(); });
setInterval(() => { if (!document.activeElement || document.activeElement === document.body) draw(); }, 60000);
vscode.postMessage('ready');
`;
