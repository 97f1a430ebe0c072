// Several people: three guests, a door to knock at, chat.
import assert from 'node:assert/strict';

import { Cli } from './harness/cli.mjs';
import { letIn } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

scene('three guests, of VS Code and of the command line', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const link = await host.share();
    const command = [];

    await step('each comes in, and every list says so', async () => {
        await guest.join(link);
        await host.guests(1);
        for (const name of ['Cy', 'Di']) {
            const types = name === 'Cy' ? ['--send', 'echo from-the-command-line\\n'] : [];
            const one = Cli.join(host.env, link, name, '--until', 'all-see-42', ...types);
            ends(() => one.end('SIGKILL'));
            command.push(one);
            await letIn(host, name);
        }
        await host.guests(3);
        for (const editor of [host, guest]) {
            await editor.done('jumpseat.guests.focus');
            for (const name of ['Bo', 'Cy', 'Di']) await until(`${name}'s row`, async () => /read-only/.test(await editor.row(name).getAttribute('aria-label')));
        }
        assert.match(await guest.row('Bo').getAttribute('aria-label'), /^Bo \(you\), read-only/);
    });

    await step('one of them is let type, and the others see who types', async () => {
        const row = host.row('Cy');
        await row.hover();
        await row.getByRole('button', { name: 'Let Type' }).click();
        await host.shows('panel', 'from-the-command-line');
        await guest.shows('editor', 'from-the-command-line');
        await until('Cy’s row at Bo', async () => /^Cy, (can type|typing…)/.test(await guest.row('Cy').getAttribute('aria-label')));
    });

    await step('all see what the host types', async () => {
        await host.type('panel', 'echo all-see-$((6*7))\n');
        for (const one of command) assert.equal(await one.exit(), 0, one.told);
        await guest.shows('editor', 'all-see-42');
        await host.guests(1);
    });
});

scene('a host who wants to be asked first', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    await host.command('jumpseat.shareSession');
    await host.pick('The first guest comes straight in');
    await host.offers('You are asked first');
    await host.evaluate((vscode) => vscode.env.clipboard.writeText(''));
    await host.pick('Share a new terminal');
    const link = await until('the link', async () => {
        const text = await host.clipboard();
        return text.includes('.jst1_') && text;
    });

    await step('whoever is sent away reads so', async () => {
        await guest.join(link);
        await host.notified('Bo asks to join your session.', 'Deny');
        await guest.notified('The host did not let you in', 'Try Again');
    });

    await step('whoever is let in sees the terminal', async () => {
        await guest.answer('The link, or the code', link);
        await host.notified('Bo asks to join your session.', 'Let In');
        await host.guests(1);
        await host.type('panel', 'echo welcome-$((1+1))\n');
        await guest.shows('editor', 'welcome-2');
    });

    await step('the choice is the first one next time', async () => {
        await host.command('jumpseat.shareSession');
        await host.pick('You are asked first');
        await host.offers('Everyone who has the link comes in');
        await host.pick('Share a new terminal');
        await until('a second session', async () => (await host.page.locator('[role=treeitem][aria-label*="my session"]').count()) === 2);
    });

    await step('but for one that opens the invite to everyone', async () => {
        await host.command('jumpseat.shareSession');
        await host.offers('The first guest comes straight in');
        await host.page.keyboard.press('Escape');
    });
});

scene('chat', ['host', 'guest'], async ({ host, guest, step }) => {
    await guest.join(await host.share());
    await host.guests(1);

    await step('what one says the other reads, as text; what was not read is counted', async () => {
        await guest.done('jumpseat.chat.focus');
        const theirs = await guest.webview('#lines > *');
        await theirs.locator('#say').fill('hello <b>there</b>');
        await theirs.locator('#say').press('Enter');
        await until('the own line', async () => /You hello <b>there<\/b>/.test(await theirs.locator('#lines').textContent()));
        await host.page.locator('.part.activitybar .badge', { hasText: '1' }).waitFor();
        await host.done('jumpseat.chat.focus');
        const mine = await host.webview('#lines > *');
        await until('the line at the host', async () => /Bo hello <b>there<\/b>/.test(await mine.locator('#lines').textContent()));
        await host.page.locator('.part.activitybar .badge', { hasText: '1' }).waitFor({ state: 'hidden' });
        await mine.locator('#say').fill('welcome');
        await mine.locator('#say').press('Enter');
        await until('the answer', async () => /Ann welcome/.test(await theirs.locator('#lines').textContent()));
    });
});
