// The share view's page: style, body and script. It knows codes, never tokens.
import { SETTLE } from '../model/placed';
import { PANELS_SCRIPT, PANELS_STYLE } from '../panels/sharePanels';

export const BODY = '<main id="all"></main>';

export const STYLE = `
section + section { margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--vscode-panel-border); }
.name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.code { font: 600 20px/1.3 var(--vscode-editor-font-family, monospace); letter-spacing: 1px; }
.line { display: flex; align-items: center; gap: 8px; margin-top: 5px; }
.line > :first-child { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.masked { font-family: var(--vscode-editor-font-family, monospace); }
.line button { padding: 3px 10px; }
.row { display: flex; gap: 8px; margin-top: 8px; }
.row button { flex: 1; }
p { margin: 8px 0 0; }
h2 { font-size: 11px; font-weight: 600; text-transform: uppercase; margin: 12px 0 2px; color: var(--vscode-descriptionForeground); }
.moved { pointer-events: none; opacity: 0.6; }
${PANELS_STYLE}`;

export const SCRIPT = `
const all = document.getElementById('all');
let sessions = [];
const send = (act, session, rest) => vscode.postMessage({ act, session, holder: sessions[0]?.holder, ...rest });
// A press replaces the button it was on: the focus goes on to the one that took its place. \`about\` is whom or what it
// acts on, as names are not unique.
const button = (text, label, press, quiet = true, about = '') => {
  const b = el('button', { textContent: text, className: quiet ? 'quiet' : '', title: label, onclick: press });
  b.setAttribute('aria-label', label);
  b.dataset.about = about + ' ' + label;
  return b;
};
const copy = (session, what, invite) => button('Copy', 'Copy ' + what, (event) => {
  send('copy', session, { what, invite });
  event.target.textContent = 'Copied';
  setTimeout(() => { event.target.textContent = 'Copy'; }, 1500);
});
const line = (...children) => el('div', { className: 'line' }, ...children);
const dim = (textContent) => el('div', { className: 'dim', textContent });
const left = (expires) => {
  const minutes = Math.max(0, Math.round((expires - Date.now()) / 60000));
  return minutes >= 120 ? Math.round(minutes / 60) + ' hours' : minutes + ' minutes';
};
const invite = (s, { id, terms, uses }, at) => [
  ...(at > 0 ? [el('h2', { textContent: 'Invite ' + (at + 1) })] : []),
  line(el('div', { className: 'masked', textContent: 'jst1_••••••••••••••••' }), copy(s.session, 'token', id)),
  el('div', { className: 'row' }, button('Copy Link', 'Copy link', () => send('copy', s.session, { what: 'link', invite: id }), at > 0, id),
    ...(s.invites.length > 1 ? [button('Revoke', 'Revoke invite ' + (at + 1), () => send('revoke', s.session, { invite: id }), true, id)] : []),
    ...(at === 0 ? [stop(s)] : [])),
  el('p', { className: 'dim', textContent: terms + (at === 0 ? ' ' + reach(s) : uses > 0 ? ' Used ' + (uses === 1 ? 'once.' : uses + ' times.') : '') }),
];
const reach = (s) => s.reach + (s.expires ? ' Ends in ' + left(s.expires) + '.' : '');
const stop = (s) => button('Stop Sharing', 'Stop sharing', () => send('stop', s.session), true, 'session ' + s.session);
const closed = (s) => [el('div', { className: 'row' }, stop(s)), el('p', { className: 'dim', textContent: 'Nobody can come in: every invite is over. ' + reach(s) })];
${PANELS_SCRIPT}const section = (s) => el('section', {},
  el('div', { className: 'name', textContent: s.name }),
  line(el('div', { className: 'code', textContent: s.code }), copy(s.session, 'code')),
  ...(s.invites.length ? invite(s, s.invites[0], 0) : closed(s)),
  ...s.invites.slice(1).flatMap((one, at) => invite(s, one, at + 1)),
  el('div', { className: 'row' }, button('New Invite', 'New invite', () => send('invite', s.session))),
  ...panels(s));
// Where each button is, and since when: one that has just moved under the pointer takes no press.
let places = new Map();
const settle = () => {
  const now = performance.now();
  const next = new Map();
  for (const b of all.querySelectorAll('button')) {
    const [key, at] = [b.dataset.about, b.offsetLeft + ' ' + b.offsetTop];
    const before = places.get(key);
    const place = before?.at === at ? before : { at, since: now };
    next.set(key, place);
    const left = place.since + ${SETTLE} - now;
    b.classList.toggle('moved', left > 0);
    if (left > 0) setTimeout(() => b.classList.remove('moved'), left);
  }
  places = next;
};
const draw = () => {
  const focused = document.activeElement?.dataset.about;
  all.replaceChildren(...(sessions.length ? sessions.map(section) : [dim('Nothing is shared from here.')]));
  if (focused) [...all.querySelectorAll('button')].find((b) => b.dataset.about === focused)?.focus();
  settle();
};
addEventListener('message', (event) => { sessions = event.data; draw(); });
setInterval(draw, 60000);
addEventListener('resize', settle);
`;
