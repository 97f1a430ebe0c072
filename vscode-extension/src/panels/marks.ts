// Marks of shared files, in trees and tabs: the letter and the colour that git's own would have.
import * as vscode from 'vscode';

import { markOf } from '../model/panels/paint';
import type { Context } from '../view/context';
import { named } from './address';

export class Marks implements vscode.FileDecorationProvider {
    readonly #changed = new vscode.EventEmitter<undefined>();
    readonly onDidChangeFileDecorations = this.#changed.event;

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(this.#changed, vscode.window.registerFileDecorationProvider(this));
    }

    refresh(): void {
        this.#changed.fire(undefined);
    }

    provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
        const at = named(this.context.seats, uri);
        if (at?.place.view !== 'changes') return undefined;
        const told = at.seat.state.panels.held?.mark(at.place);
        const mark = told && markOf(told.icon);
        return mark && new vscode.FileDecoration(mark.mark, told.word, new vscode.ThemeColor(mark.color));
    }
}
