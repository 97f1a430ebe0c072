// What goes wrong is said once, in plain words, with a button that does what it says.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli } from './harness/cli.mjs';
import { linkTo, parts } from './harness/links.mjs';
import { strangeRelay } from './harness/faulty_peers.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

/** The settings are open, at this one. */
async function setting(editor, name) {
    await editor.page.locator('.settings-editor .setting-item-label', { hasText: name }).first().waitFor();
    await editor.done('workbench.action.closeAllEditors');
}

scene('a guest who cannot join', ['guest'], async ({ guest, step, ends }) => {
    const relay = async (...set) => {
        const one = await Cli.relay(guest.env, '--listen', '127.0.0.1:0', ...set.flatMap((setting) => ['--set', setting]));
        ends(() => one.end('SIGKILL'));
        return one;
    };
    const shared = async (...options) => {
        const host = Cli.share(guest.env, 'Ann', ['bash', '--norc'], ...options);
        ends(() => host.end('SIGKILL'));
        const [, link] = await host.event(/"link":"([^"]+)"/);
        return { host, link, parts: parts(link) };
    };
    const seated = async (link) => {
        const one = Cli.join(guest.env, link, 'Cy');
        ends(() => one.end('SIGKILL'));
        await one.event(/"type":"joined"/);
    };
    /** Joins, reads this and nothing else, and presses the button. */
    const says = async (link, text, button) => {
        await guest.dismissAll();
        await guest.join(link);
        await guest.notified(text);
        assert.equal((await guest.toasts()).length, 1, 'one notification');
        await guest.status('seat').waitFor({ state: 'hidden' });
        await guest.notified(text, button);
        await until('its answer', async () => (await guest.toasts()).every((toast) => !toast.includes(text)));
    };
    const again = async (link, text) => {
        await says(link, text, 'Try Again');
        await guest.asked('The link, or the code');
    };
    const { parts: { relay: at, code, token } } = await shared();

    await step('a relay that cannot be reached', () => again(
        linkTo({ relay: 'ws://127.0.0.1:9', code, token }), 'The relay ws://127.0.0.1:9 cannot be reached',
    ));
    await step('a wrong code', () => again(
        linkTo({ relay: at, code: '0000-0000', token }), 'The relay turned you away: no such session. Check the code; the session may have ended',
    ));
    await step('a wrong token', () => again(
        linkTo({ relay: at, code, token: `jst1_${'A'.repeat(64)}` }), 'The token belongs to another session than the code. Copy both from the same invite; if they are, somebody answers in the host\'s place.',
    ));
    await step('a token that is used up', async () => {
        const { link } = await shared('--max-uses', '1');
        await seated(link);
        await again(link, 'This invite\'s seats are taken. Ask the host for a new invite.');
    });
    await step('an invite whose time is over', async () => {
        const { link, host } = await shared('--expires', '1s');
        const began = Date.now();
        await host.event(/"link"/);
        await until('its second', () => Date.now() - began > 1000);
        await again(link, 'This invite has expired. Ask the host for a new invite.');
    });
    await step('a full session', async () => {
        const small = await relay('limits.guests=1');
        const { link } = await shared('--relay', small.url, '--admission', 'open');
        await seated(link);
        await again(link, 'Ask the host to free');
    });
    await step('an expired session', async () => {
        const short = await relay('timeouts.session=3');
        const { link, host } = await shared('--relay', short.url);
        await host.event(/"expired"/);
        await again(link, 'The relay turned you away: no such session.');
    });
    await step('a relay of another version', async () => {
        const strange = await strangeRelay();
        ends(strange.end);
        await says(
            linkTo({ relay: `ws://127.0.0.1:${strange.port}`, code, token }),
            'The relay turned you away: protocol version not spoken here. Update Jumpseat at both ends and at the relay.', 'Check for Updates',
        );
        assert.match(await guest.dialog('OK'), /All extensions are up to date/);
    });
    await step('something that is no relay', async () => {
        await says(`http://127.0.0.1:${guest.server.port}/j#${code}.${token}`, 'The relay broke the protocol.', 'Check for Updates');
        await guest.dialog('OK');
    });
    await step('something that is no link', async () => {
        await guest.dismissAll();
        await guest.command('jumpseat.join');
        const box = guest.page.locator('.quick-input-widget:visible');
        await box.locator('input:visible').first().fill('https://example.com/#nothing');
        await until('the reason', async () => (await box.innerText()).includes('Not an invite link: it is not a Jumpseat address.'));
        await guest.page.keyboard.press('Escape');
    });
});

scene('a host who cannot share', ['host'], async ({ host, step, ends }) => {
    ends(() => host.set('jumpseat.relay.url', undefined));
    const says = async (relay, text, button) => {
        await host.dismissAll();
        await host.set('jumpseat.relay.url', relay);
        await host.command('jumpseat.shareNewTerminal');
        await host.notified(text);
        assert.equal((await host.toasts()).length, 1, 'one notification');
        assert.equal(await host.status().isVisible(), false);
        return () => host.notified(text, button);
    };

    await step('a relay that cannot be reached; trying again shares once it can be', async () => {
        const press = await says('ws://127.0.0.1:9', 'The relay ws://127.0.0.1:9 cannot be reached', 'Try Again');
        await host.set('jumpseat.relay.url', undefined);
        await host.link(press);
        await host.guests(0);
        await host.done('jumpseat.stop');
        await host.status().waitFor({ state: 'hidden' });
    });

    await step('an address that is none', async () => {
        const press = await says('wss://', 'relay', 'Open Settings');
        await press();
        await setting(host, 'Url');
    });

    await step('a relay that has no room', async () => {
        const full = await Cli.relay(host.env, '--listen', '127.0.0.1:0', '--set', 'limits.rooms=0');
        ends(() => full.end('SIGKILL'));
        const press = await says(full.url, 'The relay refused the session: ', 'Try Again');
        await host.set('jumpseat.relay.url', undefined);
        await host.link(press);
        await host.done('jumpseat.stop');
        await host.status().waitFor({ state: 'hidden' });
    });

    await step('a background process that was killed', async () => {
        await host.share();
        for (const pid of host.server.ours('hold')) process.kill(pid, 'SIGKILL');
        await host.notified('The background process with your terminals is gone. New ones work; the log may say why.', 'Show Log');
        await host.page.locator('.part.panel .output-view, .part.panel [id="workbench.panel.output"]').first().waitFor();
        await host.status().waitFor({ state: 'hidden' });
        await host.dismissAll();
        await host.share();
        await host.guests(0);
    });
});

scene('a native part that is missing, or another’s', ['odd'], async ({ odd, step }) => {
    const dist = join(odd.server.installed, 'dist');
    const here = `linux-${process.arch}`;
    const module = `native/jumpseat.${here}-gnu.node`;
    const says = async (text, command) => {
        await odd.dismissAll();
        await odd.command(command);
        if (command === 'jumpseat.join') await odd.answer('The link, or the code', `http://127.0.0.1:9/j#K7QM-3XTE.jst1_${'A'.repeat(64)}`);
        await odd.notified(text);
        assert.equal((await odd.toasts()).length, 1, 'one notification');
        await odd.notified(text, 'Show Extension');
        await odd.page.locator('.part.editor .extension-editor', { hasText: 'jumpseat.jumpseat' }).waitFor();
        await odd.done('workbench.action.closeAllEditors');
    };
    /** Puts a part away while `act` runs. */
    const without = async (part, act, instead = `${part}.away`) => {
        renameSync(join(dist, part), join(dist, instead));
        try {
            await act();
        } finally {
            renameSync(join(dist, instead), join(dist, part));
        }
    };
    await step('no program', () => without('bin/jumpseat', () => says(
        `Jumpseat was installed without the part for this platform. Install the Jumpseat extension for ${here}`, 'jumpseat.shareNewTerminal',
    )));
    await step('no module', () => without(module, () => says(`Jumpseat's native module for ${here}-gnu is missing.`, 'jumpseat.join')));
    await step('a module for another platform', () => without(module, () => says(
        `This build of Jumpseat is for darwin-x64, and this is ${here}-gnu.`, 'jumpseat.join',
    ), 'native/jumpseat.darwin-x64.node'));
    await step('a module that does not load', () => without(module, async () => {
        writeFileSync(join(dist, module), 'no library');
        chmodSync(join(dist, module), 0o755);
        await says(`Jumpseat's native module for ${here}-gnu cannot be loaded: `, 'jumpseat.shareNewTerminal');
    }));
    await step('a module of another version', async () => {
        const card = join(dist, 'native/package.json');
        const before = readFileSync(card, 'utf8');
        writeFileSync(card, before.replace(/"version": "[^"]+"/, '"version": "9.9.9"'));
        await says('This is Jumpseat 9.9.9, its native module is 0.1.0. Install the extension again.', 'jumpseat.join');
        writeFileSync(card, before);
    });
    await step('as it should be, it works', async () => {
        await odd.reload();
        await odd.share();
        await odd.guests(0);
    });
});

scene('a relay that is gone for good', ['host', 'odd'], async ({ host, odd, step, ends }) => {
    const relay = await Cli.relay(host.env, '--listen', '127.0.0.1:0');
    ends(() => relay.end('SIGKILL'));
    await host.set('jumpseat.relay.url', relay.url);
    ends(() => host.set('jumpseat.relay.url', undefined));
    const link = await host.share();
    await odd.join(link);
    await host.guests(1);
    await host.type('panel', 'echo kept-$((40+2))\n');
    await odd.shows('editor', 'kept-42');

    await step('both see that it is away, and the host’s shell goes on', async () => {
        await relay.end('SIGKILL');
        await host.done('jumpseat.sessions.focus');
        await host.named(parts(link).code, /reconnecting/);
        await until('the guest’s view of it', async () => /read-only, reconnecting$/.test(await odd.statusLabel('seat')));
        await odd.done('jumpseat.sessions.focus');
        await odd.named('Ann\'s session', /^Ann's session, reconnecting/);
        await host.type('panel', 'echo on-$((40+2))\n');
        await host.shows('panel', 'on-42');
    });

    await step('after ten minutes the guest’s session has ended', async () => {
        odd.server.later(11 * 60);
        await odd.shows('editor', 'Session ended: the relay was gone for too long.', 60_000);
        await odd.shows('editor', 'kept-42');
        await odd.notified('Session ended: the relay was gone for too long.');
        await odd.status('seat').waitFor({ state: 'hidden' });
        await odd.type('editor', 'x');
        assert.equal((await odd.toasts()).length, 1, 'and nothing more is said');
    });

    await step('the host stops by itself, and its shell goes on', async () => {
        await host.command('jumpseat.stop');
        await host.dialog('Stop Sharing');
        await host.status().waitFor({ state: 'hidden' });
        await host.type('panel', 'echo still-$((40+2))\n');
        await host.shows('panel', 'still-42');
    });
});
