// Links that open VS Code: `vscode://jumpseat.jumpseat/join?relay=…#CODE.TOKEN`, as a browser hands them over.
import assert from 'node:assert/strict';

import { parts } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

/** Opens a link as the system does: by the name that this build of VS Code has there. */
async function open(editor, link) {
    await editor.evaluate((vscode, link) => {
        const { uriScheme } = vscode.env;
        void vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(link.replace(/^vscode:/, `${uriScheme}:`)));
    }, link);
}

scene('a link that opens VS Code', ['host', 'guest'], async ({ host, guest, step }) => {
    const link = await host.share();
    const { code, token } = parts(link);
    const box = guest.page.locator('.monaco-dialog-box');

    await step('nobody is taken anywhere unasked', async () => {
        await open(guest, link);
        const text = await guest.dialog('Cancel');
        assert.match(text, new RegExp(`Join the shared terminal ${code}\\?\\s+Relay: ws://127\\.0\\.0\\.1:\\d+`));
        assert.equal(text.includes(token), false, 'and the question does not show the token');
        await host.guests(0);
        assert.equal(await guest.status('seat').isVisible(), false);
    });

    await step('a yes joins', async () => {
        await open(guest, link);
        await guest.dialog('Join');
        await host.guests(1);
        await host.type('panel', 'echo by-link-$((40+2))\n');
        await guest.shows('editor', 'by-link-42');
    });

    await step('one that is cut says so, and asks nothing', async () => {
        await open(guest, link.slice(0, -20));
        await guest.notified('token');
        assert.equal(await box.isVisible(), false);
    });

    await step('one that names no relay says so', async () => {
        await guest.dismissAll();
        await open(guest, `vscode://jumpseat.jumpseat/join#${code}.${token}`);
        await guest.notified('relay');
        await until('no question', async () => !(await box.isVisible()));
        await host.guests(1);
    });
});
