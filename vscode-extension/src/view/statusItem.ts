// The status bar: how many guests are there, in a warning colour only while one of them can type; and one's own seat.
import * as vscode from 'vscode';

import { badge, seatBadge } from '../model/badge';
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

/** A second item for guests. */
export function seatItem(context: Context): void {
    const item = vscode.window.createStatusBarItem('seat', vscode.StatusBarAlignment.Left, 49);
    item.name = 'Jumpseat seat';
    const show = (): void => {
        const { activeTerminal } = vscode.window;
        const seat = context.seats.at(activeTerminal) ?? context.seats.all[0];
        if (!seat) {
            item.hide();
            return;
        }
        const now = seatBadge(seat.state, seat.missing(activeTerminal));
        item.text = now.text;
        item.tooltip = now.tooltip;
        item.accessibilityInformation = { label: now.label };
        item.command = seat.state.role === 'viewer' ? 'jumpseat.askControl' : 'jumpseat.showGuests';
        item.show();
    };
    context.extension.subscriptions.push(
        item,
        context.onDidChange(show),
        vscode.window.onDidChangeActiveTerminal(show),
    );
}
