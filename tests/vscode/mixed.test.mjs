// A guest in VS Code at a session of the command line; terminals that Jumpseat did not open; what goes wrong.
import assert from 'node:assert/strict';

import { Cli } from './harness/cli.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

scene('a host at the command line', ['guest'], async ({ guest, step, ends }) => {
    const host = Cli.share(guest.env, 'Ann');
    ends(() => host.end('SIGKILL'));
    const [, link] = await host.event(/"link":"([^"]+)"/);
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

scene('a terminal that Jumpseat did not open', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const PROFILE = 'terminal.integrated.defaultProfile.linux';
    ends(() => host.set(PROFILE, 'bash'));
    const foreign = async () => {
        await host.done('workbench.action.terminal.newWithProfile', { profileName: 'bash' });
        await host.shows('panel', '$');
        await host.type('panel', 'cd /usr/share; echo own-$((1+1))\n');
        await host.shows('panel', 'own-2');
        // Without it VS Code tells nothing of commands.
        await until('its shell integration', () => host.evaluate((vscode) => Boolean(vscode.window.activeTerminal.shellIntegration)));
    };
    const shared = (button) => host.link(async () => {
        await host.command('jumpseat.shareCurrentTerminal');
        await host.notified('was not opened by Jumpseat: what it printed cannot be shared.', button);
    });

    await step('it is continued in a shared one, in the same folder', async () => {
        await foreign();
        const link = await shared('Continue in a Shared Terminal Here');
        // At once: VS Code takes it away after ten seconds.
        await host.notified('Open new terminals with Jumpseat? Each can then be shared at any time, with its history.', 'Make Default');
        await guest.join(link);
        await host.shows('panel', '$');
        await host.type('panel', 'pwd\n');
        await guest.shows('editor', '/usr/share');
        assert.equal((await guest.lines('editor')).some((line) => line.includes('own-2')), false);
    });

    await step('with the offer taken that came with it, Jumpseat is the default', async () => {
        await until('the setting', async () => (await host.evaluate((vscode, key) => vscode.workspace.getConfiguration().get(key), PROFILE)) === 'Jumpseat');
        await guest.tidy();
        await host.tidy();
        // VS Code takes a moment to read its settings.
        await until('a terminal of Jumpseat’s', async () => {
            await host.done('workbench.action.terminal.new');
            return host.evaluate((vscode) => vscode.window.activeTerminal.name !== 'bash' || void vscode.window.activeTerminal.dispose());
        });
        // VS Code does not always open its panel for a profile of an extension.
        await host.done('workbench.action.terminal.focus');
        await host.shows('panel', '$');
        await host.type('panel', 'echo by-default-$((40+2))\n');
        await host.shows('panel', 'by-default-42');
        await guest.join(await host.link(() => host.command('jumpseat.shareCurrentTerminal')));
        await guest.shows('editor', 'by-default-42');
        await host.tidy();
        await guest.notified('Session ended');
        await guest.tidy();
    });

    await step('or its next commands are mirrored, for reading alone', async () => {
        await foreign();
        const link = await shared('Mirror Its Next Commands');
        await guest.join(link);
        await guest.shows('editor', 'Read-only mirror of "bash": the output of its next commands.');
        // Longer than an instant: of shorter commands VS Code tells nothing now and then.
        await host.type('panel', 'for i in 1 2 3; do echo mirrored-$i; sleep 0.2; done\n');
        await guest.shows('editor', '$ for i in 1 2 3; do echo mirrored-$i; sleep 0.2; done');
        await guest.shows('editor', 'mirrored-3');
        assert.equal((await guest.lines('editor')).some((line) => line.includes('own-2')), false, 'nothing of before');
        assert.deepEqual(await host.toasts(), [], 'the offer came once');
        await guest.type('editor', 'x');
        await guest.notified('Read-only: ask for control to type.');
    });

    await step('the mirror ends with its terminal', async () => {
        await host.done('workbench.action.terminal.kill');
        await guest.notified('Session ended: its program ended.');
        await guest.shows('editor', 'mirrored-3');
        await host.status().waitFor({ state: 'hidden' });
    });
});
