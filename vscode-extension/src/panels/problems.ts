// What the host's tools found, in Problems: on the read-only documents, never on files of one's own.
import type { Severity } from '@jumpseat/native';
import * as vscode from 'vscode';

import { allPlaced, ruleName, type Placed } from '../model/panels/findings';
import { isWeb, line, plain } from '../model/panels/safe';
import type { Context } from '../view/context';
import { addressOf } from './address';
import { rangeOf } from './open';

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
            const { panels } = seat.state;
            const rules = new Map(panels.entries('findings', 'rule').map(([, rule]) => [ruleName(rule), rule.web]));
            for (const placed of allPlaced(panels)) {
                const uri = addressOf(seat, placed.place);
                const [, list] = all.get(uri.toString()) ?? [uri, []];
                list.push(diagnostic(placed, rules.get(ruleName(placed.finding))));
                all.set(uri.toString(), [uri, list]);
            }
        }
        this.#collection.forEach((uri) => {
            if (!all.has(uri.toString())) this.#collection.delete(uri);
        });
        this.#collection.set([...all.values()]);
    }
}

function diagnostic({ finding, span }: Placed, web: string | undefined): vscode.Diagnostic {
    const fix = finding.fix ? `\nFix: ${plain(finding.fix)}` : '';
    const problem = new vscode.Diagnostic(
        rangeOf(span),
        `${plain(finding.message)}${fix}`,
        SEVERITIES[finding.severity],
    );
    problem.source = line(finding.tool, 60);
    const rule = line(finding.rule ?? '', 100);
    if (rule) problem.code = isWeb(web) ? { value: rule, target: vscode.Uri.parse(web, true) } : rule;
    return problem;
}
