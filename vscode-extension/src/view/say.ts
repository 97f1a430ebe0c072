// Everything this extension says by itself. VS Code makes links out of notifications, and a link can run a command: so
// no text reaches one that did not go through here, whoever wrote it.
import * as vscode from 'vscode';

import { notice, withoutIcons } from '../model/panels/safe';

/** How long the status bar shows a line, in milliseconds. */
const SHOWN_FOR = 5000;

export async function say(text: string, ...buttons: string[]): Promise<string | undefined> {
    return vscode.window.showInformationMessage(notice(text), ...buttons);
}

export async function complain(text: string, button: string): Promise<string | undefined> {
    return vscode.window.showErrorMessage(notice(text), button);
}

/** A question that has to be answered; true if it was by the button. */
export async function ask(kind: 'calm' | 'warning', text: string, detail: string, button: string): Promise<boolean> {
    const options = { modal: true, detail: notice(detail) };
    const { showInformationMessage, showWarningMessage } = vscode.window;
    return (
        (await (kind === 'calm' ? showInformationMessage : showWarningMessage)(notice(text), options, button)) ===
        button
    );
}

/** The same with several answers: the one that was pressed, if any was. */
export async function choose(text: string, detail: string, ...buttons: string[]): Promise<string | undefined> {
    return vscode.window.showWarningMessage(notice(text), { modal: true, detail: notice(detail) }, ...buttons);
}

/** A progress notification. */
export function during<T>(
    text: string,
    cancellable: boolean,
    work: (progress: vscode.Progress<{ increment?: number }>, cancelled: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
    return vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: notice(text), cancellable },
        work,
    );
}

/** A line in the status bar, for a moment. */
export function mention(icon: string, text: string): void {
    vscode.window.setStatusBarMessage(`$(${icon}) ${withoutIcons(text)}`, SHOWN_FOR);
}
