// How a session is shared: the last choice is offered first the next time.
import type { Admission, InviteTerms, Role } from '@jumpseat/native';

/** How long an invite can be used, in seconds; null is as long as the session. */
export type Lasts = typeof HOUR | typeof DAY | null;

export interface Choice {
    role: Role;
    start: 'start' | 'now';
    admission: Admission;
    expires: Lasts;
    /** Whom a relay of one's own serves. */
    reach: 'machine' | 'lan';
}

const HOUR = 3600;
const DAY = 86_400;

export const FIRST_CHOICE: Choice = {
    role: 'viewer',
    start: 'start',
    admission: 'first',
    expires: HOUR,
    reach: 'machine',
};

/** What is remembered of a choice. What opens an invite wide counts for one session: nobody finds it open the next time. */
export function remembered(choice: Partial<Choice>): Choice {
    const known = { ...FIRST_CHOICE, ...choice };
    return { ...known, admission: known.admission === 'ask' ? 'ask' : 'first', expires: HOUR };
}

export function terms(choice: Choice): InviteTerms {
    return { role: choice.role, admission: choice.admission, expires_in: choice.expires };
}

/** The next of the ways to let guests in, as a press on the line goes through them. */
export function nextAdmission(admission: Admission): Admission {
    return ({ first: 'ask', ask: 'open', open: 'first' } as const)[admission];
}

export function nextExpiry(expires: Lasts): Lasts {
    return expires === HOUR ? DAY : expires === DAY ? null : HOUR;
}

export function lasts(expires: number | null | undefined): string {
    if (expires === null || expires === undefined) return 'as long as the session';
    const hours = Math.round(expires / 3600);
    return hours >= 1
        ? hours === 1
            ? 'for an hour'
            : `for ${hours} hours`
        : `for ${Math.max(1, Math.round(expires / 60))} minutes`;
}

/** What an invite does, in a sentence. */
export function described(of: InviteTerms, uses: number): string {
    const what = {
        viewer: 'Guests watch',
        writer: 'Guests may type while you look on',
        'co-owner': 'Guests come as co-owners',
    }[of.role];
    const most = of.max_uses ? `, ${of.max_uses === 1 ? 'one guest' : `${of.max_uses} guests`} at most` : '';
    const first =
        uses > 0 ? 'you are asked about everyone by now' : 'the first comes straight in, you are asked about others';
    const who = { ask: 'you are asked first', first, open: 'everyone who has the link comes in' }[
        of.admission ?? 'first'
    ];
    return `${what}${most}; ${who}.`;
}
