// What the trees show: rows of joined sessions, below their session where there are several.
import type { Row } from '@jumpseat/native';

import type { Seat } from '../view/seat';

export interface Node {
    seat: Seat;
    row: Row;
    /** Tells it apart in its whole tree, so that what is open stays open. */
    id: string;
}

/** The row that a menu or a key was used on. */
export function isNode(given: unknown): given is Node {
    return typeof given === 'object' && given !== null && 'row' in given && 'seat' in given;
}
