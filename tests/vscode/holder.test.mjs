// What happens to an editor, or to a relay, interrupts nobody.
import assert from 'node:assert/strict';

import { Cli } from './stand/cli.mjs';
import { scene } from './stand/pair.mjs';
import { until } from './stand/wait.mjs';

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
        host.server.forgetDriver();
        process.kill(host.driver.pid, 'SIGKILL');
        host.driver = await host.server.driver();
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
