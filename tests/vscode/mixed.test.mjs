// A guest in VS Code at a session of the command line; terminals that Jumpseat did not open; what goes wrong.
import assert from 'node:assert/strict';

import { Cli } from './stand/cli.mjs';
import { scene } from './stand/pair.mjs';
import { until } from './stand/wait.mjs';

scene('a host at the command line', ['guest'], async ({ guest, step, ends }) => {
    const host = Cli.share(guest.env, 'Ann');
    ends(() => host.end('SIGKILL'));
    const [, link] = await host.event(/"web_link":"([^"]+)"/);
    host.write("printf '\\033[32mgreen-%s\\033[0m\\n' $((1+1))\n");

    await step('joining by link', async () => {
        await guest.join(link);
        await guest.shows('editor', 'green-2');
    });

    await step('chat, as text', async () => {
        await guest.done('jumpseat.chat.focus');
        const chat = await guest.webview('#lines > *');
        await chat.locator('#say').fill('hello <b>there</b>');
        await chat.locator('#say').press('Enter');
        await host.event(/"what":"chat"[^\n]*hello <b>there<\/b>/);
    });

    await step('the end of its shell', async () => {
        host.write('exit\n');
        await guest.shows('editor', 'Session ended: its program ended.');
        await guest.shows('editor', 'green-2');
    });
});

scene('what goes wrong is said in one notification, with what helps', ['guest'], async ({ guest, step, ends }) => {
    const host = Cli.share(guest.env, 'Ann');
    ends(() => host.end('SIGKILL'));
    const [, link] = await host.event(/"web_link":"([^"]+)"/);
    const [, relay, code, token] = /^(http:\/\/[^/]+)\/j#([^.]+)\.(.+)$/.exec(link);

    const says = async (with_, text, button) => {
        await guest.dismissAll();
        await guest.join(with_);
        await guest.notified(text, button);
        await until('its answer', async () => (await guest.toasts()).length === 0);
        await guest.page.keyboard.press('Escape');
        await guest.status('seat').waitFor({ state: 'hidden' });
    };
    const other = `jst1_${'A'.repeat(64)}`;
    await step('a relay that cannot be reached', () => says(`http://127.0.0.1:9/j#${code}.${token}`, 'The relay ws://127.0.0.1:9 cannot be reached', 'Try Again'));
    await step('a wrong code', () => says(`${relay}/j#0000-0000.${token}`, 'no such session. Check the code', 'Try Again'));
    await step('a wrong token', () => says(`${relay}/j#${code}.${other}`, 'token', 'Try Again'));
    await step('something that is no link', async () => {
        await guest.command('jumpseat.join');
        const box = guest.page.locator('.quick-input-widget:visible');
        await box.locator('input:visible').first().fill('https://example.com/#nothing');
        await until('the reason', async () => (await box.innerText()).includes('This is no Jumpseat link'));
        await guest.page.keyboard.press('Escape');
    });
});

scene('a terminal that Jumpseat did not open', ['host', 'guest'], async ({ host, guest, step }) => {
    const foreign = async () => {
        await host.done('workbench.action.terminal.newWithProfile', { profileName: 'bash' });
        await host.shows('panel', '$');
        await host.type('panel', 'cd /usr/share; echo own-$((1+1))\n');
        await host.shows('panel', 'own-2');
        await host.evaluate((vscode) => vscode.env.clipboard.writeText(''));
        await host.command('jumpseat.shareCurrentTerminal');
    };
    const link = () => until('the link', async () => {
        const text = await host.clipboard();
        return text.includes('/j#') && text;
    });

    await step('it is continued in a shared one, in the same folder', async () => {
        await foreign();
        await host.notified('was not opened by Jumpseat', 'Continue in a Shared Terminal Here');
        await guest.join(await link());
        await host.shows('panel', '$');
        await host.type('panel', 'pwd\n');
        await guest.shows('editor', '/usr/share');
        assert.equal((await guest.lines('editor')).some((line) => line.includes('own-2')), false);
    });
});
