// What a host shares next to the terminal, and what its editor feeds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import type { Offer, PanelKind } from '@jumpseat/native';
import { findingsByTool, Told, within, type Diagnostic } from '../src/model/panels/feed';
import { chosenForges, hostsOf, providerOf } from '../src/model/panels/forges';
import { chosenPanels, panelLines } from '../src/model/panels/offered';

const NOW = Date.UTC(2026, 10, 21, 12);

test('a session begins with what was chosen, and with nothing of a folder where there is none', () => {
    assert.deepEqual(chosenPanels(['log', 'git', 'nonsense', 7], '/home/ada'), ['git', 'log']);
    assert.deepEqual(chosenPanels(['git', 'history', 'review'], undefined), ['history']);
    for (const odd of [undefined, null, 'git', {}]) assert.deepEqual(chosenPanels(odd, '/home/ada'), []);
});

test('each panel has its line, if there is something of it', () => {
    const offer = (panel: PanelKind, rest: Partial<Offer> = {}): Offer => ({
        panel,
        title: panel,
        shared: false,
        about: [{ text: 'As of ' }, { at: NOW }],
        wrong: false,
        ...rest,
    });
    const offers = [offer('git', { shared: true, wrong: true, button: 'Try Again' }), offer('log'), offer('issue')];
    const [git, log, issue] = panelLines(offers, '/home/ada', NOW);
    assert.match(git?.about ?? '', /^As of \d\d:\d\d$/);
    assert.deepEqual([git?.button, log?.panel, issue?.panel], ['Try Again', 'log', 'issue']);
    assert.deepEqual(
        panelLines(offers, undefined, NOW).map(({ panel }) => panel),
        ['git', 'log'],
        'what is shared stays, with no folder open',
    );
});

test('diagnostics are fed by tool, of the folder alone, and only what changed', () => {
    assert.equal(within('/home/ada', '/home/ada/src/a.ts'), 'src/a.ts');
    assert.equal(within('/home/ada/', '/home/ada/a.ts'), 'a.ts');
    assert.equal(within('C:\\ada', 'C:\\ada\\src\\a.ts'), 'src/a.ts');
    for (const outside of ['/home/adam/a.ts', '/other/a.ts', '/home/ada', '/home/ada/../etc/passwd'])
        assert.equal(within('/home/ada', outside), undefined, outside);
    const diagnostic = (message: string, severity = 0, source = 'ts'): Diagnostic => ({
        message,
        severity,
        source,
        code: '2304',
        range: { start: { line: 0, character: 4 }, end: { line: 0, character: 6 } },
    });
    const found = findingsByTool([
        ['a.ts', [diagnostic('no such name'), diagnostic('unused', 3, '')]],
        ['b.ts', Array.from({ length: 500 }, () => diagnostic('x', 1))],
    ]);
    assert.deepEqual(found.get('ts')?.[0], {
        tool: 'ts',
        severity: 'error',
        message: 'no such name',
        path: 'a.ts',
        rule: '2304',
        range: { line: 1, column: 5, end_line: 1, end_column: 7 },
    });
    assert.deepEqual(
        [found.get('ts')?.length, found.get('editor')?.[0]?.severity],
        [201, 'hint'],
        'a file has its bound',
    );
    const told = new Told();
    assert.deepEqual(
        told.changes(found).map(([origin]) => origin),
        ['ts', 'editor'],
    );
    assert.deepEqual(told.changes(found), []);
    found.delete('editor');
    assert.deepEqual(told.changes(found), [['editor', []]], 'what is gone is taken back');
});

test('forges are what a person named, and the server that VS Code signs in to', () => {
    const lab = { host: 'lab.example.com', kind: 'gitlab' };
    assert.deepEqual(
        chosenForges(
            [
                lab,
                { ...lab, api: 'https://x/api' },
                { host: 'a b', kind: 'github' },
                { host: 'x', kind: 'svn' },
                7,
                null,
            ],
            '',
        ),
        [lab, { ...lab, api: 'https://x/api' }],
    );
    assert.deepEqual(chosenForges(undefined, 'https://Git.example.com/'), [
        { host: 'git.example.com', kind: 'github' },
    ]);
    assert.deepEqual(
        chosenForges([{ host: 'git.example.com', kind: 'github', api: 'https://api' }], 'https://git.example.com')
            .length,
        1,
    );
    assert.deepEqual(chosenForges([], 'nonsense'), []);
});

test('VS Code signs in at its own hosts alone', () => {
    assert.deepEqual(
        ['GitHub.com', 'git.example.com', 'lab.example.com', 'github.com.example.com'].map((host) =>
            providerOf(host, 'https://git.example.com:8443/'),
        ),
        ['github', 'github-enterprise', undefined, undefined],
    );
    assert.equal(providerOf('git.example.com', ''), undefined);
    assert.deepEqual(
        [hostsOf('github', ''), hostsOf('github-enterprise', ''), hostsOf('github-enterprise', 'http://127.0.0.1:80')],
        [['github.com'], [], ['127.0.0.1']],
    );
});

test('what leads a credential or a file to somebody else is set for the machine, and by no workspace', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
        contributes: { configuration: { properties: Record<string, { scope: string }> } };
    };
    const scopes = ['forges', 'logFiles', 'sarifFiles'].map(
        (name) => contributes.configuration.properties[`jumpseat.panels.${name}`]?.scope,
    );
    assert.deepEqual(scopes, ['machine', 'machine', 'machine']);
    assert.equal(contributes.configuration.properties['jumpseat.panels.shared']?.scope, 'application');
});
