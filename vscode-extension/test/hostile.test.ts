// Text of hostile hosts, forges and programs: shown, but it loads nothing, runs nothing and pretends nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileName } from '../src/model/panels/place';
import { escaped, isWeb, line, markdown, plain, withoutIcons } from '../src/model/panels/safe';

const APART = '\u2060';

test('output loses its escape sequences, and what turns or hides text', () => {
    assert.equal(
        plain('a\x1b[31;1mb\x1b]8;;file:///x\x07c\x1b]0;t\x1b\\d\x1bP1$r\x1b\\e\x1b(Bf\x9b31mg'),
        'abcdef31mg',
    );
    assert.equal(plain('one\r\ntwo\rthree\tfour\x00\x07'), 'one\ntwo\nthree\tfour');
    assert.equal(plain('a\u202eb\u200bc\u2066d\ufeffe\u{e0041}f'), 'abcdef');
    assert.equal(
        plain('A\u3164n\u115fn\u2800a\uffa0\ufff9\u{e007f}\u00ad\ufe0f\ufffe'),
        'Anna',
        'as the native module has it',
    );
    assert.equal([...plain(`a${'\u0301\u200b'.repeat(50)}b`)].length, 6, 'marks are bounded');
    assert.equal(plain('שָׁלוֹם क्षि ที่ 한국어 山田 🦀'), 'שָׁלוֹם क्षि ที่ 한국어 山田 🦀');
    assert.equal(plain('\x1b]8;;never ended'), '');
    assert.equal(line(' a\n\n b\x1b[m '), 'a b');
    assert.equal([...line('é'.repeat(300))].length, 200);
    assert.equal(withoutIcons('$(error) x'), `$${APART}(error) x`);
});

test('no image is loaded', () => {
    for (const image of [
        '![a](https://evil/x.png)',
        '![a][r]',
        '[![a](https://evil/x)](https://ok)',
        '!\u200b[a](https://evil/x)',
        '!\u2060[a](https://evil)',
    ]) {
        assert.equal(/!\[/.test(markdown(image)), false, image);
    }
    assert.equal(markdown('<img src="https://evil/x">'), `<${APART}img src="https://evil/x">`);
    assert.equal(markdown('</p><!-- x --><?x?>'), `<${APART}/p><${APART}!-- x --><${APART}?x?>`);
});

test('no link leads anywhere but to the web', () => {
    for (const link of [
        '[a](command:workbench.action.quit)',
        '[a](file:///etc/passwd)',
        '[a](vscode://x/y)',
        '[a](//evil)',
        '[a](/etc/passwd)',
        '[a](\njavascript:x)',
        '[a](<command:x>)',
        '[a](COMMAND:x)',
        '[a](&#99;ommand:x)',
        '[a](../x)',
        '[a]( command:x)',
        '[a](data:text/html,x)',
        '[a](http:/x)',
    ])
        assert.equal(/\]\(/.test(markdown(link)), false, link);
    for (const reference of ['[a]: command:x', '[a]:command:x', '[a]:\n command:x', '[a]: <file:///x>'])
        assert.equal(/\]:/.test(markdown(reference)), false, reference);
    for (const auto of ['<command:x>', '<file:///etc/passwd>', '<vscode:x>'])
        assert.equal(markdown(auto).startsWith(`<${APART}`), true, auto);
    for (const fine of [
        '[a](https://ok.example/x?y=1)',
        '[a]: https://ok.example',
        '<https://ok.example>',
        '[a](http://ok)',
        '**b** `x < y` - [ ] todo',
        'a[i] = b',
    ]) {
        assert.equal(markdown(fine), fine);
    }
});

test('names stay names', () => {
    assert.equal(escaped('**a** [x](y) <b> `c`'), '\\*\\*a\\*\\* \\[x\\]\\(y\\) \\<b\\> \\`c\\`');
    for (const bad of [
        'javascript:alert(1)',
        'command:x',
        'https://',
        'https:///x',
        'https://a b',
        'https://a"b',
        'file:///x',
        ' https://a',
        `https://${'a'.repeat(3000)}`,
    ])
        assert.equal(isWeb(bad), false, bad);
    assert.equal(isWeb('https://forge.example/a/b/pull/3#x'), true);
    assert.deepEqual(['../../x', '/etc/passwd', '', '...', 'a/b\\c:d'].map(fileName), [
        'x',
        'etc passwd',
        'untitled',
        'untitled',
        'a b c d',
    ]);
});
