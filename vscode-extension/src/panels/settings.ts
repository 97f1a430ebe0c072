// What a person set for panels. What leads a credential or a file of the machine's to guests counts from their own
// settings alone: a repository brings settings, too.
import type { ForgeOptions, PanelKind } from '@jumpseat/native';
import * as vscode from 'vscode';

import { chosenForges } from '../model/panels/forges';
import { chosenPanels } from '../model/panels/offered';
import { workspaceFolder } from '../view/settings';

const own = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('jumpseat');

/** What a new session shares. */
export function shared(): PanelKind[] {
    return chosenPanels(own().get<unknown>('panels.shared'), workspaceFolder());
}

/** Forges in addition to the well-known ones. */
export function forges(): ForgeOptions[] {
    return chosenForges(own().get<unknown>('panels.forges'), enterprise());
}

/** The GitHub Enterprise server that VS Code signs in to: its own setting, which a workspace could have set, too. */
export function enterprise(): string {
    return vscode.workspace.getConfiguration('github-enterprise').inspect<string>('uri')?.globalValue ?? '';
}

/** Files that a panel is fed from. */
export function files(panel: PanelKind): string[] {
    const setting = { log: 'panels.logFiles', findings: 'panels.sarifFiles' }[panel as string];
    const named = setting ? own().get<unknown>(setting) : undefined;
    return Array.isArray(named) ? named.filter((file): file is string => typeof file === 'string' && file !== '') : [];
}
