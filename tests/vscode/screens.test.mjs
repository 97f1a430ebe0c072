// What guests see of programs: full screens, sizes, floods, several terminals at once.
import assert from 'node:assert/strict';

import { scene } from './harness/pair.mjs';
import { same } from './harness/same.mjs';
import { tested } from './harness/server.mjs';
import { until } from './harness/wait.mjs';

// VS Code itself takes more than a minute for a hundred, so that is for packages alone, as they are released.
const MEGABYTES = tested.endsWith('vscode-extension') ? 15 : 100;

scene('a full-screen program, a new size and a flood end with equal cells', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    await guest.join(await host.share());
    await guest.shows('editor', '$');

    await step('vim', async () => {
        await host.type('panel', 'vim -u NONE -N\n');
        await until('the other screen', async () => (await guest.screen('editor')).alternate);
        await host.page.keyboard.type('ihello from vim');
        await guest.shows('editor', 'hello from vim');
        await until('vim’s end of inserting', async () => {
            // VS Code takes an Escape for itself while it has a hint to close.
            await host.page.keyboard.press('Escape');
            return !(await host.lines('panel')).some((line) => line.includes('INSERT'));
        });
        await same(host, guest);
        await host.type('panel', ':q!\n');
        await until('the first screen', async () => !(await guest.screen('editor')).alternate);
        await same(host, guest);
    });

    await step('a resize of the window and of the panel', async () => {
        const before = await host.screen('panel');
        ends(() => host.page.setViewportSize({ width: 1280, height: 800 }));
        await host.page.setViewportSize({ width: 1050, height: 800 });
        await until('fewer columns', async () => (await guest.screen('editor')).cols < before.cols);
        await same(host, guest);
        await host.done('workbench.action.toggleMaximizedPanel');
        await until('more rows', async () => (await host.screen('panel')).rows > before.rows);
        const tall = await host.screen('panel');
        await same(host, guest);
        await host.done('workbench.action.toggleMaximizedPanel');
        await until('fewer rows', async () => (await host.screen('panel')).rows < tall.rows);
        await same(host, guest);
    });

    await step(`a flood of ${MEGABYTES} MB`, async () => {
        await host.type('panel', `seq 1 20000000 | head -c ${MEGABYTES}000000; printf '\\n\\033[1;32mflood-%s\\033[0m\\n' $((1+1))\n`);
        await host.shows('panel', 'flood-2', 200_000);
        await guest.shows('editor', 'flood-2');
        await same(host, guest);
    });
});

scene('a guest whose window is smaller than the host’s terminal', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    ends(() => guest.page.setViewportSize({ width: 1400, height: 900 }));
    await guest.page.setViewportSize({ width: 1000, height: 900 });

    await step('has all of its columns', async () => {
        const link = await host.share();
        await host.type('panel', 'printf "%0$((COLUMNS))d\\n" 0; echo wide-$((1+1))\n');
        await host.shows('panel', 'wide-2');
        await guest.join(link);
        await guest.shows('editor', 'wide-2');
        await same(host, guest);
        await host.type('panel', 'printf "%0$((COLUMNS))d\\n" 0; echo again-$((1+1))\n');
        await guest.shows('editor', 'again-2');
        await same(host, guest);
    });
});

scene('two terminals of one session', ['host', 'guest'], async ({ host, guest, step }) => {
    await guest.join(await host.share());
    await guest.shows('editor', '$');

    await step('another terminal of the session comes to the guest by itself', async () => {
        await host.type('panel', 'echo first-$((1+1))\n');
        await host.command('jumpseat.addTerminal');
        await until('two tabs', async () => (await guest.page.locator('.part.editor .tab', { hasText: 'Ann' }).count()) === 2);
        await host.shows('panel', '$');
        await host.type('panel', 'echo second-$((1+1))\n');
        await host.shows('panel', 'second-2');
        await guest.page.locator('.part.editor .tab', { hasText: 'Ann' }).nth(1).click();
        await guest.shows('editor', 'second-2');
        assert.equal((await guest.lines('editor')).some((line) => line.includes('first-2')), false);
        await same(host, guest);
        await guest.page.locator('.part.editor .tab', { hasText: 'Ann' }).first().click();
        await guest.shows('editor', 'first-2');
    });
});
