// What the host's tools found, in Problems: on the read-only documents, never on files of one's own.
import type { Problem, Severity } from '@jumpseat/native';
import * as vscode from 'vscode';

import { isWeb, line, plain } from '../model/panels/safe';
import type { Context } from '../view/context';
import { addressOf } from './address';
import { placeOfTarget, rangeOf } from './open';

const SEVERITIES: Record<Severity, vscode.DiagnosticSeverity> = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    note: vscode.DiagnosticSeverity.Information,
    hint: vscode.DiagnosticSeverity.Hint,
};

export class Problems {
    readonly #collection = vscode.languages.createDiagnosticCollection('jumpseat');

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(this.#collection);
    }

    refresh(): void {
        const all = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
        for (const seat of this.context.seats.all) {
            for (const problem of seat.state.panels.held?.problems() ?? []) {
                const place = placeOfTarget(problem.target);
                if (!place) continue;
                const uri = addressOf(seat, place);
                const [, list] = all.get(uri.toString()) ?? [uri, []];
                list.push(diagnostic(problem));
                all.set(uri.toString(), [uri, list]);
            }
        }
        this.#collection.forEach((uri) => {
            if (!all.has(uri.toString())) this.#collection.delete(uri);
        });
        this.#collection.set([...all.values()]);
    }
}

function diagnostic({ range, message, severity, tool, rule, web }: Problem): vscode.Diagnostic {
    const problem = new vscode.Diagnostic(rangeOf(range), plain(message), SEVERITIES[severity]);
    problem.source = line(tool, 60);
    const code = line(rule ?? '', 100);
    if (code) problem.code = isWeb(web) ? { value: code, target: vscode.Uri.parse(web, true) } : code;
    return problem;
}
