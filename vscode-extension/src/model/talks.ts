// The conversations of this window: one for each session, hosted or joined. What is said goes to one of them.

import type { ChatLine } from '@jumpseat/native';

/** What sessions of both sides have of a conversation. */
export interface Talk {
    lines: ChatLine[];
    unread: number;
    /** It was looked at. */
    read(): void;
}

/** How far each conversation was read. */
export class Unread {
    readonly #next = new Map<string, number>();

    /** A conversation; what was said from this slot needs no reading. */
    talk(key: string, chat: Record<number, ChatLine>, own: number): Talk {
        const numbers = Object.keys(chat).map(Number);
        const from = this.#next.get(key) ?? 0;
        return {
            lines: Object.values(chat).map((line) => (line.slot === own ? { ...line, name: 'You' } : line)),
            unread: numbers.filter((line) => line >= from && chat[line]?.slot !== own).length,
            read: () => void this.#next.set(key, Math.max(-1, ...numbers) + 1),
        };
    }
}

export interface Titled {
    key: string;
    title: string;
    talk: Talk;
}

/** The one to show: the one that was picked, else that of the terminal in front, else where something was said last. */
export function chosenTalk<T extends Titled>(
    talks: T[],
    picked: string | undefined,
    front: string | undefined,
): T | undefined {
    const by = (key: string | undefined): T | undefined => talks.find((talk) => talk.key === key);
    const last = (talk: T): number => talk.talk.lines.at(-1)?.at ?? 0;
    return by(picked) ?? by(front) ?? [...talks].sort((a, b) => last(b) - last(a))[0];
}
