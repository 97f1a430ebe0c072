// Pictures of every view in light, dark and high contrast, in target/vscode-pictures, to be looked at; and the names
// that those hear who do not see them.
import assert from 'node:assert/strict';

import { parts } from './harness/links.mjs';
import { scene } from './harness/pair.mjs';
import { pictures, THEMES } from './harness/themes.mjs';
import { until } from './harness/wait.mjs';

/** Where the walkthrough's picture of joining is cut out of the window. */
const TOP = { x: 320, y: 0, width: 760, height: 220 };

/** Every control in a page has a name. */
async function named(frame) {
    const nameless = await frame.locator('button, input, select, [role=log]').evaluateAll((all) => all
        .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim())).map((one) => one.outerHTML));
    assert.deepEqual(nameless, []);
}

scene('pictures and names', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    ends(() => Promise.all([host, guest].map((editor) => editor.set('workbench.colorTheme', THEMES.light))));
    const rows = (editor) => editor.page.locator('[role=treeitem]:visible').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));

    await step('before anything is shared', async () => {
        await Promise.all([host, guest].map((editor) => editor.done('jumpseat.start.focus')));
        await host.command('jumpseat.shareSession');
        await host.offers('Share a new terminal');
        await guest.command('jumpseat.join');
        await guest.page.locator('.quick-input-widget:visible').waitFor();
        await pictures({ host, guest }, '1-start');
        await guest.set('workbench.colorTheme', THEMES.light);
        await guest.page.locator('.quick-input-widget:visible input').first().fill('K7QM-3XTE');
        await guest.picture('walkthrough-join', TOP);
        for (const editor of [host, guest]) await editor.page.keyboard.press('Escape');
        await host.set('workbench.colorTheme', THEMES.light);
        for (const name of ['Share Session…', 'Join Shared Session…']) {
            await host.page.getByRole('button', { name }).first().waitFor();
        }
    });

    await step('shared, with a guest who asks to type', async () => {
        const link = await host.share();
        await guest.join(link);
        await host.guests(1);
        await host.type('panel', "clear; printf '\\033[1;34m~/shop\\033[0m (main)\\n'; for i in 1 2 3; do printf '\\033[32m✔\\033[0m test %s\\n' $i; done; printf '\\033[31m✖\\033[0m test 4: expected 3, got 2\\n'\n");
        await guest.shows('editor', 'test 4');
        await host.shows('panel', '✖ test 4');
        await host.picture('walkthrough-share');
        await guest.type('editor', 'x');
        await guest.notified('Read-only');
        await guest.command('jumpseat.askControl');
        await host.notified('Bo asks to type in your terminal.');
        await host.done('jumpseat.guests.focus');
        await host.named('Bo', /^Bo, asks to type/);
        await pictures({ host, guest }, '2-asked');
        const view = await host.webview('.code');
        await named(view);
        assert.match(await host.statusLabel(), /^Jumpseat: sharing with 1 guest$/);
        assert.match(await guest.statusLabel('seat'), /^Jumpseat: at Ann, asking/);
        await until('the names of the rows', async () => (await rows(host)).some((name) => /, my session [0-9A-Z]{4}-[0-9A-Z]{4}, 1 guest/.test(name)));
    });

    await step('let type', async () => {
        await guest.dismissAll();
        await host.press('Bo', 'Let Type');
        await until('the warning', async () => /someone can type/.test(await host.statusLabel()));
        await guest.type('editor', 'git log --oneline | head -3');
        await host.shows('panel', 'git log');
        await host.set('workbench.colorTheme', THEMES.light);
        await host.picture('walkthrough-steer');
        for (const editor of [host, guest]) await editor.done('jumpseat.guests.focus');
        await pictures({ host, guest }, '3-typing');
        // The typing sign goes by itself; how long it lasted next to the pictures is the machine's business.
        for (const [editor, row] of [[host, /^Bo, can type, safety words/], [guest, /^Bo \(you\), can type/], [guest, /^Ann's session, can type/]]) {
            await until(`a row ${row}`, async () => (await rows(editor)).some((name) => row.test(name)));
        }
    });

    await step('chat', async () => {
        for (const [editor, text] of [[guest, 'The fourth test wants `count`, not `length`.'], [host, 'Go on, it is yours.']]) {
            await editor.done('jumpseat.chat.focus');
            const chat = await editor.webview('#lines > *');
            await chat.locator('#say').fill(text);
            await chat.locator('#say').press('Enter');
            await until('the line', async () => (await chat.locator('#lines').textContent()).includes(text));
            await named(chat);
        }
        await pictures({ host, guest }, '4-chat');
    });

    await step('somebody points', async () => {
        await guest.focus('editor');
        await guest.select('editor', 'test 4');
        await guest.done('jumpseat.lookHere');
        await until('who points', async () => /test 4/.test(await host.statusLabel('pointing')));
        for (const editor of [host, guest]) await editor.done('jumpseat.guests.focus');
        await pictures({ host, guest }, '4-pointing');
        await host.press('Bo', 'Go Where It Is Pointed');
    });

    await step('lists to choose from', async () => {
        await host.command('jumpseat.newInvite');
        await host.offers('To type, for one guest');
        await pictures({ host }, '4-invites');
        await host.page.keyboard.press('Escape');
        await host.command('jumpseat.heldTerminals');
        await host.offers('End everything');
        await pictures({ host }, '4-held');
        await host.page.keyboard.press('Escape');
    });

    await step('over', async () => {
        await host.command('jumpseat.stop');
        await host.page.locator('.monaco-dialog-box').waitFor();
        await pictures({ host }, '5-stop');
        await host.dialog('Stop Sharing');
        await guest.notified('Session ended');
        await pictures({ guest }, '5-ended');
    });

    await step('somebody at the door', async () => {
        await guest.tidy();
        await host.command('jumpseat.shareSession');
        await host.pick('The first guest comes straight in');
        await host.offers('You are asked first');
        const link = await host.link(() => host.pick('Share a new terminal'));
        const { relay, code, token } = parts(link);
        await guest.evaluate((vscode, rest) => {
            void vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(`${vscode.env.uriScheme}://jumpseat.jumpseat/join${rest}`));
        }, `?relay=${encodeURIComponent(relay)}#${code}.${token}`);
        await guest.page.locator('.monaco-dialog-box').waitFor();
        await pictures({ guest }, '6-link');
        await guest.dialog('Join');
        await host.page.locator('.notifications-toasts', { hasText: 'asks to join your session' }).waitFor();
        await host.done('jumpseat.guests.focus');
        await until('the waiting', async () => /waiting to be let in/.test(await guest.statusLabel('seat')));
        await named(await host.webview('.code'));
        await host.named('Bo', /^Bo, asks to join$/);
        await pictures({ host, guest }, '6-door');
        await host.press('Bo', 'Deny');
        await guest.notified('The host did not let you in');
        await pictures({ guest }, '6-denied');
        await host.command('jumpseat.shareSession');
        await host.pick('You are asked first');
        await host.offers('Everyone who has the link comes in');
        await host.pick('Share a new terminal');
        await host.guests(0);
    });

    await step('the walkthrough', async () => {
        await guest.tidy();
        await guest.done('workbench.action.openWalkthrough', 'jumpseat.jumpseat#start');
        await guest.page.locator('.part.editor .getting-started-step, .part.editor .step-list-container').first().waitFor();
        await pictures({ guest }, '7-walkthrough');
    });
});
