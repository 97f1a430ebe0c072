// The share view's part on panels: a line for each, with what guests see of it and what the host can do.
import type { PanelKind } from '@jumpseat/native';

export interface PanelPress {
    act: 'panel';
    session: number;
    panel: PanelKind;
    what: 'share' | 'unshare' | 'remedy' | 'preview';
}

export const PANELS_STYLE = `
.panel { display: flex; gap: 6px; align-items: center; padding: 1px 0; }
.panel > div { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.panel > div:has(.wrong) { white-space: normal; }
.panel > div > * { display: inline; margin-right: 6px; }
.panel button { flex: none; padding: 1px 8px; }
.panel .wrong { color: var(--vscode-editorWarning-foreground); }
`;

export const PANELS_SCRIPT = `
const panel = (session, p) => {
  const press = (what) => () => send('panel', session, { panel: p.panel, what });
  const about = el('div', { textContent: p.about, title: p.about, className: p.wrong ? 'wrong' : 'dim' });
  const buttons = !p.shared ? [button('Share', 'Share ' + p.title + ' with guests', press('share'))] : [
    p.button ? button(p.button, p.button + ', for ' + p.title, press('remedy'), false)
      : button('Preview', 'Preview ' + p.title + ' as guests see it', press('preview')),
    button('Stop', 'Share ' + p.title + ' no longer', press('unshare'))];
  return el('div', { className: 'panel' }, el('div', {}, el(p.shared ? 'strong' : 'span', { textContent: p.title }), about), ...buttons);
};
const panels = (s) => [el('h2', { textContent: 'Guests also see' }), ...s.panels.map((p) => panel(s.session, p))];
`;
