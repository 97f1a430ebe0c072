// Sessions that were joined lately: where they are found, never what lets one in.

export interface Recent {
    code: string;
    relay: string;
    /** The host's name, if it was seen. */
    host: string;
    /** In milliseconds since 1970. */
    at: number;
}

const MOST = 8;
/** A session ends after a day by itself. */
const AGE = 24 * 60 * 60 * 1000;

/** The list with one more, newest first. */
export function remembered(list: Recent[], entry: Recent): Recent[] {
    const others = list.filter((other) => other.code !== entry.code || other.relay !== entry.relay);
    return [entry, ...others].slice(0, MOST);
}

/** Those that may still be open. */
export function open(list: Recent[], now: number): Recent[] {
    return list.filter((entry) => now - entry.at < AGE);
}

/** Without one that is over. */
export function without(list: Recent[], code: string, relay: string): Recent[] {
    return list.filter((entry) => entry.code !== code || entry.relay !== relay);
}

export function ago(at: number, now: number): string {
    const minutes = Math.round((now - at) / 60_000);
    if (minutes < 1) return 'just now';
    return minutes < 60 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
