// Whether a guest ends with the host's screen.
import assert from 'node:assert/strict';

import { until } from './wait.mjs';

/** The guest's terminal and the host's are the same, cell by cell, scrollback and all. A higher one marks the host's edge. */
export async function same(host, guest) {
    await until('equal cells', async () => {
        const [mine, theirs] = await Promise.all([host.screen('panel', true), guest.screen('editor', true)]);
        const { lines: all, rows, ...rest } = theirs;
        const lines = all.slice(0, mine.lines.length);
        const styles = theirs.styles.slice(0, mine.lines.length);
        assert.deepEqual({ ...rest, rows: mine.rows, lines, styles }, mine);
        const below = all.slice(mine.lines.length);
        assert.equal(below.length, rows - mine.rows);
        if (below.length > 0) assert.deepEqual(below, ['─'.repeat(mine.cols), ...below.slice(1).map(() => '')]);
        return true;
    });
}
