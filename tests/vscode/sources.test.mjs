// Where panels come from, when that fails, is large, or is more than one host's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

import { Cli } from './harness/cli.mjs';
import { scene } from './harness/pair.mjs';
import { documents, press, row } from './harness/panels.mjs';
import { Repository } from './harness/repository.mjs';
import { pictures } from './harness/themes.mjs';
import { until } from './harness/wait.mjs';
import { Throttle } from './harness/throttle.mjs';

/** Somebody who is not here. */
const NOBODY = '65534';

scene('a folder of somebody else’s is trusted by its host', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    const owner = (of) => execFileSync('chown', ['-R', of, repository.folder]);
    owner(NOBODY);
    ends(() => owner(String(process.getuid())));
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);

    await step('guests read why, the host what helps', async () => {
        await press(host, 'Share Changes with guests');
        await guest.done('jumpseat.changes.focus');
        await guest.page.getByText('Git does not trust this folder, which belongs to somebody else. Ann has to trust the folder.').first().waitFor();
        await host.picture('panels-share-view-trust');
    });

    await step('trusted', async () => {
        await press(host, 'Trust Folder, for Changes');
        assert.match(await host.dialog('Trust'), /yours to trust\?[^]*git config --global --add safe\.directory/);
        await row(guest, 'work: fix/9-crash').waitFor();
    });
});

scene('a large file is fetched with progress, and given up', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    const noise = randomBytes(3 * 1024 * 1024).toString('base64').replace(/.{76}/g, '$&\n');
    repository.write('notes.txt', noise);
    const throttle = await Throttle.before(await host.share());
    ends(() => throttle.end());
    await guest.join(throttle.link);
    await host.guests(1);
    await press(host, 'Share Changes with guests');
    await guest.done('jumpseat.changes.focus');
    await row(guest, 'notes.txt, Untracked').waitFor();
    const fetching = guest.page.locator('.notifications-toasts .notification-list-item', { hasText: 'Jumpseat: fetching notes.txt (4.1 MB)' });

    await step('progress, and a way out', async () => {
        throttle.close(512 * 1024);
        await row(guest, 'notes.txt, Untracked').click();
        await fetching.waitFor();
        await guest.picture('panels-fetching');
        await fetching.getByRole('button', { name: 'Cancel' }).click();
        await fetching.waitFor({ state: 'detached' });
        throttle.release();
    });

    await step('asked for again, all of it comes', async () => {
        await guest.done('workbench.action.closeActiveEditor');
        await row(guest, 'notes.txt, Untracked').click();
        await until('the whole', async () => (await documents(guest))['changes/0/worktree:/notes.txt'] === noise);
    });
});

scene('several hosts at once', ['host', 'guest'], async ({ host, guest, step, ends }) => {
    const repository = new Repository(host);
    ends(() => repository.end());
    const link = await host.share();
    await guest.join(link);
    await host.guests(1);
    await press(host, 'Share Changes with guests');
    const other = Cli.share(guest.env, 'Cy');
    ends(() => other.end('SIGKILL'));
    const [, second] = await other.event(/"link":"([^"]+)"/);

    await step('each has its own part, and says what it shares', async () => {
        await guest.join(second);
        await guest.done('jumpseat.changes.focus');
        await row(guest, 'Shared by Ann').waitFor();
        await row(guest, 'Shared by Cy, not shared').waitFor();
        repository.write('notes.txt', 'remember\n');
        await row(guest, 'notes.txt, Untracked').waitFor();
        await guest.page.getByText('several hosts · read-only').first().waitFor();
        await pictures({ guest }, 'panels-several');
    });

    await step('one that ends leaves the other as it was', async () => {
        other.write('exit\n');
        await row(guest, 'Shared by Cy').waitFor({ state: 'detached' });
        await row(guest, 'notes.txt, Untracked').waitFor();
    });
});
