// Ways to share and to come back: history, a chosen command, several sessions, recent sessions, the profile.
import assert from 'node:assert/strict';

import { letIn, parts } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

const run = async (host, ...words) => {
    for (const word of words) {
        await host.type('panel', `echo ${word}-$((40+2))\n`);
        await host.shows('panel', `${word}-42`);
    }
};
const has = async (editor, text) => (await editor.lines('editor')).some((line) => line.includes(text));

scene('a terminal that was opened before it is shared', ['host', 'guest'], async ({ host, guest, step }) => {
    const opened = async () => {
        await host.command('workbench.action.terminal.newWithProfile');
        await host.pick('Jumpseat');
        await until('a terminal of Jumpseat’s', () => host.evaluate((vscode) => vscode.window.terminals.length === 1));
        // VS Code does not always open its panel for a profile of an extension.
        await host.done('workbench.action.terminal.focus');
        await host.shows('panel', '$');
        await run(host, 'first', 'second', 'third');
    };
    const over = async () => {
        await host.command('jumpseat.stop');
        await host.dialog('Stop Sharing');
        await guest.notified('Session ended');
        await Promise.all([host.tidy(), guest.tidy()]);
    };

    await step('with its history', async () => {
        await opened();
        await guest.join(await host.link(() => host.command('jumpseat.shareCurrentTerminal')));
        await guest.shows('editor', 'third-42');
        assert.ok(await has(guest, 'first-42'));
        await over();
    });

    await step('from a chosen command on', async () => {
        await opened();
        const link = await host.link(async () => {
            await host.command('jumpseat.shareFromHere');
            await host.pick('echo second-');
        });
        await guest.join(link);
        await guest.shows('editor', 'third-42');
        assert.ok(await has(guest, 'second-42'));
        assert.equal(await has(guest, 'first-42'), false, 'nothing of before');
        await over();
    });

    await step('from now on', async () => {
        await opened();
        const link = await host.link(async () => {
            await host.command('jumpseat.shareSession');
            await host.pick('From the beginning');
            await host.offers('From now on');
            await host.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'Share ' }).first().click();
        });
        await guest.join(link);
        await run(host, 'fourth');
        await guest.shows('editor', 'fourth-42');
        assert.equal(await has(guest, 'third-42'), false, 'nothing of before');
        await over();
        // The choice is remembered: back to the first one.
        await host.command('jumpseat.shareSession');
        await host.pick('From now on');
        await host.offers('From the beginning');
        await host.pick('Share a new terminal');
        await host.guests(0);
    });
});

scene('two sessions at once', ['host', 'guest'], async ({ host, guest, step }) => {
    await step('each has its own guests and its own count', async () => {
        const first = await host.share();
        const second = await host.share();
        const code = (link) => /#([^.]+)/.exec(link)[1];
        await guest.join(second);
        await host.guests(1);
        await host.done('jumpseat.sessions.focus');
        await host.named(code(first), /my session .{9}, 0 guests/);
        await host.named(code(second), /my session .{9}, 1 guest/);
        await until('the count at the terminal’s name', async () => (await host.evaluate((vscode) => (
            vscode.window.terminals.filter((terminal) => /· 1 guest/.test(terminal.name)).length))) === 1);
        await host.press(code(first), 'Stop Sharing');
        await host.row(code(first)).waitFor({ state: 'hidden' });
        await host.guests(1);
    });

    await step('all are stopped after one question', async () => {
        await host.share();
        await host.command('jumpseat.stopAll');
        assert.match(await host.dialog('Stop All'), /1 guest is watching/);
        await host.status().waitFor({ state: 'hidden' });
        await guest.notified('Session ended: the host stopped sharing.');
        const terminals = await host.evaluate((vscode) => vscode.window.terminals.length);
        assert.equal(terminals, 3, 'the shells go on');
    });
});

scene('recent sessions', ['host', 'guest'], async ({ host, guest, step }) => {
    const link = await host.share();
    const { relay, code, token } = parts(link);
    const rows = () => guest.page.locator('.quick-input-widget:visible .monaco-list-row').allInnerTexts();

    await step('one that was left is offered, without what lets one in', async () => {
        await guest.page.keyboard.press('Control+Shift+J');
        await guest.answer('The link, or the code', link);
        await host.guests(1);
        await guest.done('jumpseat.leave');
        await host.guests(0);
        await guest.page.keyboard.press('Control+Shift+J');
        await guest.offers(code);
        const offered = (await rows()).find((row) => row.includes(code));
        assert.match(offered, /Ann/);
        await guest.pick(code);
        const box = guest.page.locator('.quick-input-widget:visible', { hasText: 'The token' });
        await box.waitFor();
        assert.equal(await box.locator('input:visible').first().getAttribute('type'), 'password');
        await guest.answer('The token', token);
        // Who left and comes again has no seat to take again.
        await letIn(host, 'Bo');
        await host.guests(1);
    });

    await step('one that is over is not', async () => {
        await host.command('jumpseat.stop');
        await host.dialog('Stop Sharing');
        await guest.notified('Session ended');
        await guest.page.keyboard.press('Control+Shift+J');
        await guest.page.locator('.quick-input-widget:visible', { hasText: 'The link, or the code' }).waitFor();
        assert.equal((await rows()).some((row) => row.includes(code)), false);
        await guest.page.keyboard.press('Escape');
        assert.ok(relay);
    });
});

scene('what runs in the background', ['host'], async ({ host, step }) => {
    await step('is listed, and ends when it is told to, after a question', async () => {
        await host.share();
        await host.command('jumpseat.heldTerminals');
        await host.offers('End everything');
        await until('one terminal alone', async () => {
            const rows = await host.page.locator('.quick-input-widget:visible .monaco-list-row').allInnerTexts();
            const terminals = rows.filter((row) => !row.includes('End everything'));
            return (terminals.length === 1 && /shared, shown here/.test(terminals[0])) || Promise.reject(new Error(terminals.join('\n')));
        });
        await host.pick('End everything');
        assert.match(await host.dialog('End Everything'), /1 terminal/);
        await host.status().waitFor({ state: 'hidden' });
        await until('no terminal', async () => (await host.evaluate((vscode) => vscode.window.terminals.length)) === 0);
        assert.deepEqual(await host.toasts(), []);
    });
});
