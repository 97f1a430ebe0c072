// What the host's source could not read: said in every view in the same way, so that it never looks like nothing.
import type { PanelKind } from '@jumpseat/native';

import type { Row } from './row';
import { line } from './safe';
import type { SharedPanels } from './shared';
import { remedyText, sentence } from './words';

/** What could not be read of a repository, or of what is of none. */
export function unreadRows(panels: SharedPanels, kind: PanelKind, host: string, repository?: number): Row[] {
    const unread = panels.entries(kind, 'unread').filter(([, one]) => one.repository === repository);
    return unread.map(([key, { part, why, remedy }]) => {
        const what = `Could not read ${line(part)}`;
        const reason = `${sentence(why).replace(/\.$/, '')}.${remedyText(remedy, host)}`;
        return {
            id: `unread ${key}`,
            label: what,
            description: reason,
            tooltip: `${what}\n${reason}`,
            icon: 'warning',
            color: 'list.warningForeground',
        };
    });
}
