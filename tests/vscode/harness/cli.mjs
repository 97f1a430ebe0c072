// The command line, next to VS Code: hosts, guests and relays.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { tested } from './server.mjs';
import { until } from './wait.mjs';

export const program = join(tested, 'dist/bin/jumpseat');

export class Cli {
    /** Runs the program with these arguments; every line that it prints is an event. */
    constructor(env, args, more = {}, binary = program) {
        this.told = '';
        this.process = spawn(binary, args, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
        for (const stream of ['stdout', 'stderr']) this.process[stream].on('data', (chunk) => { this.told += chunk; });
        this.over = once(this.process, 'exit');
    }

    static share(env, name, command = ['bash', '--norc'], ...options) {
        return new Cli(env, ['share', '--headless', '--json', '--name', name, ...options, '--', ...command], { PS1: '$ ' });
    }

    /** A guest that stays, or that waits `--until` something shows. */
    static join(env, link, name, ...options) {
        return new Cli(env, ['join', '--headless', '--json', ...options], { JUMPSEAT_TOKEN: link, JUMPSEAT_NAME: name });
    }

    /** A relay; answers it with its `url`. */
    static async relay(env, ...options) {
        const relay = new Cli(env, ['relay', '--json', ...options]);
        [, relay.url] = await relay.event(/"url":"([^"]+)"/);
        return relay;
    }

    /** What it printed, once it matches. */
    async event(pattern, limit) {
        return until(`the command line's ${pattern}`, () => pattern.exec(this.told) || Promise.reject(new Error(this.told.slice(-600))), limit);
    }

    write(text) {
        this.process.stdin.write(text);
    }

    /** Its exit code, once it ends by itself. */
    async exit() {
        await until('the end of the command line', () => this.process.exitCode !== null || Promise.reject(new Error(this.told.slice(-600))));
        return this.process.exitCode;
    }

    async end(signal = 'SIGTERM') {
        this.process.kill(signal);
        await this.over;
    }
}
