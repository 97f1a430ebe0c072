// "Held Terminals…": what runs in the background, shown here or not; to be shown, or ended. Terminals outlive their
// windows, and this is where those of a window that never came back are found.
import * as vscode from 'vscode';

import { withoutIcons } from '../../model/panels/safe';
import type { TerminalState } from '@jumpseat/native';
import type { Context } from '../context';
import { sure } from './stop';
import { say } from '../say';

const END: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'End this terminal' };

type Item = vscode.QuickPickItem & { terminal?: TerminalState; all?: true };

export async function heldTerminals(context: Context): Promise<void> {
    const { holding } = context;
    await holding.connect();
    if (holding.state.terminals.length === 0) {
        void say('Jumpseat: nothing runs in the background.');
        return;
    }
    const picked = await pick(context);
    if (!picked) return;
    if (picked.all) {
        const sessions = holding.state.sessions;
        const { length: size } = holding.state.terminals;
        const loss =
            size === 1 ? '1 terminal and what runs in it end.' : `${size} terminals and what runs in them end.`;
        if (await sure(sessions, 'End Everything', loss)) {
            await context.tell({ type: 'shutdown' });
        }
    } else if (picked.terminal) {
        const { terminal, title } = picked.terminal;
        (context.terminals.tab(terminal) ?? context.terminals.open({ terminal }, title || 'Jumpseat').terminal).show();
    }
}

async function pick(context: Context): Promise<Item | undefined> {
    const box = vscode.window.createQuickPick<Item>();
    box.title = 'Held Terminals';
    box.placeholder = 'Enter shows one here';
    const list = (): void => {
        box.items = items(context);
    };
    list();
    const changes = context.onDidChange(list);
    box.onDidTriggerItemButton(({ item }) => {
        if (item.terminal) context.holding.tell({ type: 'close_terminal', terminal: item.terminal.terminal });
    });
    const chosen = await new Promise<Item | undefined>((done) => {
        box.onDidAccept(() => done(box.activeItems[0]));
        box.onDidHide(() => done(undefined));
        box.show();
    });
    changes.dispose();
    box.dispose();
    return chosen;
}

function items(context: Context): Item[] {
    const { state } = context.holding;
    const terminals = state.terminals.map((terminal): Item => ({
        label: `$(terminal) ${withoutIcons(terminal.title) || 'Terminal'}`,
        description: [
            terminal.session === undefined ? '' : 'shared',
            context.terminals.tab(terminal.terminal) ? 'shown here' : '',
        ]
            .filter(Boolean)
            .join(', '),
        detail: withoutIcons(terminal.cwd ?? ''),
        buttons: [END],
        terminal,
    }));
    return [
        ...terminals,
        { label: '', kind: vscode.QuickPickItemKind.Separator },
        { label: '$(debug-stop) End everything', all: true },
    ];
}
