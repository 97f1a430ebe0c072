// Links to hand on, and what a person pastes when joining. The native module reads links; this only tells the forms apart.

import type { Invite, InviteKeys } from '@jumpseat/native';

/** Its token and links; this client has the scope for them. */
export function keysOf({ keys }: Pick<Invite, 'keys'>): InviteKeys {
    if (!keys) throw new Error('the token of this invite was not sent');
    return keys;
}

/** The link to hand on: that of the host's own page, where it has one. */
export function linkOf(invite: Pick<Invite, 'keys'>): string {
    const keys = keysOf(invite);
    return keys.web_link ?? keys.link;
}

/** Whether its time is over. */
export function isExpired(invite: { expires_at?: number }): boolean {
    return invite.expires_at !== undefined && invite.expires_at <= Date.now();
}

/** Whether it lets nobody more in: its time is over, or its seats are taken. */
export function isOver(invite: Pick<Invite, 'expires_at' | 'terms' | 'uses'>): boolean {
    return isExpired(invite) || (invite.terms.max_uses ?? Infinity) <= invite.uses;
}

export type Pasted = { is: 'link'; link: string } | { is: 'code'; code: string } | { is: 'nothing'; why: string };

/** Without the brackets, quotes and punctuation that it was sent in. */
function undressed(text: string): string {
    return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}_-]+$/gu, '');
}

/**
 * A link, or a code; letters that look like digits are forgiven, as the relay does. `problem` says what is wrong with a link, if
 * anything is.
 */
export function pasted(text: string, problem: (link: string) => string | undefined): Pasted {
    if (text.includes('#') || text.includes('://')) {
        const why = problem(text);
        return why === undefined ? { is: 'link', link: text } : { is: 'nothing', why };
    }
    const letters = undressed(text).toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
    if (/^[0-9A-HJKMNP-TV-Z]{8}$/.test(letters))
        return { is: 'code', code: `${letters.slice(0, 4)}-${letters.slice(4)}` };
    return { is: 'nothing', why: 'A code has eight letters and digits, like K7QM-3XTE; a link works as well.' };
}

/** The code in a link, for lists: never the token. */
export function codeOf(link: string): string {
    return /#([^.]+)\./.exec(link)?.[1] ?? '';
}

export function tokenIn(text: string): string {
    return undressed(text);
}

export function tokenProblem(token: string): string | undefined {
    return /^jst1_[0-9A-Za-z_-]{64}$/.test(tokenIn(token))
        ? undefined
        : 'A token is jst1_ and 64 letters, digits, - and _. Copy it whole.';
}
