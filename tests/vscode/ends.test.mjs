// How a session ends: guests read why, what they saw stays, and nothing is left behind.
import assert from 'node:assert/strict';

import { Cli } from './harness/cli.mjs';
import { scene } from './harness/pair.mjs';

/** Shares, seats the guest, ends it by `act`; the guest then reads `why`. */
async function end({ host, guest, step }, cause, act, why) {
    await step(cause, async () => {
        const link = await host.share();
        await guest.join(link);
        await host.guests(1);
        await host.type('panel', 'echo kept-$((40+2))\n');
        await guest.shows('editor', 'kept-42');
        await act(link);
        await guest.shows('editor', `Session ended: ${why}.`);
        await guest.shows('editor', 'kept-42');
        await guest.notified(`Session ended: ${why}.`);
        await host.status().waitFor({ state: 'hidden' });
        await guest.status('seat').waitFor({ state: 'hidden' });
        await guest.type('editor', 'x');
        assert.equal((await guest.toasts()).length, 1, 'and nothing more is said');
        await Promise.all([host.tidy(), guest.tidy()]);
    });
}

scene('ends by the host', ['host', 'guest'], async (cast) => {
    const { host } = cast;
    await end(cast, 'stop, asked once because a guest is there', async () => {
        await host.command('jumpseat.stop');
        assert.match(await host.dialog('Stop Sharing'), /1 guest is watching/);
    }, 'the host stopped sharing');
    await end(cast, 'stop all', async () => {
        await host.command('jumpseat.stopAll');
        await host.dialog('Stop All');
    }, 'the host stopped sharing');
    await end(cast, 'the shell ends', () => host.type('panel', 'exit\n'), 'its program ended');
    await end(cast, 'the terminal is closed', () => host.done('workbench.action.terminal.kill'), 'its program ended');
});

scene('the end of its time', ['host', 'guest'], async (cast) => {
    const { host, ends } = cast;
    const relay = await Cli.relay(host.env, '--listen', '127.0.0.1:0', '--set', 'timeouts.session=8');
    ends(() => relay.end('SIGKILL'));
    await host.set('jumpseat.relay.url', relay.url);
    ends(() => host.set('jumpseat.relay.url', undefined));
    await end(cast, 'its time is over, here after eight seconds instead of a day', () => {}, 'its 24 hours were over');
});
