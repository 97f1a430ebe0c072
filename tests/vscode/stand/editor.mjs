// A real VS Code with a browser of its own, and what a person does in it.
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

import { until } from './wait.mjs';

const top = resolve(import.meta.dirname, '../../..');
const pictures = join(top, 'target/vscode-pictures');

const SETTINGS = {
    'terminal.integrated.gpuAcceleration': 'off', 'workbench.startupEditor': 'none',
    'security.workspace.trust.enabled': false, 'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden', 'workbench.tips.enabled': false,
    'extensions.autoCheckUpdates': false, 'remote.autoForwardPorts': false,
    'terminal.integrated.defaultProfile.linux': 'bash',
};

const BROWSER = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}

export class Editor {
    /** Starts one; `name` is who sits at it. */
    static async start(name, settings = {}) {
        const editor = new Editor();
        editor.name = name;
        editor.run = mkdtempSync(join(tmpdir(), `js-${name}-`));
        try {
            await editor.#start(settings);
        } catch (error) {
            await editor.close();
            throw error;
        }
        return editor;
    }

    async #start(settings) {
        const { run } = this;
        for (const folder of ['data/User', 'home', 'work', 'browser']) mkdirSync(join(run, folder), { recursive: true });
        mkdirSync(join(run, 'runtime'), { mode: 0o700 });
        writeFileSync(join(run, 'data/User/settings.json'), JSON.stringify({ ...SETTINGS, 'jumpseat.name': this.name, ...settings }));
        writeFileSync(join(run, 'home/.bashrc'), "PS1='$ '\nunset HISTFILE\n");
        const port = await freePort();
        this.port = port;
        this.portFile = join(run, 'driver.port');
        const log = openSync(join(run, 'server.log'), 'a');
        this.env = {
            ...process.env, HOME: join(run, 'home'), XDG_RUNTIME_DIR: join(run, 'runtime'), SHELL: '/bin/bash',
            EXTENSIONS_GALLERY: '{}', E2E_PORT_FILE: this.portFile, JUMPSEAT_CONFIG: '', TERM: 'xterm-256color',
        };
        delete this.env.JUMPSEAT_CONFIG;
        this.server = spawn(join(top, 'target/vscode/bin/vscode-server'), [
            '--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms',
            '--server-data-dir', join(run, 'server'), '--user-data-dir', join(run, 'data'),
            '--extensions-dir', join(run, 'extensions'), '--telemetry-level', 'off', '--enable-smoke-test-driver',
        ], { detached: true, stdio: ['ignore', log, log], env: this.env });
        await until('the server', async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok);
        this.browser = await chromium.launchPersistentContext(join(run, 'browser'), {
            executablePath: '/usr/bin/chromium', headless: true, viewport: { width: 1280, height: 800 }, args: BROWSER,
        });
        await this.browser.grantPermissions(['clipboard-read', 'clipboard-write']);
        this.page = this.browser.pages()[0] ?? await this.browser.newPage();
        await this.#open();
    }

    async #open() {
        const remote = (path) => `vscode-remote://127.0.0.1:${this.port}${path}`;
        const payload = JSON.stringify([
            ['extensionDevelopmentPath', remote(join(top, 'vscode-extension'))],
            ['extensionTestsPath', remote(join(import.meta.dirname, 'driver.cjs'))],
        ]);
        await this.page.goto(`http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(join(this.run, 'work'))}&payload=${encodeURIComponent(payload)}`);
        await this.#ready();
    }

    async #ready() {
        await until('the workbench', () => this.page.evaluate(() => Boolean(window.driver)), 60_000);
        await this.page.evaluate(() => window.driver.whenWorkbenchRestored());
        await until('the driver', () => existsSync(this.portFile), 60_000);
        this.driver = Number(readFileSync(this.portFile, 'utf8'));
    }

    async reload() {
        rmSync(this.portFile);
        await this.page.reload();
        await this.#ready();
    }

    /** Runs a function in the extension host. */
    async evaluate(fn, ...args) {
        const response = await fetch(`http://127.0.0.1:${this.driver}`, { method: 'POST', body: JSON.stringify({ fn: String(fn), args }) });
        const { error, value } = await response.json();
        if (error) throw new Error(error);
        return value;
    }

    /** Starts a command without waiting for what it asks. */
    async command(id, ...args) {
        await this.evaluate((vscode, id, args) => { void vscode.commands.executeCommand(id, ...args); }, id, args);
    }

    async clipboard() {
        return this.evaluate((vscode) => vscode.env.clipboard.readText());
    }

    /** The lines of a terminal with its scrollback: the one in the `panel` or in the `editor`. */
    async lines(where) {
        return this.page.evaluate((at) => window.driver.getTerminalBuffer(`.part.${at} .terminal-wrapper.active`), where);
    }

    async shows(where, text) {
        await until(`${this.name}: "${text}" in the ${where}`, async () => {
            const lines = await this.lines(where);
            return lines.some((line) => line.includes(text)) ? true : Promise.reject(new Error(lines.filter(Boolean).slice(-8).join('\n')));
        });
    }

    /** Clicks into a terminal and types. */
    async type(where, text) {
        await this.focus(where);
        await this.page.keyboard.type(text);
    }

    async focus(where) {
        await this.page.locator(`.part.${where} .terminal-wrapper.active .xterm`).click();
    }

    /** A notification with this text; with `button`, that is pressed. */
    async notified(text, button) {
        // Under the test driver notifications gather behind the bell.
        const toast = this.page.locator('.notification-list-item', { hasText: text }).first();
        await until(`${this.name}: the notification "${text}"`, async () => {
            if (await toast.isVisible()) return true;
            await this.evaluate((vscode) => vscode.commands.executeCommand('notifications.showList'));
            return toast.isVisible();
        });
        if (button) await toast.locator('.monaco-button', { hasText: button }).click();
    }

    async dismissAll() {
        await this.evaluate((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
    }

    async dialog(button) {
        await this.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).click();
    }

    row(text) {
        return this.page.locator('[role=treeitem]', { hasText: text }).first();
    }

    /** Fills the input box that asks for this and accepts it. */
    async answer(prompt, text) {
        const widget = this.page.locator('.quick-input-widget:visible', { hasText: prompt });
        await widget.waitFor();
        await widget.locator('input:visible').first().fill(text);
        await this.page.keyboard.press('Enter');
    }

    status() {
        return this.page.locator('[id="jumpseat.jumpseat.guests"]');
    }

    async statusLabel() {
        return this.status().locator('a').first().getAttribute('aria-label');
    }

    /** The frame of a webview that holds this element. */
    async webview(selector) {
        return until(`a webview with ${selector}`, async () => {
            for (const frame of this.page.frames()) {
                if (await frame.locator(selector).count().catch(() => 0)) return frame;
            }
            return undefined;
        });
    }

    async picture(name) {
        mkdirSync(pictures, { recursive: true });
        await this.page.screenshot({ path: join(pictures, `${name}.png`) });
    }

    /** What the extension and its holder wrote down. */
    log() {
        const files = globSync(join(this.run, 'data/logs/*/exthost*/{jumpseat.jumpseat/*.log,*.log}'));
        return files.filter((file) => file.includes('jumpseat')).map((file) => readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')).join('\n');
    }

    async close() {
        await this.browser?.close();
        if (this.server?.pid) {
            const gone = new Promise((exit) => this.server.once('exit', exit));
            try {
                process.kill(-this.server.pid);
                await gone;
            } catch {
                // It was gone already.
            }
        }
        this.#endHolder();
        rmSync(this.run, { recursive: true, force: true, maxRetries: 5 });
    }

    /** The holder outlives its editor; what carries this run's environment is this run's. */
    #endHolder() {
        const own = `XDG_RUNTIME_DIR=${join(this.run, 'runtime')}\0`;
        for (const environment of globSync('/proc/[0-9]*/environ')) {
            try {
                if (readFileSync(environment, 'latin1').includes(own)) process.kill(Number(environment.split('/')[2]), 'SIGKILL');
            } catch {
                // It ended meanwhile, or is somebody else's.
            }
        }
    }
}
