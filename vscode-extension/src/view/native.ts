// The native module and the program beside it: loaded on first use, never at activation.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Failure, Native } from '../model/face';

/** Loads it once; a failure says what to install. */
export class NativeModule {
    #loaded: Native | undefined;

    constructor(private readonly folder: string, private readonly version: string) {}

    /** The `jumpseat` binary that holds sessions. */
    get program(): string {
        return join(this.folder, 'bin', process.platform === 'win32' ? 'jumpseat.exe' : 'jumpseat');
    }

    load(): Native {
        this.#loaded ??= this.#load();
        return this.#loaded;
    }

    #load(): Native {
        const file = join(this.folder, 'native', 'index.js');
        const wrong = (message: string): Error => {
            const failure: Failure = {
                kind: 'native', message,
                hint: `Install the Jumpseat extension for ${process.platform}-${process.arch}`,
            };
            return Object.assign(new Error(message), failure);
        };
        if (!existsSync(file) || !existsSync(this.program)) {
            throw wrong('Jumpseat was installed without the part for this platform');
        }
        // What does not load says so by itself, in these words' kind.
        const native = createRequire(file)(file) as Native;
        if (native.version() !== this.version) {
            throw wrong(`Jumpseat's parts do not fit: ${native.version()} beside ${this.version}`);
        }
        return native;
    }
}
