// A host at the command line, a guest in VS Code: joining by link, chat, and the end of the shell.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

import { Editor } from './stand/editor.mjs';
import { until } from './stand/wait.mjs';

const program = join(resolve(import.meta.dirname, '../..'), 'vscode-extension/dist/bin/jumpseat');
let guest;
let host;

before(async () => {
    guest = await Editor.start('Bo', { 'workbench.colorTheme': 'Default Dark Modern' });
});

after(async () => {
    host?.kill('SIGKILL');
    await guest?.close();
});

test('a guest joins a command-line host by link, chats, and reads why it ended', { timeout: 120_000 }, async () => {
    host = spawn(program, ['share', '--headless', '--json', '--name', 'Ann', '--', 'bash', '--norc'], {
        env: { ...guest.env, PS1: '$ ' }, stdio: ['pipe', 'pipe', 'inherit'],
    });
    let told = '';
    host.stdout.on('data', (chunk) => { told += chunk; });
    const event = (pattern) => until(`the host's ${pattern}`, () => pattern.exec(told));
    const [, link] = await event(/"web_link":"([^"]+)"/);
    host.stdin.write("printf '\\033[32mgreen-%s\\033[0m\\n' $((1+1))\n");

    await guest.command('jumpseat.join');
    await guest.answer('The link, or the code', link);
    await guest.shows('editor', 'green-2');

    await guest.evaluate((vscode) => vscode.commands.executeCommand('jumpseat.chat.focus'));
    const chat = await guest.webview('#say');
    await chat.locator('#say').fill('hello <b>there</b>');
    await chat.locator('#say').press('Enter');
    await event(/"what":"chat"[^\n]*hello <b>there<\/b>/);
    await until('the own line, as text', async () => (await chat.locator('#lines').textContent()).includes('hello <b>there</b>'));
    await guest.picture('guest-chat-dark');

    host.stdin.write('exit\n');
    await guest.shows('editor', 'Session ended');
    await guest.shows('editor', 'green-2');
    await guest.picture('guest-ended-dark');
});

test('a wrong code and a used link say so in one notification each', { timeout: 60_000 }, async () => {
    await guest.dismissAll();
    const token = `jst1_${'A'.repeat(64)}`;
    await guest.command('jumpseat.join');
    await guest.answer('The link, or the code', `http://127.0.0.1:9/j#K7QM-3XTE.${token}`);
    await guest.notified('Jumpseat:');
    await guest.picture('guest-unreachable-dark');
});
