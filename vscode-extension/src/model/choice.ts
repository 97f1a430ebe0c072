// How a session is shared: the last choice is offered first the next time.
import type { Admission, Role } from '@jumpseat/native';

export interface Choice {
    role: Role;
    start: 'start' | 'now';
    admission: Admission;
    /** Whom a relay of one's own serves. */
    reach: 'machine' | 'lan';
}

export const FIRST_CHOICE: Choice = { role: 'viewer', start: 'start', admission: 'open', reach: 'machine' };
