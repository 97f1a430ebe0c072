// What guests see next to the terminal, in a real repository: what the host does shows within a second.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, globSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

import { Editor } from './harness/editor.mjs';
import { scene } from './harness/pair.mjs';
import { called, documents, press, row, untilShown } from './harness/panels.mjs';
import { Repository } from './harness/repository.mjs';
import { pictures } from './harness/themes.mjs';
import { until } from './harness/wait.mjs';

/**
 * From what the host does to what the guest sees, in milliseconds: of half of what is tried here. Two VS Codes alone keep each
 * core twice busy; with more around them each thing takes its share.
 */
const SOON = 1000;
const crowded = () => Math.max(1, loadavg()[0] / availableParallelism() / 2);

const activeTab = (editor) => editor.evaluate((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label);

scene('what is shared next to the terminal', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);
    const times = {};
    /** The guest sees it soon after the host did it. */
    const soon = async (what, act, selector, text) => { times[what] = await untilShown(guest, act, selector, text); };
    const edited = 'app.txt, src, Not staged, Modified';

    await step('what is not shared says so, and is shared by a press', async () => {
        await guest.done('jumpseat.changes.focus');
        await guest.page.getByText('The host does not share changes.').waitFor();
        await guest.picture('panels-not-shared');
        await press(host, 'Share Changes with guests');
        await row(guest, 'work: fix/9-crash').waitFor();
        await host.picture('panels-share-view');
    });

    await step('an edit, its diff, and the next edit in the open diff', async () => {
        await soon('an edit', () => appendFileSync(repository.path('src/app.txt'), 'four\n'), called(edited));
        await row(guest, edited).click();
        await until('both sides', async () => {
            const open = await documents(guest);
            return open['changes/0/index:/src/app.txt'] === 'one\ntwo\nthree\n' && open['changes/0/worktree:/src/app.txt'] === 'one\ntwo\nthree\nfour\n' || Promise.reject(new Error(JSON.stringify(open)));
        });
        assert.match(await activeTab(guest), /^app\.txt \(Not staged, Ann\)/);
        // The first diff of a window has VS Code load what compares.
        await guest.page.locator('.part.editor .line-insert').first().waitFor();
        await soon('an edit of what is open', () => appendFileSync(repository.path('src/app.txt'), 'five\n'), '.part.editor .view-line', 'five');
        await guest.picture('panels-diff');
    });

    await step('it cannot be written', async () => {
        const refused = await guest.evaluate(async (vscode) => {
            const { uri } = vscode.workspace.textDocuments.find((one) => one.uri.query === 'changes/0/worktree');
            try {
                await vscode.workspace.fs.writeFile(uri, new Uint8Array());
                return 'written';
            } catch (error) {
                return error.code ?? String(error);
            }
        });
        assert.match(refused, /NoPermissions/);
    });

    await step('staging, a new file, all changes at once', async () => {
        await soon('staging', () => repository.git('add', 'src/app.txt'), called('app.txt, src, Staged, Modified'));
        await soon('a new file', () => repository.write('notes.txt', 'remember\n'), called('notes.txt, Untracked'));
        await row(guest, 'Staged Changes').hover();
        await row(guest, 'Staged Changes').getByRole('button', { name: 'Open All Changes' }).click();
        await until('the diffs', async () => (await activeTab(guest)) === 'Staged Changes of Ann (1 file)' || Promise.reject(new Error(await activeTab(guest))));
        await guest.page.locator('.multiDiffEntry .view-line', { hasText: 'five' }).first().waitFor();
        await guest.picture('panels-all-changes');
    });

    await step('a commit', async () => {
        await soon('a commit', () => repository.git('commit', '-q', '-m', 'Count on'), called('Commits'));
        await row(guest, 'app.txt, src, Staged').waitFor({ state: 'detached' });
        await row(guest, 'Branch since main').waitFor();
    });

    await step('a command that fails, and what it printed', async () => {
        await host.type('panel', 'ls /nowhere-$((40+2))');
        await soon('a failing command', () => host.page.keyboard.press('Enter'), called('ls /nowhere-$((40+2)), failed with exit code 2'));
        await row(guest, 'ls /nowhere').click();
        await until('its output', async () => Object.entries(await documents(guest)).some(([path, text]) => path.startsWith('history/') && text.includes("cannot access '/nowhere-42'")));
        await guest.picture('panels-history');
        await row(guest, 'ls /nowhere').hover();
        await row(guest, 'ls /nowhere').getByRole('button', { name: 'Show in Terminal' }).click();
        await guest.shows('editor', 'nowhere-42');
    });

    await step('what the editor finds', async () => {
        await press(host, 'Share Findings with guests');
        await guest.done('jumpseat.findings.focus');
        const find = () => host.evaluate((vscode, path) => {
            const at = new vscode.Range(1, 0, 1, 3);
            const problem = new vscode.Diagnostic(at, 'two is too many', vscode.DiagnosticSeverity.Warning);
            Object.assign(problem, { source: 'counter', code: 'no-two' });
            (globalThis.found ??= vscode.languages.createDiagnosticCollection('counter')).set(vscode.Uri.file(path), [problem]);
        }, repository.path('src/app.txt'));
        ends(() => host.evaluate(() => { globalThis.found?.clear(); }));
        await soon('a diagnostic', find, called('warning, two is too many, src/app.txt, line 2'));
        const problems = await guest.evaluate((vscode) => vscode.languages.getDiagnostics().filter(([uri]) => uri.scheme === 'jumpseat')
            .flatMap(([uri, all]) => all.map(({ message, range, source }) => [uri.query + uri.path, message, range.start.line, source])));
        assert.deepEqual(problems, [['changes/0/head/src/app.txt', 'two is too many', 1, 'counter']]);
        await row(guest, 'warning, two is too many').click();
        await until('its place', async () => (await guest.evaluate((vscode) => vscode.window.activeTextEditor?.selection.start.line)) === 1);
        await guest.done('workbench.actions.view.problems');
        await guest.page.locator('.markers-panel [role=treeitem]', { hasText: 'two is too many' }).first().waitFor();
        await guest.picture('panels-findings');
    });

    await step('the log', async () => {
        await guest.done('jumpseat.showSharedLog');
        const told = () => globSync(join(guest.server.run, 'data/logs/*/exthost*/jumpseat.jumpseat/Shared by Ann*.log')).map((file) => readFileSync(file, 'utf8')).join('');
        await until('what happened', () => (/\[info\] .* Bo joined as viewer/.test(told()) && /\[warning\] .*ls \/nowhere.*exit code 2/.test(told())) || Promise.reject(new Error(told())));
        // The Output draws what is written later, and the colours of levels later still.
        await guest.page.locator('.part.panel .view-line span', { hasText: /^\[warning\]$/ }).first().waitFor();
        await guest.picture('panels-log');
    });

    await step('the host sees what they see', async () => {
        await press(host, 'Preview Changes as guests see it');
        const seen = () => host.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText());
        await until('the preview', async () => /Changes, shared by Ann: as guests see it, read-only\n\nwork: fix\/9-crash[^]*notes\.txt/.test(await seen()) || Promise.reject(new Error(await seen())));
        rmSync(repository.path('notes.txt'));
        await until('the preview again', async () => !(await seen()).includes('notes.txt'));
        await host.picture('panels-preview');
    });

    await step('shared no longer, nothing of it is left', async () => {
        await press(host, 'Share Changes no longer');
        await guest.done('jumpseat.changes.focus');
        await guest.page.getByText('The host does not share changes.').waitFor();
        const read = await guest.evaluate(async (vscode) => {
            const { uri } = vscode.workspace.textDocuments.find((one) => one.uri.query.startsWith('changes/'));
            return vscode.workspace.fs.readFile(uri).then(() => 'read', (error) => error.code);
        });
        assert.equal(read, 'FileNotFound');
    });

    await step('and all of it was soon', () => {
        const all = Object.values(times).sort((one, other) => one - other);
        console.log(`# seen after, in milliseconds: ${JSON.stringify(times)}`);
        assert.ok(all[Math.floor(all.length / 2)] < SOON * crowded(), JSON.stringify(times));
    });
});

scene('every view says whose it is, that it is read-only, and what is not there', ['host', 'guest'], async ({ host, guest, step }) => {
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);
    const views = {
        Changes: ['changes', 'The host does not share changes.', 'There is no Git repository in the host\'s folder.'],
        History: ['history', 'The host does not share the history of commands.', 'No commands yet'],
        Review: ['review', 'The host does not share the review.', 'There is no Git repository here.'],
        Issues: ['issues', 'The host does not share issues.', 'There is no Git repository here.'],
        Findings: ['findings', 'The host does not share findings.', 'No findings in the host\'s folder'],
    };
    const title = (name) => guest.page.locator(`.pane-header[aria-label^="${name}"]`).first();

    await step('not shared', async () => {
        await press(host, 'Share History no longer');
        for (const [name, [view, unshared]] of Object.entries(views)) {
            await guest.done(`jumpseat.${view}.focus`);
            await guest.page.getByText(unshared).first().waitFor();
            assert.match(await title(name).innerText(), /Ann · read-only/);
        }
    });

    await step('shared, and nothing there', async () => {
        for (const [name, [view, , empty]] of Object.entries(views)) {
            await press(host, `Share ${name} with guests`);
            await guest.done(`jumpseat.${view}.focus`);
            await guest.page.getByText(empty).first().waitFor();
            // What could not be asked for has no age.
            const age = empty.startsWith('There is no Git') ? /Ann · read-only/ : /Ann · read-only · just now/;
            await until(`the age of ${name}`, async () => age.test(await title(name).innerText()));
        }
        await pictures({ guest }, 'panels-empty');
    });
});

scene('a host without git', ['guest'], async ({ guest, step, ends }) => {
    const host = await Editor.start('Di', { without: ['git'] });
    ends(() => host.close());
    execFileSync('git', ['init', '-q', join(host.server.run, 'work')]);
    await guest.join(await host.share());
    await host.guests(1);

    await step('guests read why', async () => {
        await press(host, 'Share Changes with guests');
        await guest.done('jumpseat.changes.focus');
        await guest.page.getByText('The git program is not installed. Di has to install git.').first().waitFor();
        await host.picture('panels-share-view-git');
    });

    await step('and the host is shown where git is to be had', async () => {
        await press(host, 'Install Git, for Changes');
        assert.match(await host.dialog('Cancel'), /git-scm\.com\/downloads/);
    });
});
