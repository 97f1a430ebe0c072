// What a person set becomes the way to a relay, and the shell of a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { holderArguments, holderEnvironment, wayTo, type NetworkSettings } from '../src/model/network';
import { shellStart, type ShellSettings } from '../src/model/shell';

const network: NetworkSettings = { proxy: '', support: 'override', except: [], caFile: '' };
const shell: ShellSettings = { profiles: {}, chosen: null, env: {}, fallback: '/bin/bash', version: '1.110.0' };

test("the proxy is VS Code's, except for what is to be reached directly", () => {
    const proxied = { ...network, proxy: 'http://proxy:3128', except: ['*.lan', 'relay.home'] };
    assert.deepEqual(wayTo('wss://relay.example', network, {}), {});
    assert.deepEqual(wayTo('wss://relay.example:8443', proxied, {}), { proxy: 'http://proxy:3128' });
    for (const relay of ['wss://a.lan', 'wss://relay.home:1', 'ws://x.relay.home']) {
        assert.deepEqual(wayTo(relay, proxied, {}), { proxy: '' }, relay);
    }
    assert.deepEqual(wayTo('wss://notrelay.home', proxied, {}), { proxy: 'http://proxy:3128' });
    assert.deepEqual(wayTo('wss://relay.example', { ...proxied, support: 'off' }, {}), { proxy: '' });
});

test("authorities of one's own reach guests and the holder alike", () => {
    assert.deepEqual(wayTo('wss://r', { ...network, caFile: '/ca.pem' }, { NODE_EXTRA_CA_CERTS: '/other.pem' }), {
        caFile: '/ca.pem',
    });
    assert.deepEqual(wayTo('wss://r', network, { NODE_EXTRA_CA_CERTS: '/other.pem' }), { caFile: '/other.pem' });
    assert.deepEqual(holderEnvironment(network), {}, 'its own environment speaks');
    assert.deepEqual(
        Object.values(holderEnvironment({ ...network, support: 'off', proxy: 'http://p' })).filter(Boolean),
        [],
    );
    const proxied = holderEnvironment({ ...network, proxy: 'http://p:1', except: ['*.lan', 'b'] });
    assert.deepEqual(
        [proxied['all_proxy'], proxied['no_proxy'], proxied['https_proxy']],
        ['http://p:1', '*.lan,b', ''],
    );
    assert.deepEqual(holderArguments(network, {}), ['hold']);
    assert.deepEqual(holderArguments({ ...network, caFile: '/ca.pem' }, {}), ['hold', '--ca-file', '/ca.pem']);
});

test("authorities in place of the system's reach guests and the holder alike", () => {
    const alone = { ...network, caFile: '/ca.pem', instead: '/all.pem' };
    assert.deepEqual(wayTo('wss://r', alone, {}), { caFile: '/all.pem', systemAuthorities: false });
    assert.deepEqual(holderEnvironment({ ...alone, proxy: 'http://p:1' })['SSL_CERT_FILE'], '/all.pem');
    assert.deepEqual(holderArguments(alone, {}), ['hold', '--ca-file', '/ca.pem']);
});

test("a terminal gets the environment of VS Code's own, and none of what its processes say to each other", () => {
    const from = {
        PATH: '/bin',
        HOME: '/home/ada',
        ELECTRON_RUN_AS_NODE: '1',
        VSCODE_PID: '7',
        VSCODE_IPC_HOOK_CLI: '/tmp/cli',
        JUMPSEAT_TOKEN: 'jst1_x',
        NAME: 'kept',
        GONE: 'x',
        NOTHING: undefined,
    };
    const { env, inherit_env } = shellStart(from, { ...shell, env: { GONE: null, MORE: '${env:PATH}:/more' } });
    assert.equal(inherit_env, false);
    assert.deepEqual(env, {
        PATH: '/bin',
        HOME: '/home/ada',
        VSCODE_IPC_HOOK_CLI: '/tmp/cli',
        NAME: 'kept',
        MORE: '/bin:/more',
        TERM: 'xterm-256color',
        COLORTERM: 'truecolor',
        TERM_PROGRAM: 'vscode',
        TERM_PROGRAM_VERSION: '1.110.0',
        VSCODE_SHELL_INTEGRATION: '1',
    });
});

test('its shell is the default profile, with its arguments', () => {
    const command = (settings: Partial<ShellSettings>): string[] => shellStart({}, { ...shell, ...settings }).command;
    const profiles = {
        zsh: { path: 'zsh', args: ['-l'] },
        fish: { path: ['/opt/fish', '/bin/fish'], args: '-i' },
        odd: null,
    };
    assert.deepEqual(command({ profiles, chosen: 'fish' }), ['/opt/fish', '-i']);
    assert.deepEqual(
        command({ profiles, chosen: 'Jumpseat', fallback: '/bin/zsh' }),
        ['/bin/zsh', '-l'],
        'a profile of an extension has no path',
    );
    assert.deepEqual(command({ profiles, fallback: '/bin/bash' }), ['/bin/bash']);
    assert.deepEqual(command({ profiles, fallback: '' }), [], "the person's own");
});
