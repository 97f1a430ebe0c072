// One panel of joined sessions as a tree: who shares it, how old it is, and what is wrong with it stand at its head.
import type { AskedRows, PanelKind, Row } from '@jumpseat/native';
import * as vscode from 'vscode';

import { Nudge } from '../model/nudge';
import { itemOf, text } from '../model/panels/paint';
import { line, notice } from '../model/panels/safe';
import { ago, at } from '../model/panels/words';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { addressOf, ROW_SCHEME } from './address';
import type { Node } from './node';

export interface TreeSetup {
    /** The view's name after `jumpseat.`, and the panel that it shows. */
    view: string;
    panel: PanelKind;
    /** What its rows go by. */
    asks?(): Pick<AskedRows, 'byRule' | 'byTerminal'>;
    /** The newest is first. */
    reversed?: boolean;
    /** VS Code has the rows. */
    read?(): void;
}

/** How often a view that is open says again how old it is, in milliseconds. */
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
        const { panel, view } = this.setup;
        const seats = this.context.seats.all;
        const now = Date.now();
        const [seat] = seats;
        const heads = seats.map((each) => each.state.panels.head(panel, hostOf(each)));
        const one = seats.length === 1 ? heads[0] : undefined;
        const age = one ? ` · ${one.state.is === 'fresh' ? ago(one.changed, now) : one.state.is}` : '';
        this.#view.description =
            seats.length === 0 ? '' : `${seats.length === 1 ? hostOf(seat) : 'several hosts'} · read-only${age}`;
        const notes = seats.map((each) => this.#note(each, seats.length > 1, now)).filter(Boolean);
        // The rows first: what is told next VS Code takes up to 200 ms later.
        this.#nudge.changed();
        // Also where it is the same: VS Code draws the first rows of a view that was empty only when this has it lay the view out.
        this.#view.message = notes.map(notice).join('\n');
        const badges = heads.flatMap((each) => (each?.badge ? [each.badge] : []));
        const value = badges.reduce((sum, [count]) => sum + count, 0);
        this.#view.badge = value > 0 ? { value, tooltip: badges.map(([, words]) => words).join(', ') } : undefined;
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
        const painted = itemOf(row, Date.now());
        const item = new vscode.TreeItem(painted.label, !row.rows ? None : row.collapsed ? Collapsed : Expanded);
        item.id = id;
        if (painted.description) item.description = painted.description;
        // A text: Markdown would be read here.
        item.tooltip = painted.tooltip;
        item.accessibilityInformation = { label: painted.spoken };
        const { icon, color, resource, context } = painted;
        if (icon) item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
        if (resource) {
            item.resourceUri = addressOf(seat, resource).with({ scheme: ROW_SCHEME });
            if (!icon) item.iconPath = row.rows ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
        }
        if (context) item.contextValue = context;
        // What opens everything below a row is in its menu.
        if (row.target && row.target.opens !== 'changes')
            item.command = { command: 'jumpseat.openShared', title: 'Open', arguments: [{ seat, row, id }] };
        return item;
    }

    #rows(seat: Seat): Row[] {
        const asked = { panel: this.panel, host: hostOf(seat), ...this.setup.asks?.() };
        const rows = seat.state.panels.rows(asked);
        if (!this.setup.reversed) return rows;
        return rows.map((row) => (row.rows ? { ...row, rows: row.rows.toReversed() } : row)).reverse();
    }

    #sessionRow(seat: Seat): Row {
        const { panels } = seat.state;
        const head = panels.head(this.panel, hostOf(seat));
        const rows = this.#rows(seat);
        const detail = !panels.shares(this.panel)
            ? 'not shared'
            : !head || head.state.is === 'starting'
              ? 'loading…'
              : rows.length === 0
                ? 'nothing'
                : `changed ${ago(head.changed, Date.now())}`;
        return {
            id: seat.id,
            icon: 'session',
            label: [{ text: `Shared by ${hostOf(seat)}` }],
            detail: [{ text: detail }],
            rows,
        };
    }

    #note(seat: Seat, named: boolean, now: number): string {
        const head = seat.state.panels.head(this.panel, hostOf(seat));
        const note = [text(head?.trouble, now, at), head?.leftOut].filter(Boolean).join(' ');
        return note && named ? `${hostOf(seat)}: ${note}` : note;
    }

    /** What stands in the view when there are no rows. */
    #state(seats: Seat[]): string {
        const [seat] = seats;
        if (!seat || seats.length > 1) return '';
        const { panels } = seat.state;
        if (!panels.known) return 'waiting';
        if (!panels.shares(this.panel)) return 'unshared';
        const head = panels.head(this.panel, hostOf(seat));
        return !head || head.state.is === 'starting' ? 'waiting' : 'empty';
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
