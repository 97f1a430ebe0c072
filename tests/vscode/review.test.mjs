// The pull request of the host's branch and the issue that it is about, from a forge of this machine.
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Forge, GitLab, issue } from './harness/forge.mjs';
import { scene } from './harness/pair.mjs';
import { called, documents, press, row, untilShown } from './harness/panels.mjs';
import { Repository } from './harness/repository.mjs';
import { pictures } from './harness/themes.mjs';
import { until } from './harness/wait.mjs';

const CANARY = 'canary0credential0of0ann';
const BRANCH = 'fix/9-crash';

/** Files of an editor's in which this stands. */
function filesWith(editor, text) {
    const files = globSync(join(editor.server.run, '{data,home,runtime,server.log,work}/**'), { exclude: (name) => name === 'CachedData' });
    return files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file).includes(text));
}

scene('the review and the issue', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    repository.write('src/app.txt', 'one\ntwo\nthree\nfour\n');
    repository.git('commit', '-q', '-a', '-m', 'Count on');
    const forge = await Forge.start('acme/work', BRANCH, repository.git('rev-parse', 'HEAD'), CANARY);
    ends(() => forge.end());
    repository.git('remote', 'add', 'origin', `${forge.address}/acme/work.git`);
    forge.issue = issue(9, 'It crashes', `Counting stops at **three**.\n\n![pixel](${forge.address}/pixel.png)\n\n<img src="${forge.address}/tag.png">`);
    const first = forge.comment('bo', 'Why *four*?', { path: 'src/app.txt', line: 4 });
    forge.comment('ann', 'It comes after three.', { thread: first });
    for (const [name, value] of [['jumpseat.panels.forges', [{ host: '127.0.0.1', kind: 'github', api: forge.api }]], ['github-enterprise.uri', forge.address]]) {
        await host.set(name, value);
        ends(() => host.set(name, undefined));
    }
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);

    await step('what is not for everyone says so, and the host signs in by VS Code’s account', async () => {
        for (const panel of ['Changes', 'Review', 'Issues']) await press(host, `Share ${panel} with guests`);
        await guest.done('jumpseat.review.focus');
        await guest.page.getByText('127.0.0.1 shows this repository only to people who are signed in. Ann has to sign in.').first().waitFor();
        assert.ok(forge.seen.length > 0);
        await guest.picture('panels-review-signed-out');
        await host.picture('panels-share-view-signed-out');
        await press(host, 'Sign In, for Review');
        assert.match(await host.dialog('Allow'), /'Jumpseat' wants to sign in[^]*Guests see the pull request and its issues; they never get the credential\./);
        // The rest is between VS Code and the forge.
        await host.dialog('Continue');
        await row(guest, '#12 Count on').waitFor();
    });

    await step('the request with its checks, and how many threads wait', async () => {
        await row(guest, 'Unresolved, 1').waitFor();
        await row(guest, 'Checks').waitFor();
        await until('the count', async () => /1 unresolved thread/.test(await guest.page.locator('.part.sidebar, .part.activitybar').evaluateAll((all) => all.map((one) => one.outerHTML).join(''))));
    });

    await step('a thread, as a comment at its line in the diff', async () => {
        await row(guest, 'src/app.txt, line 4, bo · 2 comments').click();
        const comment = guest.page.locator('.part.editor .review-widget');
        await comment.getByText('It comes after three.').waitFor();
        assert.match(await comment.innerText(), /Unresolved · read-only[^]*bo[^]*Why four\?[^]*ann[^]*It comes after three\./);
        assert.equal(await comment.locator('textarea, .comment-form').count(), 0, 'nobody answers here');
        const lines = await guest.evaluate((vscode) => vscode.window.activeTextEditor?.selection.active.line);
        assert.equal(lines, 3);
        // A window's first comment has VS Code open its own list of them.
        await guest.page.locator('.part.panel [role=treeitem]', { hasText: 'Ln 4' }).waitFor();
        assert.deepEqual(Object.keys(await documents(guest)).filter((one) => one.includes('app.txt')).sort(), ['changes/0/fork:/src/app.txt', 'changes/0/head:/src/app.txt']);
    });

    await step('what is said next, and that a thread is settled', async () => {
        let thread;
        for (const [nth, text] of ['And five?', 'And six?', 'And seven?'].entries()) {
            // Nobody answers while the last answer is still being drawn.
            await guest.rests();
            const began = Date.now();
            const seen = [guest.appears(called(`src/app.txt, line 2, cy · ${nth + 1} comment`)), guest.appears('.part.editor .review-widget', text)];
            thread = forge.comment('cy', text, { path: 'src/app.txt', line: 2, thread });
            const [listed, there] = await Promise.all(seen);
            console.log(`# a review comment is listed after ${listed - began} ms, at its line after ${there - began}`);
        }
        first.resolved = true;
        forge.comment('ann', 'Settled.', { thread: first });
        await row(guest, 'Resolved, 1').waitFor();
        await pictures({ guest }, 'panels-review');
    });

    await step('the issue as a page that loads nothing', async () => {
        await guest.done('jumpseat.issues.focus');
        await row(guest, '#9 It crashes').click();
        const page = await guest.webview('h1:has-text("It crashes")');
        assert.equal(await page.locator('strong', { hasText: 'three' }).count(), 1);
        assert.deepEqual(await page.locator('img').evaluateAll((all) => all.map((one) => one.src)), []);
        await pictures({ guest }, 'panels-issue');
        assert.deepEqual(forge.seen.filter((path) => path.endsWith('.png')), []);
    });

    await step('signed out, the forge is asked as nobody', async () => {
        await host.command('_signOutOfAccount', { providerId: 'github-enterprise', accountLabel: 'ann' });
        await host.dialog('Sign Out');
        await guest.done('jumpseat.review.focus');
        await guest.page.getByText('Ann has to sign in.').first().waitFor();
    });

    await step('the credential is nowhere', () => {
        assert.deepEqual([...filesWith(host, CANARY), ...filesWith(guest, CANARY)], []);
        const argv = globSync('/proc/[0-9]*/cmdline').map((file) => { try { return readFileSync(file, 'latin1'); } catch { return ''; } });
        assert.ok(argv.every((one) => !one.includes(CANARY)));
    });
});

scene('a merge request at GitLab', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    repository.write('src/app.txt', 'one\ntwo\nthree\nfour\n');
    repository.git('commit', '-q', '-a', '-m', 'Count on');
    const forge = await GitLab.start('acme/work', BRANCH, repository.git('rev-parse', 'HEAD'), CANARY);
    ends(() => forge.end());
    repository.git('remote', 'add', 'origin', `${forge.address}/acme/work.git`);
    const first = forge.comment('bo', 'Why *four*?', { path: 'src/app.txt', line: 4 });
    await host.set('jumpseat.panels.forges', [{ host: '127.0.0.1', kind: 'gitlab', api: forge.api }]);
    ends(() => host.set('jumpseat.panels.forges', undefined));
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);

    await step('is read by a token that its person types', async () => {
        for (const panel of ['Changes', 'Review']) await press(host, `Share ${panel} with guests`);
        await guest.done('jumpseat.review.focus');
        await guest.page.getByText('Ann has to sign in.').first().waitFor();
        await press(host, 'Sign In, for Review');
        await host.answer('An access token of yours that may read.', CANARY);
        await row(guest, '#12 Count on').waitFor();
    });

    await step('its thread stands at its line', async () => {
        await row(guest, 'src/app.txt, line 4, bo · 1 comment').click();
        await guest.page.locator('.part.editor .review-widget').getByText('Why four?').waitFor();
        assert.equal(await guest.evaluate((vscode) => vscode.window.activeTextEditor?.selection.active.line), 3);
        await guest.picture('panels-review-gitlab');
    });

    await step('and what is said next comes soon', async () => {
        const time = await untilShown(guest, () => forge.comment('ann', 'It comes after three.', { thread: first }), called('src/app.txt, line 4, bo · 2 comments'));
        console.log(`# a comment on a merge request is seen after ${time} ms`);
    });

    await step('the credential is nowhere', () => {
        assert.deepEqual([...filesWith(host, CANARY), ...filesWith(guest, CANARY)], []);
    });
});
