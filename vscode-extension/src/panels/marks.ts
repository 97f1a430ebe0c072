// Marks of shared files, in trees and tabs: the letter and the colour that git's own would have.
import * as vscode from 'vscode';

import { fileAt, markOf } from '../model/panels/changes';
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
        const file = fileAt(at.seat.state.panels, at.place);
        const mark = file && markOf(file, at.place.version);
        return mark && new vscode.FileDecoration(mark.mark, mark.word, new vscode.ThemeColor(mark.color));
    }
}
