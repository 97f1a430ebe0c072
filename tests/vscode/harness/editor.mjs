// A real VS Code under test: its process, its window, and a hand in its extension host.
import { join } from 'node:path';

import { Server } from './server.mjs';
import { until } from './wait.mjs';
import { Window } from './window.mjs';

export class Editor extends Window {
    static async start(name, { viewport, ...options } = {}) {
        const editor = new Editor();
        editor.server = new Server(name, options);
        try {
            await editor.server.start();
            await editor.show(name, editor.server.address, join(editor.server.run, 'browser'), viewport);
            editor.driver = await editor.server.driver();
        } catch (error) {
            await editor.close();
            throw error;
        }
        return editor;
    }

    get env() {
        return this.server.env;
    }

    async reload() {
        this.server.forgetDriver();
        await this.page.reload();
        this.driver = await this.server.driver();
    }

    /** Opens another folder in place of this one. */
    async goTo(folder) {
        this.server.forgetDriver();
        await this.page.goto(this.server.addressOf(folder));
        await this.ready();
        this.driver = await this.server.driver();
    }

    /** Kills the extension host; VS Code starts another one by itself. */
    async kill() {
        this.server.forgetDriver();
        process.kill(this.driver.pid, 'SIGKILL');
        this.driver = await this.server.driver();
    }

    /** Runs a function in the extension host. */
    async evaluate(fn, ...args) {
        const response = await fetch(`http://127.0.0.1:${this.driver.port}`, { method: 'POST', body: JSON.stringify({ fn: String(fn), args }) });
        const { error, value } = await response.json();
        if (error) throw new Error(error);
        return value;
    }

    /** Starts a command without waiting for what it asks. */
    async command(id, ...args) {
        await this.evaluate((vscode, id, args) => { void vscode.commands.executeCommand(id, ...args); }, id, args);
    }

    /** Runs a command to its end. */
    async done(id, ...args) {
        await this.evaluate((vscode, id, args) => vscode.commands.executeCommand(id, ...args).then(() => undefined), id, args);
    }

    /** What was typed has reached the extensions: the answer to a command of the window's comes behind it. */
    async heard() {
        await this.done('setContext', 'jumpseat.test', true);
    }

    async set(key, value) {
        await this.evaluate((vscode, key, value) => vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global), key, value);
    }

    async clipboard() {
        return this.evaluate((vscode) => vscode.env.clipboard.readText());
    }

    /** The link that `act` leaves on the clipboard. */
    async link(act) {
        await this.evaluate((vscode) => vscode.env.clipboard.writeText(''));
        await act();
        return until('the link', async () => {
            const text = await this.clipboard();
            return text.includes('.jst1_') && text;
        });
    }

    /** Shares a new terminal as a person does; answers its link. */
    async share() {
        const link = await this.link(() => this.command('jumpseat.shareNewTerminal'));
        await this.shows('panel', '$');
        return link;
    }

    async join(link) {
        await this.command('jumpseat.join');
        await this.answer('The link, or the code', link);
    }

    async dismissAll() {
        await this.done('notifications.clearAll');
    }

    async guests(count) {
        const text = count === 1 ? '1 guest' : `${count} guests`;
        await until(`${text} in the status bar`, async () => {
            const label = await this.statusLabel();
            return new RegExp(`with ${text}\\b`).test(label) || Promise.reject(new Error(label));
        });
    }

    /** Ends whatever a scene left behind. */
    async tidy() {
        await this.page.keyboard.press('Escape');
        await this.evaluate(async (vscode) => {
            for (const terminal of vscode.window.terminals) terminal.dispose();
            await vscode.commands.executeCommand('workbench.action.closeAllEditors');
            await vscode.commands.executeCommand('workbench.action.closePanel');
        });
        for (const item of ['guests', 'seat']) await this.status(item).waitFor({ state: 'hidden' });
        await this.dismissAll();
    }

    async close() {
        await this.closeBrowser();
        await this.server.end();
    }
}
