// A reload of the host's window, with a guest of the command line: nobody is interrupted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

import { Editor } from './stand/editor.mjs';
import { until } from './stand/wait.mjs';

const program = join(resolve(import.meta.dirname, '../..'), 'vscode-extension/dist/bin/jumpseat');
let host;
let guest;

before(async () => {
    host = await Editor.start('Ann');
});

after(async () => {
    guest?.kill('SIGKILL');
    await host?.close();
});

test('a reload leaves shell, sharing and guests as they were', { timeout: 120_000 }, async () => {
    await host.command('jumpseat.shareNewTerminal');
    const link = await until('the link', async () => {
        const text = await host.clipboard();
        return text.includes('/j#') && text;
    });
    await host.shows('panel', '$');
    guest = spawn(program, ['join', '--headless', '--json', '--until', 'after-42'], {
        env: { ...host.env, JUMPSEAT_TOKEN: link, JUMPSEAT_NAME: 'Cy' }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const told = [];
    guest.stdout.on('data', (chunk) => told.push(String(chunk)));
    const over = once(guest, 'exit');
    await until('the guest', async () => (await host.statusLabel()).includes('1 guest'));
    await host.type('panel', 'kept=42; echo before-$kept\n');
    await host.shows('panel', 'before-42');

    await host.reload();

    await host.shows('panel', 'before-42');
    await until('the guest after the reload', async () => (await host.statusLabel()).includes('1 guest'));
    await host.picture('host-reloaded');
    await host.type('panel', 'echo after-$kept\n');
    await host.shows('panel', 'after-42');
    const [code] = await over;
    assert.equal(code, 0, 'the guest saw it');
    assert.equal(told.join('').match(/"type":"joined"/g)?.length, 1, 'and kept its seat');
});
