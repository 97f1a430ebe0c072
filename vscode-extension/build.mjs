// Bundles the extension into dist/, or its plain tests with --tests.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' };

if (process.argv.includes('--tests')) {
    const entryPoints = readdirSync('test')
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `test/${name}`);
    // A test that reaches `vscode` fails to build: the model stands without it.
    await build({ ...common, entryPoints, outdir: 'dist/test' });
} else {
    await build({
        ...common,
        entryPoints: ['src/extension.ts'],
        outfile: 'dist/extension.js',
        external: ['vscode'],
        minify: process.argv.includes('--release'),
    });
}
