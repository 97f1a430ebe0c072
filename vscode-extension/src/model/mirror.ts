// A terminal that is not ours, as far as VS Code tells of it: the output of its next commands, in a held terminal that
// nobody types in.
import type { Size } from '@jumpseat/native';

import type { Holding, Shown } from './holding';

/** Bytes that may be on their way through the mirror: whatever feeds it waits. */
const WINDOW = 256 * 1024;

/** Prints what it is given, byte for byte, and says when it begins. */
const PROGRAM = (title: string): string[] => [
    'sh',
    '-c',
    'stty raw -echo && printf "%s\\r\\n" "$1" && exec cat',
    'sh',
    title,
];

export class Mirror implements Shown {
    #terminal: number | undefined;
    #under = 0;
    #wake: () => void = () => undefined;
    #ready = false;
    #over = false;

    constructor(
        private readonly holding: Holding,
        private readonly name: string,
        private readonly size: Size,
    ) {}

    get terminal(): number | undefined {
        return this.#terminal;
    }

    /** Opens the held terminal; it is ready when it has printed its title. */
    async open(env: Record<string, string>): Promise<number> {
        const title = `Read-only mirror of "${this.name.replace(/[^\x20-\x7e]/g, '?')}": the output of its next commands.`;
        const { size } = this;
        this.#terminal = await this.holding.show(this, {
            type: 'open_terminal',
            command: PROGRAM(title),
            size,
            title: `${this.name} (mirror)`,
            env,
            inherit_env: false,
            shell_integration: false,
        });
        await this.#until(() => this.#ready);
        return this.#terminal;
    }

    /** Feeds one that is open already: after a reload. */
    async resume(terminal: number): Promise<void> {
        this.#ready = true;
        this.#terminal = await this.holding.show(this, { terminal });
    }

    /** One command, with all that it prints; as slow as the mirror is. */
    async follow(command: string, output: AsyncIterable<string>): Promise<void> {
        let last = '\n';
        await this.#write(`\x1b[0m\x1b[2m$ ${command.replace(/[\x00-\x1f\x7f]/g, ' ')}\x1b[0m\r\n`);
        for await (const text of output) {
            if (this.#over) return;
            if (!text) continue;
            await this.#write(text);
            last = text;
        }
        if (!last.endsWith('\n')) await this.#write('\r\n');
    }

    /** It was closed where it is from. */
    close(): void {
        if (this.#over || this.#terminal === undefined) return;
        this.holding.tell({ type: 'close_terminal', terminal: this.#terminal });
        this.closed();
    }

    output(bytes: Uint8Array): void {
        if (this.#terminal !== undefined) this.holding.credit(this.#terminal, bytes.length);
        if (this.#ready) this.#under = Math.max(0, this.#under - bytes.length);
        this.#ready = true;
        this.#wake();
    }

    picture(): void {
        // It is nowhere shown.
    }

    closed(): void {
        this.#over = true;
        this.#wake();
    }

    async #write(text: string): Promise<void> {
        const bytes = new TextEncoder().encode(text);
        for (let at = 0; at < bytes.length && !this.#over; at += WINDOW) {
            await this.#until(() => this.#under < WINDOW);
            const part = bytes.subarray(at, at + WINDOW);
            this.#under += part.length;
            if (this.#terminal !== undefined && !this.#over) this.holding.input(this.#terminal, part);
        }
    }

    async #until(done: () => boolean): Promise<void> {
        while (!done() && !this.#over)
            await new Promise<void>((wake) => {
                this.#wake = wake;
            });
    }
}
