// What happens to an editor, or to a relay, interrupts nobody.
import assert from 'node:assert/strict';

import { Cli } from './harness/cli.mjs';
import { scene } from './harness/pair.mjs';
import { same } from './harness/same.mjs';
import { until } from './harness/wait.mjs';

scene('a reload, a killed extension host and a restarted relay interrupt nobody', ['host'], async ({ host, step, ends }) => {
    const relay = await Cli.relay(host.env, '--listen', '127.0.0.1:0');
    ends(() => relay.end('SIGKILL'));
    await host.set('jumpseat.relay.url', relay.url);
    ends(() => host.set('jumpseat.relay.url', undefined));
    const link = await host.share();
    const guest = Cli.join(host.env, link, 'Cy', '--until', 'after-the-relay-42');
    ends(() => guest.end('SIGKILL'));
    await host.guests(1);
    await host.type('panel', 'kept=42; echo before-$kept\n');
    await host.shows('panel', 'before-42');

    const goesOn = async (word) => {
        await host.shows('panel', 'before-42');
        await host.guests(1);
        await host.type('panel', `echo ${word}-$kept\n`);
        await host.shows('panel', `${word}-42`);
    };

    await step('a reload of the window', async () => {
        await host.reload();
        await goesOn('after-reload');
    });

    await step('a killed extension host', async () => {
        await host.kill();
        await goesOn('after-kill');
    });

    await step('a restarted relay', async () => {
        await relay.end('SIGKILL');
        const row = host.row(link.split('#')[1].split('.')[0]);
        await host.done('jumpseat.sessions.focus');
        await until('the row', async () => /reconnecting/.test(await row.getAttribute('aria-label')));
        const again = await Cli.relay(host.env, '--listen', new URL(relay.url).host);
        ends(() => again.end('SIGKILL'));
        await until('the row', async () => !/connecting/.test(await row.getAttribute('aria-label')));
        await goesOn('after-the-relay');
        assert.equal(await guest.exit(), 0, 'the guest saw it');
        assert.equal(guest.told.match(/"type":"joined"/g)?.length, 1, 'and kept its seat');
    });
});

scene('a guest’s own reload, and its killed extension host, bring its seat back', ['host', 'guest'], async ({ host, guest, step }) => {
    await guest.join(await host.share());
    await host.guests(1);
    await host.type('panel', 'kept=42; echo before-$kept\n');
    await guest.shows('editor', 'before-42');

    const back = async (word) => {
        await guest.shows('editor', 'before-42', 60_000);
        await host.guests(1);
        await host.type('panel', `echo ${word}-$kept\n`);
        await guest.shows('editor', `${word}-42`);
        assert.match(await guest.statusLabel('seat'), /^Jumpseat: at Ann, read-only$/);
        const tabs = guest.page.locator('.part.editor .tab', { hasText: 'Ann' });
        await until('one tab', async () => (await tabs.count()) === 1);
        await same(host, guest);
    };

    await step('a reload of its window', async () => {
        await guest.reload();
        await back('after-reload');
    });

    await step('a killed extension host', async () => {
        await guest.kill();
        await back('after-kill');
    });

    await step('a seat that was given up stays empty', async () => {
        await guest.done('jumpseat.leave');
        await host.guests(0);
        await guest.reload();
        await guest.row('Share').waitFor({ state: 'hidden' });
        await host.guests(0);
        assert.equal(await guest.status('seat').isVisible(), false);
    });
});

scene('a window that is closed for good', ['odd'], async ({ odd, step, ends }) => {
    ends(() => odd.goTo('work'));
    const passes = async (seconds) => {
        odd.server.later(seconds);
        // Whatever comes in lets it see that it is later.
        await odd.evaluate(() => 0);
    };
    /** Goes from what runs here to another folder's window, and waits there for the question. */
    const leaves = async (folder) => {
        await passes(31);
        // Storage is written with a delay, so an older entry of another window may appear first.
        const since = await odd.evaluate(() => Date.now());
        await until('what it shows', async () => {
            const windows = JSON.parse(await odd.kept('jumpseat.jumpseat')).windows ?? {};
            return Object.values(windows).some(({ terminals, at }) => terminals.length > 0 && at >= since);
        });
        await odd.goTo(folder);
        assert.equal(await odd.evaluate((vscode) => vscode.window.terminals.length), 0);
        await until('the question', async () => {
            await passes(40);
            return (await odd.toasts()).length > 0;
        });
    };
    const question = 'A terminal of a window that was closed runs on in the background, and guests see it.';

    await step('what ran there is shown in the next one', async () => {
        await odd.share();
        await odd.type('panel', 'echo left-$((40+2))\n');
        await odd.shows('panel', 'left-42');
        await leaves('other');
        await odd.notified(question, 'Show');
        await odd.shows('panel', 'left-42');
        await odd.guests(0);
    });

    await step('or it is ended', async () => {
        await leaves('third');
        await odd.notified(question, 'End');
        const list = odd.page.locator('.quick-input-widget:visible');
        const nothing = odd.page.locator('.notifications-toasts', { hasText: 'nothing runs in the background' });
        await until('nothing in the background', async () => {
            await odd.command('jumpseat.heldTerminals');
            // Either the list or the notification appears. Escape closes both, so look before pressing it.
            await list.or(nothing).first().waitFor({ timeout: 10_000 });
            if (await nothing.isVisible()) return true;
            await odd.page.keyboard.press('Escape');
            return false;
        });
    });
});
