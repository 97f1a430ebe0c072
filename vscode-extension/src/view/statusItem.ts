// The status bar: how many guests are there, in a warning colour only while one of them can type; and one's own seat.
import * as vscode from 'vscode';

import { badge } from '../model/badge';
import { role } from '../model/words';
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

/** A second item for guests: whose terminal this is, and what one may do there. */
export function seatItem(context: Context): void {
    const item = vscode.window.createStatusBarItem('seat', vscode.StatusBarAlignment.Left, 49);
    item.name = 'Jumpseat seat';
    const show = (): void => {
        const seat = context.seats.at(vscode.window.activeTerminal) ?? context.seats.all[0];
        if (!seat) {
            item.hide();
            return;
        }
        const { state } = seat;
        const may = state.phase.is !== 'seated' ? 'joining…' : state.asking ? 'asking…' : role(state.role);
        const away = state.role !== 'viewer' && state.looking === undefined ? ', host not looking' : '';
        item.text = `$(${state.role === 'viewer' ? 'eye' : 'edit'}) ${state.host || state.code}: ${may}${away}`;
        item.accessibilityInformation = { label: `Jumpseat: at ${state.host || state.code}, ${may}${away}` };
        const ask = state.role === 'viewer';
        item.tooltip = ask ? 'Ask for control' : 'Show the session';
        item.command = ask ? 'jumpseat.askControl' : 'jumpseat.showGuests';
        item.show();
    };
    context.extension.subscriptions.push(item, context.onDidChange(show), vscode.window.onDidChangeActiveTerminal(show));
}
