// "Look Here", "Point No Longer", "Go Where It Is Pointed".
import * as vscode from 'vscode';

import type { Context } from '../context';
import type { GuestRow } from '../rows';

export async function lookHere(context: Context, given?: unknown): Promise<void> {
    await context.pointing.point(terminalOf(given));
}

export async function stopPointing(context: Context, given?: unknown): Promise<void> {
    await context.pointing.rest(terminalOf(given));
}

export async function jump(context: Context, given?: unknown): Promise<void> {
    const row = given as GuestRow | undefined;
    await context.pointing.jump(row && row.kind !== 'knock' ? row.place : undefined);
}

function terminalOf(given: unknown): vscode.Terminal | undefined {
    const terminal = given as vscode.Terminal | undefined;
    return terminal?.creationOptions ? terminal : vscode.window.activeTerminal;
}
