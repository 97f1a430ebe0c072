// One window of VS Code in a browser of its own: what a person sees there and does.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

import { until } from './wait.mjs';

export const top = resolve(import.meta.dirname, '../../..');
const pictures = join(top, 'target/vscode-pictures');

const BROWSER = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

/** What the guest's seat says in the status bar while the host looks away, and when it is back: as selectors. */
export const SEAT = {
    away: '[id="jumpseat.jumpseat.seat"] a[aria-label*="host not looking"]',
    back: '[id="jumpseat.jumpseat.seat"] a[aria-label$="can type"]',
};

export class Window {
    /** `name` is who sits at it; the browser keeps its things in `profile`. */
    static async open(name, address, profile) {
        const window = new Window();
        await window.show(name, address, profile);
        return window;
    }

    async show(name, address, profile, viewport = { width: 1280, height: 800 }) {
        this.name = name;
        // Two browsers, not two pages of one: those share the focus.
        this.browser = await chromium.launchPersistentContext(profile, {
            executablePath: '/usr/bin/chromium', headless: true, viewport, args: BROWSER,
        });
        await this.browser.grantPermissions(['clipboard-read', 'clipboard-write']);
        // In a browser secrets are sealed with a key of the site that VS Code is opened at, which a bare server has not.
        await this.browser.route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 7) }));
        this.page = this.browser.pages()[0] ?? await this.browser.newPage();
        // A machine with other work takes its time; a test that waits in vain is ended by its own limit.
        this.page.setDefaultTimeout(90_000);
        await this.page.goto(address, { timeout: 90_000 });
        await this.ready();
    }

    /** Its icon is there once commands and keys of the extension are. */
    async ready() {
        await this.page.locator('.part.activitybar a[aria-label^="Jumpseat"]').waitFor({ timeout: 60_000 });
    }

    async closeBrowser() {
        await this.browser?.close();
    }

    /** The lines of a terminal with its scrollback: the one in front in the `panel` or in the `editor`. */
    async lines(where) {
        return (await this.screen(where)).lines;
    }

    /** A terminal as its person sees it: size, lines, and with `styles` what each line's cells look like. */
    async screen(where, styles = false) {
        return this.page.evaluate(([at, styled]) => {
            // VS Code leaves the wrapper of a closed terminal that it had scrolled sideways.
            const terminal = [...document.querySelectorAll(`.part.${at} .terminal-wrapper.active`)].find((one) => one.xterm)?.xterm;
            if (!terminal) throw new Error(`no terminal in the ${at}`);
            const { active } = terminal.buffer;
            const attributes = ['isBold', 'isItalic', 'isDim', 'isUnderline', 'isBlink', 'isInverse', 'isInvisible', 'isStrikethrough'];
            const cell = (of) => [of.getWidth(), of.getFgColorMode(), of.getFgColor(), of.getBgColorMode(), of.getBgColor(),
                ...attributes.map((name) => (of[name]() ? 1 : 0))].join(' ');
            const rows = Array.from({ length: active.length }, (_, line) => active.getLine(line));
            return {
                cols: terminal.cols, rows: terminal.rows, alternate: active.type === 'alternate',
                cursor: [active.cursorX, active.cursorY + active.baseY],
                lines: rows.map((line) => line.translateToString(true)),
                styles: styled && rows.map((line) => {
                    const runs = [];
                    for (let x = 0; x < terminal.cols; x += 1) {
                        const style = cell(line.getCell(x));
                        if (runs.at(-1)?.style === style) runs.at(-1).cells += 1;
                        else runs.push({ style, cells: 1 });
                    }
                    return runs.map((run) => `${run.cells}×${run.style}`).join('|');
                }),
            };
        }, [where, styles]);
    }

    /** The lines of it that are in view. */
    async inView(where) {
        return this.page.evaluate((at) => {
            const terminal = [...document.querySelectorAll(`.part.${at} .terminal-wrapper.active`)].find((one) => one.xterm)?.xterm;
            const { active } = terminal.buffer;
            return Array.from({ length: terminal.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '');
        }, where);
    }

    /** Selects this text in a terminal, as the mouse does. */
    async select(where, text) {
        await this.page.evaluate(([at, wanted]) => {
            const terminal = [...document.querySelectorAll(`.part.${at} .terminal-wrapper.active`)].find((one) => one.xterm)?.xterm;
            const { active } = terminal.buffer;
            for (let line = active.length - 1; line >= 0; line -= 1) {
                const column = active.getLine(line).translateToString(true).indexOf(wanted);
                if (column < 0) continue;
                terminal.select(column, line, wanted.length);
                return;
            }
            throw new Error(`no "${wanted}" to select`);
        }, [where, text]);
    }

    async shows(where, text, limit) {
        await until(`${this.name}: "${text}" in the ${where}`, async () => {
            const lines = await this.lines(where);
            return lines.some((line) => line.includes(text)) ? true : Promise.reject(new Error(lines.filter(Boolean).slice(-8).join('\n')));
        }, limit);
    }

    /** Clicks into a terminal and types. */
    async type(where, text) {
        await this.focus(where);
        await this.page.keyboard.type(text);
    }

    async focus(where) {
        await this.page.locator(`.part.${where} .terminal-wrapper.active .xterm:visible`).last().click();
    }

    /** A notification with this text that has popped up, the only one with it; with `button`, that is pressed. */
    async notified(text, button) {
        const toast = this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
        await until(`${this.name}: the notification "${text}"`, async () => {
            const all = await this.toasts();
            return all.some((other) => other.includes(text)) || Promise.reject(new Error(JSON.stringify(all)));
        });
        const count = await toast.count();
        if (count !== 1) throw new Error(`${this.name}: "${text}" stands there ${count} times`);
        if (button) await toast.locator('.monaco-button', { hasText: button }).click();
    }

    /** What has popped up, newest first. */
    async toasts() {
        return this.page.locator('.notifications-toasts .notification-list-item:visible').allInnerTexts();
    }

    /** A question that has to be answered: its text, once `button` is pressed. */
    async dialog(button) {
        const box = this.page.locator('.monaco-dialog-box');
        await box.waitFor();
        const text = await box.innerText();
        await box.locator('.monaco-button', { hasText: button }).click();
        await box.waitFor({ state: 'hidden' });
        return text;
    }

    row(text) {
        return this.page.locator('[role=treeitem]', { hasText: text }).first();
    }

    /** What the browser has put away for an extension to find again in all windows. */
    async kept(extension) {
        return this.page.evaluate((key) => new Promise((found, failed) => {
            const opening = indexedDB.open('vscode-web-state-db-global');
            opening.onerror = () => failed(opening.error);
            opening.onsuccess = () => {
                const reading = opening.result.transaction('ItemTable').objectStore('ItemTable').get(key);
                reading.onsuccess = () => found(reading.result ?? '');
                reading.onerror = () => failed(reading.error);
                opening.result.close();
            };
        }), extension);
    }

    /** Fills the input box that asks for this and accepts it. */
    async answer(prompt, text) {
        const widget = this.page.locator('.quick-input-widget:visible', { hasText: prompt });
        await widget.waitFor();
        await widget.locator('input:visible').first().fill(text);
        await this.page.keyboard.press('Enter');
    }

    /** The box that asks for this is open; it is closed again. */
    async asked(prompt) {
        await this.page.locator('.quick-input-widget:visible', { hasText: prompt }).waitFor();
        await this.page.keyboard.press('Escape');
        await this.page.locator('.quick-input-widget:visible').waitFor({ state: 'hidden' });
    }

    /** Presses a button of a row, which shows it when the mouse is over it. */
    async press(row, button) {
        await this.row(row).hover();
        await this.row(row).getByRole('button', { name: button }).click();
    }

    /** Waits until a row is called like this. */
    async named(row, pattern) {
        await until(`${this.name}: ${row} like ${pattern}`, async () => {
            const label = await this.row(row).getAttribute('aria-label', { timeout: 2000 });
            return pattern.test(label) || Promise.reject(new Error(label));
        });
    }

    /** Chooses from the list that is open. */
    async pick(label) {
        await this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: label }).first().click();
    }

    /** The list that is open has this row. */
    async offers(label) {
        await this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: label }).first().waitFor();
    }

    status(item = 'guests') {
        return this.page.locator(`[id="jumpseat.jumpseat.${item}"]`);
    }

    async statusLabel(item) {
        return this.status(item).locator('a').first().getAttribute('aria-label');
    }

    /** When (in milliseconds since 1970) an element can be seen, with this text in it: as the page has it, not when next asked. */
    async appears(selector, text = '', limit = 90_000) {
        return this.page.evaluate(([selector, text, limit]) => new Promise((seen, inVain) => {
            const there = () => [...document.querySelectorAll(selector)].some((one) => one.checkVisibility() && one.textContent.includes(text));
            const look = () => {
                if (!there()) return;
                clearTimeout(end);
                watch.disconnect();
                seen(Date.now());
            };
            const watch = new MutationObserver(look);
            const end = setTimeout(() => { watch.disconnect(); inVain(new Error(`${selector} with "${text}" is not to be seen`)); }, limit);
            watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            look();
        }), [selector, text, limit]);
    }

    /** Waits until it has drawn what it had to: half a second of frames that came in time, or five seconds on a busy machine. */
    async rests() {
        await this.page.evaluate(() => new Promise((rested) => {
            const began = performance.now();
            let [since, last] = [began, began];
            const frame = (now) => {
                if (now - last > 50) since = now;
                last = now;
                if (now - since > 500 || now - began > 5000) rested();
                else requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        }));
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

    /** Into target/vscode-pictures; with `clip`, only that part. */
    async picture(name, clip) {
        mkdirSync(pictures, { recursive: true });
        await this.page.screenshot({ path: join(pictures, `${name}.png`), ...(clip && { clip }) });
    }
}
