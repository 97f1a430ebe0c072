// Fetches what a panel refers to, with progress and a way out where that takes its time.
import type { PanelKind, Reference } from '@jumpseat/native';
import * as vscode from 'vscode';

import { size } from '../model/panels/words';
import type { Seat } from '../view/seat';
import { during } from '../view/say';

/** From here on progress is shown, in bytes. */
const LARGE = 256 * 1024;
/** How often progress is looked at, in milliseconds. */
const LOOK = 150;

let tags = 1;

export async function fetchContent(
    seat: Seat,
    panel: PanelKind,
    reference: Reference,
    title: string,
): Promise<Uint8Array> {
    const { guest } = seat;
    if (!guest) throw vscode.FileSystemError.Unavailable('the session is over');
    const tag = tags;
    tags += 1;
    const asked = guest.ask({ type: 'fetch', panel, reference: reference.id, tag }).then((reply) => {
        if (reply.reply !== 'content') throw new Error('the session gave an unexpected reply');
        return Buffer.from(reply.data, reply.encoding === 'base64' ? 'base64' : 'utf8');
    });
    try {
        return reference.size < LARGE ? await asked : await shown(seat, tag, title, reference.size, asked);
    } finally {
        seat.state.panels.fetching.delete(tag);
    }
}

function shown<T>(seat: Seat, tag: number, title: string, bytes: number, asked: Promise<T>): Thenable<T> {
    return during(`Jumpseat: fetching ${title} (${size(bytes)})`, true, async (progress, cancelled) => {
        cancelled.onCancellationRequested(
            () => void seat.guest?.ask({ type: 'cancel_fetch', tag }).catch(() => undefined),
        );
        let before = 0;
        const look = setInterval(() => {
            const now = seat.state.panels.fetching.get(tag);
            if (!now || now.total === 0) return;
            const percent = (100 * now.received) / now.total;
            progress.report({ increment: percent - before });
            before = percent;
        }, LOOK);
        try {
            return await asked;
        } finally {
            clearInterval(look);
        }
    });
}
