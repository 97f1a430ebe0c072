// A folder that nobody vouched for: nothing is shared from it or shown in it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Editor } from './harness/editor.mjs';
import { scene } from './harness/pair.mjs';

const settings = {
    'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never',
};

/** The commands that share, as far as they are offered. */
async function sharing(editor) {
    await editor.command('workbench.action.quickOpen', '>Jumpseat: ');
    await editor.offers('Join Shared Session');
    const rows = await editor.page.locator('.quick-input-widget:visible .monaco-list-row').allInnerTexts();
    await editor.page.keyboard.press('Escape');
    return rows.filter((row) => row.includes('Jumpseat: Share'));
}

scene('a folder that is not trusted', ['host'], async ({ host, step, ends }) => {
    const wary = await Editor.start('Wary', { settings, viewport: { width: 1400, height: 900 } });
    ends(() => wary.close());

    await step('shares nothing', async () => {
        assert.equal(await wary.evaluate((vscode) => vscode.workspace.isTrusted), false);
        assert.equal((await sharing(wary)).length, 0);
        assert.ok((await sharing(host)).length > 0, 'a folder that is trusted offers it');
    });

    await step('names no relay', async () => {
        const folder = join(wary.server.run, 'work/.vscode');
        mkdirSync(folder);
        writeFileSync(join(folder, 'settings.json'), JSON.stringify({ 'jumpseat.relay.url': 'ws://127.0.0.1:1', 'editor.tabSize': 3 }));
        const named = await wary.evaluate(async (vscode) => {
            const its = () => vscode.workspace.getConfiguration('editor').get('tabSize') === 3;
            if (!its()) await new Promise((read) => vscode.workspace.onDidChangeConfiguration(() => { if (its()) read(); }));
            return vscode.workspace.getConfiguration('jumpseat').get('relay.url');
        });
        assert.equal(named, '');
    });

    await step('shows no terminal, and says where one is shown', async () => {
        await wary.command('jumpseat.join');
        const opened = wary.page.context().waitForEvent('page');
        assert.match(await wary.dialog('Open Empty Window'), /trusted folders only/);
        const window = await opened;
        assert.equal(new URL(window.url()).searchParams.has('folder'), false);
        await window.close();
    });
});
