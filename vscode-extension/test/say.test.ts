// What others wrote never becomes a link or an icon in what VS Code shows.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { seatBadge } from '../src/model/badge';
import { notice, withoutIcons } from '../src/model/panels/safe';
import { changed, seated } from './support/states';

/** As VS Code finds links in notifications. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

test('a name is no link in a notification', () => {
    for (const name of [
        '[A](command:workbench.extensions.installExtension?"ab.cdefgh")',
        '[Ann](command:jumpseat.stopAll)',
        '[[x]](https://evil.example)',
        '[x]\u200b(command:a)',
        '[x]\x1b[0m(command:a)',
        '[x]\u2060(command:a)',
        '[x](file:///etc/passwd "title")',
    ]) {
        const shown = notice(`${name} (unverified) asks to join your session.`);
        assert.equal(LINK.test(shown), false, shown);
        assert.equal(shown.replace('\u2060', '').includes('asks to join'), true);
    }
    assert.equal(notice('two\nlines\x07'), 'two lines');
    assert.equal(notice('[brackets] and (more)'), '[brackets] and (more)');
});

test('a name is no icon in the status bar', () => {
    assert.equal(withoutIcons('$(check) Ann').includes('$('), false);
    const joined = seated();
    joined.apply(changed(['host'], '$(verified) Ann'));
    assert.equal(/\$\(verified\)/.test(seatBadge(joined, undefined).text), false);
});

test('nothing is said but by the one file that says it', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    assert.ok(files.length > 40);
    const others = files.filter(
        (name) =>
            !name.endsWith('say.ts') &&
            /show(Information|Warning|Error)Message|setStatusBarMessage|ProgressLocation\.Notification/.test(
                readFileSync(join('src', name), 'utf8'),
            ),
    );
    assert.deepEqual(others, []);
});
