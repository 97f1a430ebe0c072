// The native module and the program next to it: loaded on first use, never at activation.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { LogOutputChannel } from 'vscode';

import type { Fault, Native } from '../model/client';

/** Loads it once; a failure says what to install. */
export class NativeModule {
    #loaded: Native | undefined;

    constructor(
        private readonly folder: string,
        private readonly version: string,
        private readonly log: LogOutputChannel,
    ) {}

    /** The `jumpseat` binary that holds sessions. */
    get program(): string {
        return join(this.folder, 'bin', process.platform === 'win32' ? 'jumpseat.exe' : 'jumpseat');
    }

    load(): Native {
        this.#loaded ??= this.#load();
        return this.#loaded;
    }

    #load(): Native {
        const started = performance.now();
        const file = join(this.folder, 'native', 'index.js');
        if (!existsSync(file) || !existsSync(this.program)) {
            throw wrong('Jumpseat was installed without the part for this platform');
        }
        // What does not load says so by itself, in these words' kind.
        const native = createRequire(file)(file) as Native;
        const found = native.version();
        if (found !== this.version) throw wrong(`Jumpseat's versions do not match: ${found} and ${this.version}`);
        this.log.info(`native module ${found}, loaded in ${Math.round(performance.now() - started)} ms`);
        return native;
    }
}

function wrong(message: string): Error {
    const fault: Fault = {
        kind: 'native',
        message,
        hint: `install the Jumpseat extension for ${process.platform}-${process.arch}`,
    };
    return Object.assign(new Error(message), fault);
}
