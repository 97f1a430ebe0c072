// Feeds what this editor finds to the sessions that share findings: at most twice a second, and only what changed.
import * as vscode from 'vscode';

import { findingsByTool, Told, within, type Diagnostic } from '../model/panels/feed';
import type { Context } from '../view/context';
import { workspaceFolder } from '../view/settings';

/** The least time between two looks, in milliseconds. */
const EVERY = 500;

export class FindingsFeed {
    readonly #told = new Map<number, Told>();
    #timer: NodeJS.Timeout | undefined;
    #last = 0;

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(
            vscode.languages.onDidChangeDiagnostics(() => {
                if (this.#told.size > 0) this.#soon();
            }),
            { dispose: () => clearTimeout(this.#timer) },
        );
    }

    /** Sessions may share findings now that did not before, or no longer. */
    refresh(): void {
        const { state } = this.context.holding;
        for (const number of this.#told.keys()) if (!state.session(number)?.panels.findings) this.#told.delete(number);
        for (const { session: number, panels } of state.sessions) {
            if (!panels.findings || this.#told.has(number)) continue;
            this.#told.set(number, new Told());
            this.#soon();
        }
    }

    #soon(): void {
        this.#timer ??= setTimeout(
            () => {
                this.#timer = undefined;
                this.#last = Date.now();
                this.#tell();
            },
            Math.max(0, this.#last + EVERY - Date.now()),
        );
    }

    #tell(): void {
        const folder = workspaceFolder();
        if (!folder) return;
        const files = vscode.languages.getDiagnostics().flatMap(([uri, diagnostics]): [string, Diagnostic[]][] => {
            const path = uri.scheme === 'file' ? within(folder, uri.fsPath) : undefined;
            return path === undefined ? [] : [[path, diagnostics.map(plainOf)]];
        });
        const findings = findingsByTool(files);
        for (const [session, told] of this.#told) {
            for (const [origin, list] of told.changes(findings)) {
                this.context.holding.tell({ type: 'set_findings', session, origin, findings: list });
            }
        }
    }
}

function plainOf({ message, severity, source, code, range }: vscode.Diagnostic): Diagnostic {
    const name = typeof code === 'object' ? code.value : code;
    return {
        message,
        severity,
        range,
        ...(source ? { source } : {}),
        ...(name === undefined ? {} : { code: String(name) }),
    };
}
