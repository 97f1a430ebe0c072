// Opens what a row stands for.
import type { Range, Row, Target } from '@jumpseat/native';
import * as vscode from 'vscode';

import { line } from '../model/panels/safe';
import type { Place } from '../model/panels/place';
import type { Seat } from '../view/seat';
import { addressOf } from './address';
import { say } from '../view/say';

type Change = Extract<Target, { opens: 'change' }>;
/** A version of a file. */
type Version = Extract<Place, { view: 'changes' }>;

export async function open(seat: Seat, { target, rows }: Row): Promise<void> {
    const at = (place: Place): vscode.Uri => addressOf(seat, place);
    const run = async (command: string, ...rest: unknown[]): Promise<void> => {
        await vscode.commands.executeCommand(command, ...rest);
    };
    switch (target?.opens) {
        case undefined:
            return;
        case 'change': {
            const [before, after] = sidesOf(target);
            return target.part === 'untracked'
                ? run('vscode.open', at(after), options())
                : run('vscode.diff', at(before), at(after), line(target.title), options());
        }
        case 'changes': {
            const changes = (rows ?? []).flatMap((row) => (row.target?.opens === 'change' ? [row.target] : []));
            const files = changes.map((change) => {
                const [before, after] = sidesOf(change);
                const there = (side: Version): vscode.Uri | undefined =>
                    side.version === 'none' ? undefined : at(side);
                return [at(change.after === 'none' ? before : after), there(before), there(after)];
            });
            return run('vscode.changes', line(target.title), files);
        }
        case 'file': {
            const file = at({ view: 'changes', ...target.file });
            if (!target.with) return run('vscode.open', file, options(target.range));
            const before = at({ view: 'changes', ...target.with });
            return run('vscode.diff', before, file, line(target.title), options(target.range));
        }
        case 'page':
        case 'text':
        case 'findings': {
            const place = placeOfTarget(target);
            if (!place) return;
            if (target.opens === 'page') return run('markdown.showPreview', at(place));
            return run(
                'vscode.open',
                at(place),
                options(target.opens === 'findings' ? lineOf(target.line) : undefined),
            );
        }
        case 'nothing':
            void say(`Jumpseat: ${target.why}`);
    }
}

/** The one document that a target opens. */
export function placeOfTarget(target: Target): Place | undefined {
    switch (target.opens) {
        case 'file':
            return { view: 'changes', ...target.file };
        case 'findings':
            return { view: 'findings', path: target.path };
        case 'text':
            return target.panel === 'history'
                ? { view: 'history', key: target.key, name: `${target.title}.txt` }
                : undefined;
        case 'page': {
            const { panel, key, title } = target;
            return panel === 'review' || panel === 'issue' ? { view: panel, key, name: `${title}.md` } : undefined;
        }
        default:
            return undefined;
    }
}

function sidesOf({ repository, path, before, after }: Change): [before: Version, after: Version] {
    const side = (version: Change['before']): Version => ({ view: 'changes', repository, path, version });
    return [side(before), side(after)];
}

function lineOf(number: number): Range {
    return { line: number, column: 1, end_line: number, end_column: 1 };
}

export function rangeOf({ line: first, column, end_line, end_column }: Range): vscode.Range {
    return new vscode.Range(first - 1, column - 1, end_line - 1, end_column - 1);
}

function options(at?: Range): vscode.TextDocumentShowOptions {
    return { preview: true, ...(at ? { selection: rangeOf(at) } : {}) };
}
