// The main walk: share, join by code and token, watch, ask, be let type, be refused, be removed, stop.
import assert from 'node:assert/strict';

import { parts } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { same } from './harness/same.mjs';
import { until } from './harness/wait.mjs';
import { SEAT } from './harness/window.mjs';

scene('share → join → watch → ask → type → look away → remove → stop', ['host', 'guest'], async ({ host, guest, step }) => {
    const link = await host.share();
    const view = await host.webview('.code');

    await step('the share view shows the code, and no token', async () => {
        await until('the code in the share view', async () => link.includes(await view.locator('.code').textContent()));
        assert.equal((await view.locator('body').innerHTML()).includes(link.split('.').pop()), false, 'the token is masked');
        await host.type('panel', "printf 'before-%s\\n' $(seq 1 60)\n");
        await host.shows('panel', 'before-60');
    });

    await step('a guest joins by code and token and is caught up', async () => {
        const { relay, code, token } = parts(link);
        await guest.command('jumpseat.join');
        await guest.answer('The link, or the code', code);
        await guest.answer('The token', token);
        await guest.answer('The relay', relay);
        await guest.shows('editor', 'before-1');
        await guest.shows('editor', 'before-60');
        await host.guests(1);
        await same(host, guest);
    });

    await step('output is live', async () => {
        await host.type('panel', 'echo live-$((6*7))\n');
        await guest.shows('editor', 'live-42');
    });

    await step('a viewer is refused, with the reason, once', async () => {
        await guest.type('editor', 'xyz');
        await guest.notified('Read-only: ask for control to type.');
        assert.equal((await guest.toasts()).length, 1);
        assert.equal((await host.lines('panel')).some((line) => line.includes('xyz')), false, 'nothing arrived');
    });

    await step('it asks, is allowed, and types', async () => {
        await guest.notified('Read-only', 'Ask for Control');
        await host.named('Bo', /^Bo, asks to type/);
        await host.notified('Bo asks to type', 'Allow');
        await until('the warning colour', async () => (await host.statusLabel()).includes('someone can type'));
        await guest.type('editor', 'echo typed-$((40+2))\n');
        await host.shows('panel', 'typed-42');
        await guest.shows('editor', 'typed-42');
    });

    await step('while the host looks away keys are refused, and they count again when it is back', async () => {
        const looked = (word) => until(`"${word}" at the guest`, async () => (await guest.statusLabel('seat')).includes('host not looking') === (word === 'away'));
        // How soon: `cargo xtask vscode bench looking`.
        const shown = async (word, command) => {
            const seen = guest.appears(SEAT[word]);
            await host.done(command);
            await seen;
        };
        await host.done('workbench.action.terminal.newWithProfile', { profileName: 'bash' });
        await host.done('workbench.action.terminal.focusPrevious');
        await host.focus('panel');
        await looked('back');
        await guest.dismissAll();
        await host.done('workbench.action.closePanel');
        await looked('away');
        await guest.type('editor', 'z');
        await guest.notified('Not typed: the host is not looking at this terminal.');
        await host.done('workbench.action.terminal.focus');
        await looked('back');
        for (const [away, back] of [
            ['workbench.action.closePanel', 'workbench.action.terminal.focus'],
            ['workbench.view.explorer', 'workbench.action.terminal.focus'],
            ['workbench.action.terminal.focusNext', 'workbench.action.terminal.focusPrevious'],
        ]) {
            for (let i = 0; i < 3; i += 1) {
                await shown('away', away);
                await guest.type('editor', 'z');
                await guest.heard();
                await shown('back', back);
            }
        }
        assert.ok((await guest.toasts()).length <= 1, 'told once');
        await guest.type('editor', 'echo back-$((50+5))\n');
        await host.shows('panel', 'back-55');
        await guest.shows('editor', 'back-55');
        assert.equal((await host.lines('panel')).some((line) => line.includes('z')), false, 'nothing arrived meanwhile');
        await same(host, guest);
    });

    await step('a removed guest is out and stays out', async () => {
        await guest.dismissAll();
        await host.done('jumpseat.guests.focus');
        const row = host.row('Bo');
        await until('what Bo may do', async () => /^Bo, can type, safety words (\w+ ?){5}$/.test(await row.getAttribute('aria-label')));
        await row.hover();
        await row.getByRole('button', { name: 'Remove Guest' }).click();
        await guest.shows('editor', 'Session ended: the host removed you.');
        await guest.shows('editor', 'back-55');
        await guest.notified('Session ended: the host removed you.');
        await guest.dismissAll();
        await guest.join(link);
        await guest.notified('This invite was taken back. Ask the host for a new invite.', 'Try Again');
        await guest.answer('The link, or the code', link);
        await guest.notified('This invite was taken back. Ask the host for a new invite.');
        await host.notified('Bo was turned away, with an invite that was used before: this invite was taken back.');
        await host.guests(0);
    });

    await step('stopping ends the session; the shell goes on', async () => {
        await host.command('jumpseat.stop');
        await host.status().waitFor({ state: 'hidden' });
        await host.type('panel', 'echo still-$((1+1))\n');
        await host.shows('panel', 'still-2');
    });
});
