// What joined sessions share next to their terminals, in this window: wires trees, documents, threads, problems and logs
// to the sessions' panels, and nothing else.
import type { PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import { isWeb } from '../model/panels/safe';
import { PANELS } from '../model/panels/words';
import type { Context } from '../view/context';
import { chosenSeat } from '../view/command/chosen';
import { Comments } from './comments';
import { SharedFiles } from './files';
import { hostPanels } from './host';
import { Logs } from './logs';
import { Marks } from './marks';
import { isNode } from './node';
import { open } from './open';
import { Problems } from './problems';
import { hostOf, PanelTree } from './tree';

export function panels(context: Context): void {
    const files = new SharedFiles(context);
    const marks = new Marks(context);
    const comments = new Comments(context);
    const problems = new Problems(context);
    const logs = new Logs(context);
    let by: 'file' | 'rule' = 'file';
    const trees = [
        new PanelTree(context, { view: 'changes', panel: 'git' }),
        new PanelTree(context, {
            view: 'history',
            panel: 'history',
            reversed: true,
            asks: () => ({ byTerminal: true }),
        }),
        new PanelTree(context, { view: 'review', panel: 'review', read: () => comments.rowsRead() }),
        new PanelTree(context, { view: 'issues', panel: 'issue' }),
        new PanelTree(context, { view: 'findings', panel: 'findings', asks: () => ({ byRule: by === 'rule' }) }),
    ];
    const parts: Record<PanelKind, { refresh(): void }[]> = {
        git: [files, marks, comments, problems],
        history: [files],
        log: [logs],
        review: [files, comments],
        issue: [files],
        findings: [files, problems],
    };
    const follow = new Follow(context);
    const refresh = (changed: PanelKind[]): void => {
        const due = [
            ...trees.filter((tree) => changed.includes(tree.panel)),
            ...new Set(changed.flatMap((kind) => parts[kind])),
        ];
        // One that fails leaves the others as they are.
        for (const part of due) {
            try {
                part.refresh();
            } catch (error) {
                context.log.error(error as Error);
            }
        }
    };
    context.extension.subscriptions.push(
        context.onDidChange(() => {
            const changed = follow.changed();
            if (changed.length > 0) refresh(changed);
        }),
    );

    const group = (to: 'file' | 'rule') => (): void => {
        by = to;
        void vscode.commands.executeCommand('setContext', 'jumpseat.findings.by', to);
        for (const tree of trees) if (tree.panel === 'findings') tree.refresh();
    };
    const commands: Record<string, (given?: unknown) => Promise<void> | void> = {
        openShared: (node) => (isNode(node) ? open(node.seat, node.row) : undefined),
        openAllChanges: (node) => (isNode(node) ? open(node.seat, node.row) : undefined),
        showInTerminal: (node) => {
            if (!isNode(node) || !node.row.jump) return undefined;
            const { terminal, line } = node.row.jump;
            return context.pointing.jump({ seat: node.seat, at: { terminal, from: line, to: line } });
        },
        openOnWeb: async (node) => {
            if (isNode(node) && isWeb(node.row.web))
                await vscode.env.openExternal(vscode.Uri.parse(node.row.web, true));
        },
        showSharedLog: async (row) => {
            const seat = isNode(row) ? row.seat : await chosenSeat(context, row);
            if (seat) logs.show(seat);
        },
        groupByRule: group('rule'),
        groupByFile: group('file'),
    };
    for (const [name, run] of Object.entries(commands)) {
        context.extension.subscriptions.push(
            vscode.commands.registerCommand(`jumpseat.${name}`, (given?: unknown) => context.attempt(() => run(given))),
        );
    }
    hostPanels(context);
}

/** Finds out which panels are other than when it was asked last. */
class Follow {
    #seen = '';
    readonly #last = new Map<PanelKind, string>();

    constructor(private readonly context: Context) {}

    changed(): PanelKind[] {
        const { all } = this.context.seats;
        // Another session, or another name of its host, changes everything that is said.
        const seats = all.map((seat) => `${seat.id} ${hostOf(seat)}`).join('\n');
        const again = seats !== this.#seen;
        this.#seen = seats;
        return PANELS.filter((kind) => {
            const now = all.map((seat) => seat.state.panels.revision(kind)).join(' ');
            const other = again || now !== this.#last.get(kind);
            this.#last.set(kind, now);
            return other;
        });
    }
}
