// The status bar: how many guests are there, in a warning colour only while one of them can type.
import * as vscode from 'vscode';

import { badge } from '../model/badge';
import type { Context } from './context';

export function statusItem(context: Context): void {
    const item = vscode.window.createStatusBarItem('guests', vscode.StatusBarAlignment.Left, 50);
    item.name = 'Jumpseat guests';
    item.command = 'jumpseat.showGuests';
    const show = (): void => {
        const now = badge(context.holding.state);
        if (!now) {
            item.hide();
            return;
        }
        item.text = now.text;
        item.tooltip = now.tooltip;
        item.accessibilityInformation = { label: now.label };
        item.backgroundColor = now.warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
        item.show();
    };
    context.extension.subscriptions.push(item, context.onDidChange(show));
}
