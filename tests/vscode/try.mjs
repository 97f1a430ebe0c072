// The walk of `cargo xtask try --check`: opens the address, takes the invitation twice, tells what is seen.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Cli } from './harness/cli.mjs';
import { until } from './harness/wait.mjs';
import { Window } from './harness/window.mjs';

const [shared, place, program] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'js-try-'));
const started = [];

const saw = (what) => console.log(`  saw  ${what}`);

async function open(name, address) {
    const window = await Window.open(name, address, join(folder, name));
    started.push(() => window.closeBrowser());
    return window;
}

async function walk() {
    const host = await open('host', shared);
    const [link] = await once(createInterface(process.stdin), 'line');
    await until('the sharing', async () => (await host.statusLabel())?.includes('0 guests'));
    saw('a terminal, shared as soon as VS Code was there');

    const terminal = new Cli(process.env, ['join', '--headless', '--json', '--until', 'hello-42', '--dump', 'text'],
        { JUMPSEAT_TOKEN: link, JUMPSEAT_NAME: 'guest in a terminal' }, program);
    started.push(() => terminal.end('SIGKILL'));
    await terminal.event(/"type":"joined"/);
    saw('a guest in a terminal, by the link');

    const guest = await open('guest', place);
    await guest.page.keyboard.press('Control+Shift+J');
    await guest.answer('The link, or the code', link);
    await host.notified('asks to join your session with an invite that was used before.', 'Let In');
    await until('two guests', async () => (await host.statusLabel()).includes('2 guests'));
    saw('a guest in VS Code, by Ctrl+Shift+J and the link');

    await host.type('panel', 'echo hello-$((6*7))\n');
    await host.shows('panel', 'hello-42');
    await guest.shows('editor', 'hello-42');
    assert.equal(await terminal.exit(), 0, terminal.told);
    saw('what the host typed, at both guests');

    await guest.type('editor', 'x');
    await guest.notified('Read-only', 'Ask for Control');
    await host.notified('asks to type', 'Allow');
    await until('leave to type', async () => (await host.statusLabel()).includes('someone can type'));
    await guest.type('editor', 'echo typed-$((40+2))\n');
    await host.shows('panel', 'typed-42');
    saw('the guest refused, then let type, then typing');
    await host.picture('try-host');
    await guest.picture('try-guest');
}

try {
    await walk();
    console.log('  all of it works');
} catch (error) {
    console.error(error);
    process.exitCode = 1;
} finally {
    await Promise.allSettled(started.reverse().map((end) => end()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit();
}
