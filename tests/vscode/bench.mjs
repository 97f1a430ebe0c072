// The figures of Jumpseat in VS Code, each next to what it is to be compared with in the same run; as a table.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Cli, program } from './harness/cli.mjs';
import { Editor } from './harness/editor.mjs';
import { same } from './harness/same.mjs';
import { until } from './harness/wait.mjs';
import { SEAT } from './harness/window.mjs';

const RUNS = Number(process.env.RUNS ?? 3);
/** A flood takes VS Code's own terminal minutes. */
const FLOODS = 1;
const MEGABYTES = Number(process.env.MEGABYTES ?? 100);
const KEYS = 200;
const FLOOD = `seq 1 ${MEGABYTES * 125_000} | head -c ${MEGABYTES}000000`;

const rows = [];
const note = (what, figure, comparison = '', bar = '') => {
    rows.push([what, figure, comparison, bar]);
    console.log(`  ${what}: ${figure}${comparison && ` (${comparison})`}`);
};
const sorted = (figures) => [...figures].sort((a, b) => a - b);
const at = (figures, share) => sorted(figures)[Math.min(figures.length - 1, Math.floor(figures.length * share))];
const ms = (figure) => `${figure < 10 ? figure.toFixed(1) : Math.round(figure)} ms`;

/** What VS Code itself says of activations, of ours and of an extension that does nothing; and what ours took by itself. */
async function activation(editor) {
    const [ours, empty] = [[], []];
    for (let i = 0; i < RUNS; i += 1) {
        await editor.reload();
        await editor.done('workbench.action.showRuntimeExtensions');
        const row = (name) => editor.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: name }).first();
        const told = async (name) => Number(/(\d+) ?ms/.exec(await row(name).innerText())?.[1]);
        ours.push(await told('Jumpseat'));
        empty.push(await told('driver'));
        await editor.done('workbench.action.closeAllEditors');
    }
    const own = [...editor.server.log().matchAll(/activated in ([\d.]+) ms/g)].map(([, took]) => Number(took));
    note('activation, as VS Code tells it', ms(at(ours, 0.5)), `an extension that does nothing, at the same time: ${ms(at(empty, 0.5))}; Jumpseat's own part: ${ms(at(own, 0.5))}`, '50 ms');
}

async function sharing(host) {
    const took = [];
    for (let i = 0; i <= RUNS; i += 1) {
        await host.tidy();
        took.push(await host.evaluate(async (vscode) => {
            const start = performance.now();
            await vscode.commands.executeCommand('jumpseat.shareNewTerminal');
            return performance.now() - start;
        }));
    }
    note('share, from the command to the invite, warm', ms(at(took.slice(1), 0.5)), `the first time ${ms(took[0])}`, '300 ms');
}

async function joining(host, guest) {
    const took = [];
    for (let i = 0; i < RUNS; i += 1) {
        await Promise.all([host.tidy(), guest.tidy()]);
        const link = await host.share();
        await host.type('panel', 'seq 1 10000\n');
        await host.shows('panel', '10000');
        await guest.command('jumpseat.join');
        const box = guest.page.locator('.quick-input-widget:visible input:visible').first();
        await box.fill(link);
        const whole = guest.page.evaluate(() => new Promise((seen) => {
            const look = () => {
                const buffer = document.querySelector('.part.editor .terminal-wrapper.active')?.xterm?.buffer.active;
                const has = (line, text) => buffer.getLine(line)?.translateToString(true) === text;
                if (buffer && buffer.length > 9_999 && has(buffer.baseY + buffer.cursorY - 1, '10000') && has(1, '1')) seen(Date.now());
                else requestAnimationFrame(look);
            };
            look();
        }));
        const pressed = Date.now();
        await guest.page.keyboard.press('Enter');
        took.push(await whole - pressed);
    }
    note('join, from Enter to the whole screen with 10,000 lines', ms(at(took, 0.5)), '', '1,000 ms');
}

/** From the host's look away, or back, until the guest's VS Code says so. */
async function looking(host, guest) {
    await seated(host, guest);
    const took = [];
    for (let i = 0; i < 10 * RUNS; i += 1) {
        const [command, told] = i % 2 === 0 ? ['workbench.view.explorer', SEAT.away] : ['workbench.action.terminal.focus', SEAT.back];
        const seen = guest.appears(told);
        const acted = await host.evaluate((vscode, id) => vscode.commands.executeCommand(id).then(() => Date.now()), command);
        took.push(await seen - acted);
    }
    note('the host looks away or back: the guest reads it, p50 / p95', `${ms(at(took, 0.5))} / ${ms(at(took, 0.95))}`, '', '200 ms');
}

/** A guest who may type, before a host who looks on. */
async function seated(host, guest) {
    await Promise.all([host.tidy(), guest.tidy()]);
    await guest.join(await host.share());
    await host.guests(1);
    await guest.command('jumpseat.askControl');
    await host.notified('asks to type', 'Allow');
    await until('leave to type', async () => (await guest.statusLabel('seat')).endsWith('can type'));
}

/** Keys of a guest who sees them come back, one at a time. */
async function echo(host, guest) {
    await seated(host, guest);
    await host.type('panel', 'cat\n');
    await guest.shows('editor', 'cat');
    await host.focus('panel');
    const editors = await guest.page.evaluate(async (keys) => {
        const terminal = document.querySelector('.part.editor .terminal-wrapper.active').xterm;
        const took = [];
        for (let i = 0; i < keys; i += 1) {
            const before = terminal.buffer.active.cursorX;
            const start = performance.now();
            await new Promise((back) => {
                const watch = terminal.onWriteParsed(() => {
                    if (terminal.buffer.active.cursorX === before) return;
                    watch.dispose();
                    took.push(performance.now() - start);
                    back();
                });
                terminal.input('x', true);
            });
            await new Promise((next) => setTimeout(next, 20 + (i % 7) * 5)); // sleep: a person's pace between two keys
            if (i % 40 === 39) {
                terminal.input('\r', true);
                await new Promise((next) => setTimeout(next, 200)); // sleep: until the line is through
            }
        }
        return took;
    }, KEYS);
    const lines = await commandLineEcho(host.env);
    note('guest echo through two extensions, p50 / p99', `${ms(at(editors, 0.5))} / ${ms(at(editors, 0.99))}`,
        `two command lines ${ms(at(lines, 0.5))} / ${ms(at(lines, 0.99))}; added ${ms(at(editors, 0.5) - at(lines, 0.5))}`, 'added 15 ms');
}

async function commandLineEcho(env) {
    const host = new Cli(env, ['share', '--headless', '--json', '--role', 'writer', '--', 'cat']);
    const [, link] = await host.event(/"link":"([^"]+)"/);
    // A terminal for the guest, from util-linux.
    const guest = spawn('script', ['-qfc', `stty cols 80 rows 24; ${program} join`, '/dev/null'], {
        env: { ...env, JUMPSEAT_TOKEN: link, TERM: 'xterm-256color' }, stdio: ['pipe', 'pipe', 'inherit'],
    });
    let told = '';
    let heard = () => {};
    guest.stdout.on('data', (chunk) => { told += chunk; heard(String(chunk)); });
    await host.event(/"what":"joined"/);
    await until('the guest’s screen', () => told.length > 200);
    const took = [];
    for (let i = 0; i < KEYS; i += 1) {
        const start = performance.now();
        const back = new Promise((seen) => { heard = (text) => { if (text.includes('x')) seen(); }; });
        guest.stdin.write('x');
        await back;
        took.push(performance.now() - start);
        await new Promise((next) => setTimeout(next, 20 + (i % 7) * 5)); // sleep: a person's pace between two keys
    }
    guest.kill('SIGKILL');
    await host.end('SIGKILL');
    return took;
}

/** Watches the extension host while `act` runs: its longest stall, and how much it grew at most. */
async function watched(editor, act) {
    await editor.evaluate(() => {
        const watch = { longest: 0, before: process.memoryUsage().rss, most: 0, last: performance.now() };
        globalThis.watch = watch;
        watch.timer = setInterval(() => {
            const now = performance.now();
            watch.longest = Math.max(watch.longest, now - watch.last - 10);
            watch.last = now;
            watch.most = Math.max(watch.most, process.memoryUsage().rss);
        }, 10);
    });
    const took = await act();
    const { longest, before, most } = await editor.evaluate(() => {
        clearInterval(globalThis.watch.timer);
        const { longest, before, most } = globalThis.watch;
        return { longest, before, most };
    });
    return { took, longest, grown: (most - before) / 1e6 };
}

let floods = 0;

/** From Enter until the line behind the flood is shown. */
async function flood(editor) {
    floods += 1;
    const mark = `flood-${floods}-over`;
    await editor.focus('panel');
    await editor.page.keyboard.type(`${FLOOD}; printf '\\nflood-%s-over\\n' ${floods}`);
    const over = editor.page.evaluate((text) => new Promise((seen) => {
        const terminal = document.querySelector('.part.panel .terminal-wrapper.active').xterm;
        const watch = terminal.onWriteParsed(() => {
            const { active } = terminal.buffer;
            for (let line = active.length - 1; line > active.length - 40 && line >= 0; line -= 1) {
                if (active.getLine(line)?.translateToString(true) !== text) continue;
                watch.dispose();
                seen(Date.now());
                return;
            }
        });
    }), mark);
    const pressed = Date.now();
    await editor.page.keyboard.press('Enter');
    return await over - pressed;
}

/** From Ctrl+C in a flood until the prompt is back. */
async function interrupt(editor) {
    await editor.type('panel', 'yes "$(seq 1 20 | tr \'\\n\' \' \')"\n');
    await new Promise((on) => setTimeout(on, 1500)); // sleep: the flood has to run
    const back = editor.page.evaluate(() => new Promise((seen) => {
        const terminal = document.querySelector('.part.panel .terminal-wrapper.active').xterm;
        const watch = terminal.onWriteParsed(() => {
            const { active } = terminal.buffer;
            if (active.getLine(active.baseY + active.cursorY)?.translateToString(true).trim() !== '$') return;
            watch.dispose();
            seen(Date.now());
        });
    }));
    const pressed = Date.now();
    await editor.page.keyboard.press('Control+C');
    return await back - pressed;
}

async function flooding(host, guest) {
    await Promise.all([host.tidy(), guest.tidy()]);
    const [integrated, ours, shared] = [[], [], []];
    const stop = { integrated: [], ours: [] };
    await host.done('workbench.action.terminal.newWithProfile', { profileName: 'bash' });
    await host.shows('panel', '$');
    for (let i = 0; i < FLOODS; i += 1) integrated.push(await watched(host, () => flood(host)));
    for (let i = 0; i < RUNS; i += 1) stop.integrated.push(await interrupt(host));
    await host.tidy();
    const link = await host.share();
    for (let i = 0; i < FLOODS; i += 1) ours.push(await watched(host, () => flood(host)));
    for (let i = 0; i < RUNS; i += 1) stop.ours.push(await interrupt(host));
    await guest.join(link);
    await host.guests(1);
    for (let i = 0; i < FLOODS; i += 1) {
        shared.push(await watched(host, () => flood(host)));
        await guest.shows('editor', `flood-${floods}-over`);
        await same(host, guest);
    }
    const time = (all) => at(all.map(({ took }) => took), 0.5);
    const seconds = (all) => `${(time(all) / 1000).toFixed(2)} s`;
    const most = (all, key) => Math.max(...all.map((one) => one[key]));
    note(`${MEGABYTES} MB in the host's VS Code`, seconds(ours), `VS Code's own terminal ${seconds(integrated)}: ratio ${(time(ours) / time(integrated)).toFixed(2)}`, '1.15');
    note('… with a guest in VS Code, whose cells are equal in the end', seconds(shared), `ratio ${(time(shared) / time(integrated)).toFixed(2)}`);
    note('longest stall of the extension host in it', ms(Math.max(most(ours, 'longest'), most(shared, 'longest'))), `VS Code's own terminal ${ms(most(integrated, 'longest'))}`, '100 ms');
    note('growth of the extension host in it', `${Math.round(Math.max(most(ours, 'grown'), most(shared, 'grown')))} MB`, '', '100 MB');
    note('Ctrl+C in a flood, until the prompt is shown', ms(at(stop.ours, 0.5)), `VS Code's own terminal ${ms(at(stop.integrated, 0.5))}`, '300 ms');
}

const settings = { 'terminal.integrated.scrollback': 12_000 };
const editors = [];
try {
    for (const [name, viewport] of [['Ann', undefined], ['Bo', { width: 1400, height: 900 }]]) {
        editors.push(await Editor.start(name, { settings, viewport }));
    }
    const [host, guest] = editors;
    await activation(host);
    const named = { sharing: () => sharing(host), joining: () => joining(host, guest), looking: () => looking(host, guest), echo: () => echo(host, guest), flooding: () => flooding(host, guest) };
    const chosen = process.argv.slice(2);
    for (const [name, run] of Object.entries(named)) {
        if (chosen.length === 0 || chosen.includes(name)) await run();
    }
    const table = [['what', 'figure', 'next to it', 'bar'], ['---', '---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
    console.log(`\n${table}`);
    writeFileSync(join(import.meta.dirname, '../../target/vscode-figures.md'), `${table}\n`);
} catch (error) {
    console.error(error);
    await Promise.allSettled(editors.map((editor) => editor.picture(`failed-bench-${editor.name}`)));
    process.exitCode = 1;
} finally {
    await Promise.allSettled(editors.map((editor) => editor.close()));
    process.exit();
}
