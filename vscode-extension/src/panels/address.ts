// The addresses of read-only documents: `jumpseat://SEAT/src/a.rs?changes/0/worktree`.
import * as vscode from 'vscode';

import { addressOf as addressWithin, placeOf, type Place } from '../model/panels/place';
import type { Seat } from '../view/seat';
import type { Seats } from '../view/seats';

export const SCHEME = 'jumpseat';
/** For rows of trees: the same address, of nothing that can be read, as VS Code puts a lock in a mark's place otherwise. */
export const ROW_SCHEME = 'jumpseat-row';

export function addressOf(seat: Seat, place: Place): vscode.Uri {
    return vscode.Uri.from({ scheme: SCHEME, authority: seat.id, ...addressWithin(place) });
}

/** What an address names, if its session is (still) joined. */
export function named(seats: Seats, uri: vscode.Uri): { seat: Seat; place: Place } | undefined {
    const seat =
        uri.scheme === SCHEME || uri.scheme === ROW_SCHEME
            ? seats.all.find((one) => one.id === uri.authority)
            : undefined;
    const place = placeOf(uri);
    return seat && place && { seat, place };
}
