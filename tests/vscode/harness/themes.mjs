// VS Code in light, dark and high contrast.
import { until } from './wait.mjs';

export const THEMES = { light: 'Default Light Modern', dark: 'Default Dark Modern', contrast: 'Default High Contrast' };

/** One picture of each editor in each theme; afterwards it is light again. */
export async function pictures(editors, name) {
    for (const [word, theme] of Object.entries(THEMES)) {
        for (const [who, editor] of Object.entries(editors)) {
            await editor.set('workbench.colorTheme', theme);
            await until(theme, () => editor.page.evaluate(([dark, contrast]) => {
                const { classList } = document.querySelector('.monaco-workbench');
                return classList.contains(contrast ? 'hc-black' : dark ? 'vs-dark' : 'vs');
            }, [word === 'dark', word === 'contrast']));
            // A page that was drawn twice has the new colours in its frames, too.
            await editor.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
            await editor.picture(`${name}-${who}-${word}`);
        }
    }
    for (const editor of Object.values(editors)) await editor.set('workbench.colorTheme', THEMES.light);
}
