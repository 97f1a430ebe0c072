// The VS Codes that all scenes share: Ann hosts, Bo is a guest. Each scene begins with nothing shared.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Editor } from './editor.mjs';

/** VS Code cannot make a terminal larger than its place: the guest has the larger window. */
const CAST = {
    host: { name: 'Ann', viewport: { width: 1280, height: 800 } },
    guest: { name: 'Bo', viewport: { width: 1400, height: 900 } },
    /** Whose time passes faster, and whose extension breaks. */
    odd: { name: 'Odd', viewport: { width: 1400, height: 900 }, copied: true, clock: true },
};
const started = new Map();

function editor(who) {
    if (!started.has(who)) started.set(who, Editor.start(CAST[who].name, CAST[who]));
    return started.get(who);
}

after(async () => {
    await Promise.allSettled([...started.values()].map(async (starting) => (await starting).close()));
});

/**
 * A test with the VS Codes it names. A step that fails ends it, with pictures and with what they wrote down.
 * `ends` takes what is to be undone afterwards.
 */
export function scene(name, who, run) {
    test(name, { timeout: 600_000 }, async (t) => {
        const cast = Object.fromEntries(await Promise.all(who.map(async (one) => [one, await editor(one)])));
        const undo = [];
        const step = async (title, act) => {
            let failure;
            await t.test(title, async () => {
                try {
                    await act();
                } catch (error) {
                    failure = await told(error, title, cast);
                    throw failure;
                }
            });
            if (failure) throw new Error(`"${title}" failed`);
        };
        try {
            await run({ ...cast, step, ends: (end) => undo.push(end) });
        } catch (error) {
            throw error.message.endsWith('failed') ? error : await told(error, name, cast);
        } finally {
            for (const end of undo.reverse()) await end();
            // Guests first: who has left hears no more of how a session ends.
            for (const one of Object.values(cast).reverse()) await one.tidy();
        }
        for (const one of Object.values(cast)) assert.deepEqual(one.server.secrets(), [], 'no log has a token');
    });
}

async function told(error, title, cast) {
    const word = title.replace(/\W+/g, '-').slice(0, 40);
    await Promise.allSettled(Object.entries(cast).map(([who, one]) => one.picture(`failed-${word}-${who}`)));
    const logs = Object.values(cast).map((one) => `${one.name}:\n${one.server.log()}`).join('\n');
    return new Error(`${error.message}\n${logs}`, { cause: error });
}
