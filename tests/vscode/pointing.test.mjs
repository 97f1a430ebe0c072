// "Look here": who points is seen by the others, and they go there with a click.
import assert from 'node:assert/strict';

import { scene } from './harness/pair.mjs';
import { until } from './harness/wait.mjs';

scene('look here', ['host', 'guest'], async ({ host, guest, step }) => {
    await guest.join(await host.share());
    await host.guests(1);
    await host.type('panel', "printf 'line-%s\\n' $(seq 1 300)\n");
    await guest.shows('editor', 'line-300');
    await Promise.all([host, guest].map((editor) => editor.done('jumpseat.guests.focus')));

    const sees = async (editor, where, line) => until(`${line} in ${editor.name}’s view`, async () => {
        const shown = await editor.inView(where);
        return shown.includes(line) || Promise.reject(new Error(shown.filter(Boolean).slice(0, 3).join('\n')));
    });

    await step('a guest points at what it selected; the host goes there', async () => {
        await guest.focus('editor');
        await guest.select('editor', 'line-120');
        await guest.done('jumpseat.lookHere');
        await until('who points', async () => (await host.statusLabel('pointing')) === 'Jumpseat: Bo points at: line-120. Go there');
        await host.named('Bo', /^Bo, read-only · points/);
        assert.equal((await host.inView('panel')).includes('line-120'), false);
        await host.status('pointing').click();
        await sees(host, 'panel', 'line-120');
        await host.status('pointing').waitFor({ state: 'hidden' });
    });

    await step('the row leads there, too', async () => {
        await host.done('workbench.action.terminal.scrollToBottom');
        await sees(host, 'panel', 'line-300');
        await host.press('Bo', 'Go Where It Is Pointed');
        await sees(host, 'panel', 'line-120');
    });

    await step('it points no longer', async () => {
        await guest.focus('editor');
        await guest.done('jumpseat.stopPointing');
        await host.named('Bo', /^Bo, read-only/);
    });

    await step('the host points at a line from the list; the guest goes there', async () => {
        await host.done('workbench.action.terminal.scrollToBottom');
        await host.focus('panel');
        await host.command('jumpseat.lookHere');
        await host.page.locator('.quick-input-widget:visible', { hasText: 'Look Here' }).waitFor();
        await host.page.keyboard.type('line-77');
        await host.pick('line-77');
        await until('who points', async () => (await guest.statusLabel('pointing')) === 'Jumpseat: Ann points at: line-77. Go there');
        await guest.status('pointing').click();
        await sees(guest, 'editor', 'line-77');
    });
});
