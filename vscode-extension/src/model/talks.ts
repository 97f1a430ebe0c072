// The conversations of this window: one for each session, hosted or joined. What is said goes to one of them.

export interface ChatLine {
    slot: number;
    name: string;
    text: string;
    at: number;
}

/** What sessions of both sides have of a conversation. */
export interface Talk {
    chat: ChatLine[];
    unread: number;
}

export interface Titled {
    key: string;
    title: string;
    talk: Talk;
}

const MOST_LINES = 500;

/** A line was said, by somebody else or not. */
export function said(talk: Talk, line: ChatLine, own: boolean): void {
    talk.chat.push(line);
    if (talk.chat.length > MOST_LINES) talk.chat.shift();
    if (!own) talk.unread += 1;
}

/** The one to show: the one that was picked, else that of the terminal in front, else where something was said last. */
export function chosenTalk<T extends Titled>(
    talks: T[],
    picked: string | undefined,
    front: string | undefined,
): T | undefined {
    const by = (key: string | undefined): T | undefined => talks.find((talk) => talk.key === key);
    const last = (talk: T): number => talk.talk.chat.at(-1)?.at ?? 0;
    return by(picked) ?? by(front) ?? [...talks].sort((a, b) => last(b) - last(a))[0];
}
