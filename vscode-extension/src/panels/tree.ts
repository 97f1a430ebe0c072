// One panel of joined sessions as a tree: who shares it, how old it is, and what is wrong with it stand at its head.
import type { PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Nudge } from '../model/nudge';
import { spoken, type Row } from '../model/panels/row';
import { line, notice } from '../model/panels/safe';
import type { SharedPanels } from '../model/panels/shared';
import { unreadRows } from '../model/panels/unread';
import { ago, stateText } from '../model/panels/words';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { addressOf, ROW_SCHEME } from './address';
import type { Node } from './node';

export interface TreeSetup {
    /** The view's name after `jumpseat.`, and the panel that it shows. */
    view: string;
    panel: PanelKind;
    rows(panels: SharedPanels, host: string, now: number): Row[];
    badge?: (panels: SharedPanels) => { value: number; tooltip: string };
    /** VS Code has the rows. */
    read?(): void;
}

/** How often a view that is open says anew how old it is, in milliseconds. */
const AGE = 30_000;

export class PanelTree implements vscode.TreeDataProvider<Node> {
    readonly #changed = new vscode.EventEmitter<void>();
    readonly onDidChangeTreeData = this.#changed.event;
    readonly #view: vscode.TreeView<Node>;
    readonly #nudge: Nudge;
    #key = '';

    constructor(
        private readonly context: Context,
        private readonly setup: TreeSetup,
    ) {
        this.#view = vscode.window.createTreeView(`jumpseat.${setup.view}`, {
            treeDataProvider: this,
            showCollapseAll: true,
        });
        this.#nudge = new Nudge(
            () => this.#changed.fire(),
            () => this.#view.visible,
        );
        const timer = setInterval(() => {
            if (this.#view.visible) this.refresh();
        }, AGE);
        const seen = this.#view.onDidChangeVisibility(() => this.#nudge.seen());
        context.extension.subscriptions.push(this.#changed, this.#view, seen, { dispose: () => clearInterval(timer) });
        this.refresh();
    }

    get panel(): PanelKind {
        return this.setup.panel;
    }

    refresh(): void {
        const { panel, badge, view } = this.setup;
        const seats = this.context.seats.all;
        const now = Date.now();
        const [seat] = seats;
        const one = seats.length === 1 ? seat?.state.panels.panel(panel) : undefined;
        const age = one ? ` · ${one.state.is === 'fresh' ? ago(one.changed, now) : one.state.is}` : '';
        this.#view.description =
            seats.length === 0 ? '' : `${seats.length === 1 ? hostOf(seat) : 'several hosts'} · read-only${age}`;
        const notes = seats.map((each) => this.#note(each, seats.length > 1, now)).filter(Boolean);
        // The rows first: what is told next VS Code takes up to 200 ms later.
        this.#nudge.changed();
        // Also where it is the same: VS Code draws the first rows of a view that was empty only when this has it lay the view out.
        this.#view.message = notes.map(notice).join('\n');
        const counts = badge ? seats.map((each) => badge(each.state.panels)) : [];
        const value = counts.reduce((sum, each) => sum + each.value, 0);
        this.#view.badge = value > 0 ? { value, tooltip: counts.map(({ tooltip }) => tooltip).join(', ') } : undefined;
        this.#say(`jumpseat.panel.${view}`, this.#state(seats));
    }

    getChildren(node?: Node): Node[] {
        if (node) return (node.row.rows ?? []).map((row) => ({ seat: node.seat, row, id: `${node.id}/${row.id}` }));
        this.#nudge.read();
        this.setup.read?.();
        const seats = this.context.seats.all;
        const [seat] = seats;
        if (seat && seats.length === 1)
            return this.#rows(seat).map((row) => ({ seat, row, id: `${seat.id}/${row.id}` }));
        return seats.map((each) => ({ seat: each, row: this.#sessionRow(each), id: each.id }));
    }

    getTreeItem({ seat, row, id }: Node): vscode.TreeItem {
        const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
        const item = new vscode.TreeItem(row.label, !row.rows ? None : row.collapsed ? Collapsed : Expanded);
        item.id = id;
        if (row.description) item.description = row.description;
        // A text: Markdown would be read here.
        item.tooltip = row.tooltip ?? row.label;
        item.accessibilityInformation = { label: spoken(row) };
        if (row.icon)
            item.iconPath = new vscode.ThemeIcon(row.icon, row.color ? new vscode.ThemeColor(row.color) : undefined);
        if (row.resource) {
            item.resourceUri = addressOf(seat, row.resource).with({ scheme: ROW_SCHEME });
            if (!row.icon) item.iconPath = row.rows ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
        }
        if (row.context) item.contextValue = row.context;
        if (row.open) item.command = { command: 'jumpseat.openShared', title: 'Open', arguments: [{ seat, row, id }] };
        return item;
    }

    #rows(seat: Seat): Row[] {
        const { panels } = seat.state;
        if (!panels.panel(this.panel)) return [];
        return [...unreadRows(panels, this.panel, hostOf(seat)), ...this.setup.rows(panels, hostOf(seat), Date.now())];
    }

    #sessionRow(seat: Seat): Row {
        const { panels } = seat.state;
        const shown = panels.panel(this.panel);
        const rows = this.#rows(seat);
        const description = !panels.shares(this.panel)
            ? 'not shared'
            : !shown || shown.state.is === 'starting'
              ? 'looking…'
              : rows.length === 0
                ? 'nothing'
                : `changed ${ago(shown.changed, Date.now())}`;
        return { id: seat.id, label: `Shared by ${hostOf(seat)}`, description, icon: 'broadcast', rows };
    }

    #note(seat: Seat, named: boolean, now: number): string {
        const shown = seat.state.panels.panel(this.panel);
        const text = shown && stateText(shown.state, hostOf(seat), now);
        const more = shown && shown.leftOut > 0 ? `${shown.leftOut} more did not fit.` : '';
        const note = [text, more].filter(Boolean).join(' ');
        return note && named ? `${hostOf(seat)}: ${note}` : note;
    }

    /** What stands in the view when there are no rows. */
    #state(seats: Seat[]): string {
        const [seat] = seats;
        if (!seat || seats.length > 1) return '';
        const { panels } = seat.state;
        if (!panels.known) return 'waiting';
        if (!panels.shares(this.panel)) return 'unshared';
        const shown = panels.panel(this.panel);
        return !shown || shown.state.is === 'starting' ? 'waiting' : 'empty';
    }

    #say(key: string, value: string): void {
        if (this.#key === value) return;
        this.#key = value;
        void vscode.commands.executeCommand('setContext', key, value);
    }
}

export function hostOf(seat: Seat | undefined): string {
    return line(seat?.state.host ?? '', 40) || 'The host';
}
