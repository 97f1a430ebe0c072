// What a host, or a co-owner, does with a guest's row.
import type { Role } from '@jumpseat/native';

import type { Context } from '../context';
import { say } from '../say';
import type { GuestRow } from '../rows';

type Seated = Exclude<GuestRow, { kind: 'knock' }>;

export async function setRole(context: Context, role: Role, given: unknown): Promise<void> {
    const row = seated(given);
    if (row?.kind === 'guest') await context.grant(row.session, row.guest.slot, role);
    if (row?.kind === 'fellow') await row.seat.request({ type: 'set_role', slot: row.guest.slot, role });
}

export async function decline(context: Context, given: unknown): Promise<void> {
    const row = seated(given);
    if (row?.kind === 'guest') await context.decline(row.session, row.guest.slot);
}

export async function remove(context: Context, given: unknown): Promise<void> {
    const row = seated(given);
    if (row?.kind === 'guest') await context.remove(row.session, row.guest.slot);
    if (row?.kind === 'fellow') await row.seat.request({ type: 'remove', slot: row.guest.slot });
}

/** Shows the safety words, to be compared over another channel. */
export async function safetyWords(name: unknown, words: unknown): Promise<void> {
    if (typeof name !== 'string' || !Array.isArray(words)) return;
    await say(
        `Safety words with ${name}: ${words.join(' ')}. Compare them over another channel: if both see the same words, nobody is in between.`,
    );
}

/** Lets the one who knocked in, or sends them away. */
export async function answerKnock(context: Context, answer: 'admit' | 'deny', given: unknown): Promise<void> {
    const row = given as GuestRow | undefined;
    if (row?.kind !== 'knock' || !context.holding.state.waits(row.session, row.knock.knock)) return;
    await context.tell({ type: answer, session: row.session.session, knock: row.knock.knock });
}

function seated(given: unknown): Seated | undefined {
    const row = given as GuestRow | undefined;
    return row && row.kind !== 'knock' ? row : undefined;
}
