// Who may what: a request that is denied, a co-owner, a second invite that is taken back.
import assert from 'node:assert/strict';

import { Cli } from './harness/cli.mjs';
import { letIn } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

scene('a request that is denied', ['host', 'guest'], async ({ host, guest, step }) => {
    await guest.join(await host.share());
    await host.guests(1);
    await host.done('jumpseat.guests.focus');

    await step('by the notification', async () => {
        await guest.command('jumpseat.askControl');
        await until('the asking', async () => /asking/.test(await guest.statusLabel('seat')));
        await host.named('Bo', /^Bo, asks to type/);
        await host.notified('Bo asks to type in your terminal.', 'Deny');
        await guest.notified('the host declined.');
        await host.named('Bo', /^Bo, read-only/);
        await until('the end of the asking', async () => /read-only$/.test(await guest.statusLabel('seat')));
    });

    await step('by the row in the list', async () => {
        await guest.dismissAll();
        await guest.command('jumpseat.askControl');
        await host.named('Bo', /^Bo, asks to type/);
        await host.press('Bo', 'Decline');
        await guest.notified('the host declined.');
        await host.dismissAll();
    });

    await step('and it is let type, and made read-only', async () => {
        await guest.command('jumpseat.askControl');
        await host.named('Bo', /^Bo, asks to type/);
        await host.press('Bo', 'Let Type');
        await until('leave to type', async () => /can type$/.test(await guest.statusLabel('seat')));
        await host.press('Bo', 'Make Read-Only');
        await until('no leave to type', async () => /read-only$/.test(await guest.statusLabel('seat')));
        await guest.type('editor', 'echo never\n');
        await guest.notified('Read-only');
        assert.equal((await host.lines('panel')).some((line) => line.includes('never')), false, 'nothing arrived');
    });

    await step('its safety words are one click away', async () => {
        await host.dismissAll();
        await host.row('Bo').click();
        await host.notified('Safety words with Bo:');
    });
});

scene('a co-owner', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);
    const cy = Cli.join(host.env, link, 'Cy', '--send', 'echo by-leave-of-$((40+2))\\n');
    ends(() => cy.end('SIGKILL'));
    await letIn(host, 'Cy');
    await host.guests(2);
    await Promise.all([host, guest].map((editor) => editor.done('jumpseat.guests.focus')));

    await step('is made by the host', async () => {
        await guest.row('Cy').hover();
        assert.equal(await guest.row('Cy').getByRole('button', { name: 'Let Type' }).count(), 0, 'not before');
        // A row that has just moved has no menu yet.
        const entry = host.page.locator('.monaco-menu .action-item', { hasText: 'Make Co-Owner' });
        await until('the entry of the menu', async () => {
            await host.page.keyboard.press('Escape');
            await host.row('Bo').click({ button: 'right' });
            return entry.waitFor({ timeout: 2000 }).then(() => true);
        });
        await entry.hover();
        await host.page.keyboard.press('Enter');
        await until('the role', async () => /co-owner/.test(await guest.statusLabel('seat')));
        await guest.named('Bo (you)', /co-owner/);
    });

    await step('lets another one type', async () => {
        // What Cy sends comes at once, and counts while the host looks.
        await host.focus('panel');
        await guest.press('Cy', 'Let Type');
        await host.shows('panel', 'by-leave-of-42');
    });

    await step('removes another one', async () => {
        // A click is lost where VS Code draws the row again under it.
        await guest.named('Cy', /can type/);
        await guest.press('Cy', 'Remove Guest');
        await host.guests(1);
        assert.equal(await cy.exit(), 11, cy.told);
    });
});

scene('a second invite', ['host', 'guest'], async ({ host, guest, step }) => {
    await host.share();
    const view = await host.webview('.code');
    let second;

    await step('is for one guest who may type', async () => {
        second = await host.link(async () => {
            await view.getByRole('button', { name: 'New invite' }).click();
            await host.pick('To type, for one guest');
        });
        await view.getByText('Guests may type while you look on, one guest at most').waitFor();
        await guest.join(second);
        await until('the seat', async () => /can type/.test(await guest.statusLabel('seat')));
        await view.getByText('Used once.').waitFor();
    });

    await step('is revoked; who came by it stays', async () => {
        await view.getByRole('button', { name: 'Revoke invite 2' }).click();
        await view.getByRole('button', { name: 'Revoke invite 2' }).waitFor({ state: 'hidden' });
        await host.guests(1);
        await guest.done('jumpseat.leave');
        await host.guests(0);
        await guest.join(second);
        await guest.notified('This invite was taken back. Ask the host for a new invite.');
    });

    await step('what the share view copies', async () => {
        await view.getByRole('button', { name: 'Copy token' }).click();
        await until('the token', async () => /^jst1_[0-9A-Za-z_-]{64}$/.test(await host.clipboard()));
        await view.getByRole('button', { name: 'Copy code' }).click();
        await until('the code', async () => (await host.clipboard()) === await view.locator('.code').textContent());
    });
});
