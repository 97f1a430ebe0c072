// What a command is about: the row it was called on, the only one there is, or the one a person picks.
import * as vscode from 'vscode';

import { withoutIcons } from '../../model/panels/safe';
import type { HostedSession } from '../../model/hosting';
import { guests } from '../../model/words';
import type { Context } from '../context';
import type { SessionRow } from '../rows';
import type { Seat } from '../seat';

export async function chosenSession(context: Context, row?: unknown): Promise<HostedSession | undefined> {
    const given = row as SessionRow | undefined;
    if (given?.kind === 'hosted') return given.session;
    const all = context.holding.state.sessions;
    if (all.length < 2) return all[0];
    const items = all.map((session) => ({
        label: withoutIcons(context.nameOf(session)),
        description: [session.code ?? '', guests(Object.keys(session.guests).length)].join(' · '),
        session,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder: 'Which session?' }))?.session;
}

export async function chosenSeat(context: Context, row?: unknown): Promise<Seat | undefined> {
    const given = row as SessionRow | undefined;
    if (given?.kind === 'joined') return given.seat;
    const { all } = context.seats;
    const front = context.seats.at(vscode.window.activeTerminal);
    if (front || all.length < 2) return front ?? all[0];
    const items = all.map((seat) => ({ label: withoutIcons(seat.title), description: seat.state.code, seat }));
    return (await vscode.window.showQuickPick(items, { placeHolder: 'Which session?' }))?.seat;
}
