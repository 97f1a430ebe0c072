// Opens what a row stands for.
import * as vscode from 'vscode';

import type { Opening, Span } from '../model/panels/row';
import type { Seat } from '../view/seat';
import { addressOf } from './address';
import { say } from '../view/say';

export async function open(seat: Seat, opening: Opening): Promise<void> {
    const run = async (command: string, ...rest: unknown[]): Promise<void> => {
        await vscode.commands.executeCommand(command, ...rest);
    };
    switch (opening.is) {
        case 'file':
            return run('vscode.open', addressOf(seat, opening.place), options(opening.at));
        case 'diff':
            return run(
                'vscode.diff',
                addressOf(seat, opening.left),
                addressOf(seat, opening.right),
                opening.title,
                options(opening.at),
            );
        case 'changes': {
            const files = opening.files.map(({ place, left, right }) => [
                addressOf(seat, place),
                left && addressOf(seat, left),
                right && addressOf(seat, right),
            ]);
            return run('vscode.changes', opening.title, files);
        }
        case 'page':
            return run('markdown.showPreview', addressOf(seat, opening.place));
        case 'nothing':
            void say(`Jumpseat: ${opening.why}`);
    }
}

export function rangeOf({ line, column, endLine, endColumn }: Span): vscode.Range {
    return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

function options(at: Span | undefined): vscode.TextDocumentShowOptions {
    return { preview: true, ...(at ? { selection: rangeOf(at) } : {}) };
}
