// Whether a guest ends with the host's screen.
import assert from 'node:assert/strict';

import { until } from './wait.mjs';

/** The guest's terminal and the host's are the same, cell by cell, scrollback and all. */
export async function same(host, guest) {
    await until('equal cells', async () => {
        const [mine, theirs] = await Promise.all([host.screen('panel', true), guest.screen('editor', true)]);
        assert.deepEqual(theirs, mine);
        return true;
    });
}
