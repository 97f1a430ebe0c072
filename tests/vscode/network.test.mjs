// The way to a relay: certificates and proxies, as VS Code's own settings say.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Cli } from './harness/cli.mjs';
import { linkTo, parts } from './harness/links.mjs';
import { certificates, proxy } from './harness/faulty_peers.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

scene('a relay behind TLS and a proxy', ['odd'], async ({ odd, step, ends }) => {
    const folder = mkdtempSync(join(tmpdir(), 'js-tls-'));
    ends(() => rmSync(folder, { recursive: true }));
    const { authority, certificate, key } = certificates(folder);
    const relay = await Cli.relay(odd.env, '--listen', '127.0.0.1:0', '--tls-cert', certificate, '--tls-key', key);
    ends(() => relay.end('SIGKILL'));
    const { port } = new URL(relay.url);
    const host = Cli.share(odd.env, 'Ann', ['bash', '--norc'], '--relay', `wss://localhost:${port}`, '--ca-file', authority, '--admission', 'open');
    ends(() => host.end('SIGKILL'));
    const [, code, token] = await host.event(/"link":"[^#]+#([^."]+)\.([^"]+)"/);
    const at = (name) => linkTo({ relay: `wss://${name}:${port}`, code, token });
    const way = await proxy(port);
    ends(way.end);
    // VS Code sends requests of its own through the proxy, when it likes: they are not this relay's.
    const asked = () => way.asked.filter((address) => address.startsWith('relay.test:'));
    const once = [`relay.test:${port}`];

    const set = async (settings) => {
        for (const [name, value] of Object.entries(settings)) {
            await odd.set(name, value);
            ends(() => odd.set(name, undefined));
        }
    };
    const joins = async (link) => {
        await odd.dismissAll();
        await odd.join(link);
        await until('a seat', async () => (await odd.status('seat').isVisible()) && /read-only$/.test(await odd.statusLabel('seat')));
        await odd.done('jumpseat.leave');
        await odd.status('seat').waitFor({ state: 'hidden' });
    };
    const fails = async (link, text, button, shown) => {
        await odd.dismissAll();
        await odd.join(link);
        await odd.notified(text);
        assert.equal((await odd.toasts()).length, 1, 'one notification');
        await odd.notified(text, button);
        await shown();
    };
    const setting = (name) => async () => {
        await odd.page.locator('.settings-editor .setting-item-label', { hasText: name }).first().waitFor();
        await odd.done('workbench.action.closeAllEditors');
    };
    const again = () => odd.asked('The link, or the code');
    const unknown = 'localhost does not prove who it is';

    await step('a certificate that nobody vouches for', () => fails(at('localhost'), unknown, 'Open Settings', setting('Ca File')));
    await step('one’s own authority', async () => {
        await set({ 'jumpseat.relay.caFile': authority });
        await joins(at('localhost'));
    });
    await step('a file without certificates', async () => {
        writeFileSync(join(folder, 'empty.pem'), '');
        await set({ 'jumpseat.relay.caFile': join(folder, 'empty.pem') });
        await fails(at('localhost'), ': there is no certificate in it.', 'Open Settings', setting('Ca File'));
        await set({ 'jumpseat.relay.caFile': undefined });
    });
    await step('the system’s authorities, unless VS Code is told not to take them', async () => {
        copyFileSync(authority, odd.server.authorities);
        ends(() => writeFileSync(odd.server.authorities, ''));
        await joins(at('localhost'));
        await set({ 'http.systemCertificates': false });
        await fails(at('localhost'), unknown, 'Open Settings', setting('Ca File'));
        await set({ 'jumpseat.relay.caFile': authority });
        await joins(at('localhost'));
        await set({ 'http.systemCertificates': undefined, 'jumpseat.relay.caFile': undefined });
    });
    await step('a proxy: only it knows this relay', async () => {
        await fails(at('relay.test'), 'cannot be reached', 'Try Again', again);
        await set({ 'http.proxy': `http://127.0.0.1:${way.port}` });
        await joins(at('relay.test'));
        assert.deepEqual(asked(), once);
    });
    await step('what is to be reached without it', async () => {
        await set({ 'http.noProxy': ['relay.test'] });
        await fails(at('relay.test'), 'cannot be reached', 'Try Again', again);
        await set({ 'http.noProxy': undefined, 'http.proxySupport': 'off' });
        await fails(at('relay.test'), 'cannot be reached', 'Try Again', again);
        await set({ 'http.proxySupport': undefined });
        assert.deepEqual(asked(), once, 'the proxy was not asked again');
    });
    await step('a host shares through it, too', async () => {
        await set({ 'jumpseat.relay.url': `wss://relay.test:${port}` });
        const link = await odd.share();
        assert.equal(parts(link).relay, `wss://relay.test:${port}`);
        assert.deepEqual(asked(), [...once, ...once]);
        const guest = Cli.join(odd.env, link.replace('relay.test', 'localhost'), 'Cy', '--ca-file', authority, '--until', 'through-42');
        ends(() => guest.end('SIGKILL'));
        await odd.guests(1);
        await odd.type('panel', 'echo through-$((40+2))\n');
        assert.equal(await guest.exit(), 0, guest.told);
        await odd.tidy();
        await set({ 'jumpseat.relay.url': undefined });
    });
    await step('a proxy that is not there', async () => {
        await set({ 'http.proxy': 'http://127.0.0.1:9' });
        await fails(at('relay.test'), 'The proxy 127.0.0.1:9', 'Open Settings', setting('Proxy'));
    });
});
