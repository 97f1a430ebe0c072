// What the compiler does not find: promises that nobody waits for, values that are not what they seem.
import tseslint from 'typescript-eslint';

export default tseslint.config(
    { ignores: ['dist', 'node_modules'] },
    {
        files: ['src/**/*.ts', 'test/**/*.ts'],
        extends: [tseslint.configs.recommendedTypeChecked],
        languageOptions: { parserOptions: { project: ['tsconfig.json', 'test/tsconfig.json'] } },
        rules: {
            '@typescript-eslint/no-floating-promises': [
                'error',
                {
                    allowForKnownSafeCalls: [
                        { from: 'package', name: ['test', 'describe', 'it'], package: 'node:test' },
                    ],
                },
            ],
            '@typescript-eslint/no-misused-promises': 'error',
            // What an interface wants to be a promise may need to wait for nothing.
            '@typescript-eslint/require-await': 'off',
            '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
            'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
        },
    },
);
