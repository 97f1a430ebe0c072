// The main walk: share, join by code and token, watch, ask, be let type, be refused, be removed, stop.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Editor } from './stand/editor.mjs';
import { until } from './stand/wait.mjs';

let host;
let guest;

before(async () => {
    [host, guest] = await Promise.all([Editor.start('Ann'), Editor.start('Bo')]);
});

after(async () => {
    await Promise.all([host?.close(), guest?.close()]);
});

/** A step; the first that fails ends the walk, with what both saw in pictures. */
let failed = false;
async function step(t, name, run) {
    await t.test(name, { skip: failed && 'an earlier step failed' }, async () => {
        try {
            await run();
        } catch (error) {
            failed = true;
            await Promise.allSettled([host.picture('failed-host'), guest.picture('failed-guest')]);
            const logs = [host, guest].map((editor) => `${editor.name}:\n${editor.log()}`).join('\n');
            throw new Error(`${error.message}\n${logs}`, { cause: error });
        }
    });
}

test('share → join → watch → ask → type → look away → remove → stop', { timeout: 300_000 }, async (t) => {
    let link;

    await step(t, 'a shared terminal puts its link on the clipboard', async () => {
        await host.command('jumpseat.shareNewTerminal');
        link = await until('the link', async () => {
            const text = await host.clipboard();
            return text.includes('/j#') && text;
        });
        await host.shows('panel', '$');
        const view = await host.webview('.code');
        await until('the code in the share view', async () => link.includes(await view.locator('.code').textContent()));
        assert.equal((await view.locator('body').textContent()).includes(link.split('.').pop()), false, 'the token is masked');
        await host.type('panel', "printf 'before-%s\\n' $(seq 1 60)\n");
        await host.shows('panel', 'before-60');
        await host.picture('host-sharing');
    });

    await step(t, 'a guest joins by code and token and is caught up', async () => {
        const [, relay, code, token] = /^(http:\/\/[^/]+)\/j#([^.]+)\.(.+)$/.exec(link);
        await guest.command('jumpseat.join');
        await guest.answer('The link, or the code', code);
        await guest.answer('The token', token);
        await guest.answer('The relay', relay.replace('http', 'ws'));
        await guest.shows('editor', 'before-1');
        await guest.shows('editor', 'before-60');
        await until('the guest in the status bar', async () => (await host.statusLabel()).includes('1 guest'));
        await guest.picture('guest-watching');
        await host.picture('host-with-guest');
    });

    await step(t, 'output is live', async () => {
        await host.type('panel', 'echo live-$((6*7))\n');
        await guest.shows('editor', 'live-42');
    });

    await step(t, 'a viewer is refused, with the reason', async () => {
        await guest.type('editor', 'x');
        await guest.notified('Read-only', undefined);
        await guest.picture('guest-refused');
        await guest.dismissAll();
    });

    await step(t, 'it asks, is allowed, and types', async () => {
        await guest.command('jumpseat.askControl');
        await host.notified('Bo asks to type');
        await host.picture('host-asked');
        await host.notified('Bo asks to type', 'Allow');
        await until('the warning colour', async () => (await host.statusLabel()).includes('someone can type'));
        await guest.type('editor', 'echo typed-$((40+2))\n');
        await host.shows('panel', 'typed-42');
        await guest.shows('editor', 'typed-42');
        await host.picture('host-granted');
    });

    await step(t, 'while the host looks away keys are refused, and count again when it is back', async () => {
        await host.command('workbench.action.closePanel');
        await host.evaluate((vscode) => vscode.commands.executeCommand('workbench.view.explorer'));
        await guest.dismissAll();
        await guest.type('editor', 'z');
        await guest.notified('not looking');
        await guest.dismissAll();
        await host.evaluate((vscode) => vscode.commands.executeCommand('workbench.action.terminal.focus'));
        await host.focus('panel');
        await guest.type('editor', 'echo back-$((50+5))\n');
        await host.shows('panel', 'back-55');
    });

    await step(t, 'a removed guest is out and stays out', async () => {
        await host.evaluate((vscode) => vscode.commands.executeCommand('jumpseat.guests.focus'));
        const row = host.row('Bo');
        await until('what Bo may do', async () => /^Bo, can type/.test(await row.getAttribute('aria-label')));
        await row.hover();
        await row.getByRole('button', { name: 'Remove Guest' }).click();
        await guest.shows('editor', 'Session ended: the host removed you');
        await guest.shows('editor', 'back-55');
        await guest.picture('guest-removed');
        await guest.dismissAll();
        await guest.command('jumpseat.join');
        await guest.answer('The link, or the code', link);
        await guest.notified('Jumpseat:');
        await until('no guest', async () => (await host.statusLabel()).includes('0 guests'));
        await guest.picture('guest-denied');
    });

    await step(t, 'stopping ends the session; the shell goes on', async () => {
        await host.command('jumpseat.stop');
        await host.status().waitFor({ state: 'hidden' });
        await host.type('panel', 'echo still-$((1+1))\n');
        await host.shows('panel', 'still-2');
        await host.picture('host-stopped');
    });
});
