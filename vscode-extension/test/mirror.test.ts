// The line to the holder, and a mirror over it, against a native module that only keeps what it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostCommand, HostUpdate, Reply, HostState } from '@jumpseat/native';

import type { Native } from '../src/model/client';
import { Holding } from '../src/model/holding';
import { Mirror } from '../src/model/mirror';
import { changed } from './support/states';

/** Terminals that echo what is put in, as soon as they are asked to. */
class Holder {
    readonly asked: HostCommand[] = [];
    typed = '';
    credited = 0;
    tell: (batch: HostUpdate[]) => void = () => undefined;
    /** Bytes that were put in and not yet printed. */
    waiting: Uint8Array[] = [];

    readonly native = {
        host: (_: unknown, on: (batch: HostUpdate[]) => void) => {
            this.tell = on;
            return Promise.resolve({
                ask: (command: HostCommand) => Promise.resolve(this.#answer(command)),
                input: (_: number, bytes: Uint8Array) => {
                    this.typed += new TextDecoder().decode(bytes);
                    this.waiting.push(bytes);
                },
                credit: (_: number, bytes: number) => {
                    this.credited += bytes;
                },
                close: () => Promise.resolve(),
            });
        },
    } as unknown as Native;

    readonly stands: HostState = { pid: 1, terminals: {}, sessions: {} };

    #answer(command: HostCommand): Reply {
        this.asked.push(command);
        if (command.type === 'state') return { reply: 'state', ...changed([], structuredClone(this.stands)) };
        return command.type === 'open_terminal' ? { reply: 'terminal', terminal: 7 } : { reply: 'done' };
    }

    prints(bytes: Uint8Array): void {
        this.tell([{ type: 'output', terminal: 7, bytes: Buffer.from(bytes) }]);
    }
}

function holding(holder: Holder): Holding {
    return new Holding({
        native: () => holder.native,
        options: () => ({ program: '/jumpseat' }),
        changed: () => undefined,
        notice: () => undefined,
        gone: () => undefined,
    });
}

/** Until nothing more happens by itself. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

async function* pieces(...texts: string[]): AsyncIterable<string> {
    for (const text of texts) yield text;
}

async function opened(): Promise<{ holder: Holder; mirror: Mirror }> {
    const holder = new Holder();
    const mirror = new Mirror(holding(holder), 'zsh', { cols: 80, rows: 24 });
    const open = mirror.open({ PATH: '/bin' });
    await settled();
    holder.prints(Buffer.from('Read-only mirror'));
    assert.equal(await open, 7);
    return { holder, mirror };
}

test('a mirror is a held terminal that prints the commands of another one', async () => {
    const { holder, mirror } = await opened();
    const open = holder.asked.find((command) => command.type === 'open_terminal');
    assert.ok(open && open.inherit_env === false && open.command?.at(-1)?.includes('"zsh"'));
    await mirror.follow('make\x1b[2J all', pieces('one\r\n', 'two'));
    await settled();
    assert.equal(holder.typed, '\x1b[0m\x1b[2m$ make [2J all\x1b[0m\r\none\r\ntwo\r\n');
    assert.equal(holder.credited, 'Read-only mirror'.length);
});

test('what feeds it waits for it', async () => {
    const { holder, mirror } = await opened();
    let taken = 0;
    async function* flood(): AsyncIterable<string> {
        for (; taken < 40; taken += 1) yield 'x'.repeat(64 * 1024);
    }
    const done = mirror.follow('flood', flood());
    for (let i = 0; i < 20; i += 1) await settled();
    assert.ok(taken < 8, `${taken} pieces were taken at once`);
    while (taken < 40) {
        for (const bytes of holder.waiting.splice(0)) holder.prints(bytes);
        await settled();
    }
    for (let i = 0; i < 20; i += 1) {
        for (const bytes of holder.waiting.splice(0)) holder.prints(bytes);
        await settled();
    }
    await done;
    assert.ok(holder.typed.length > 40 * 64 * 1024);
});

test('a mirror that was closed takes nothing more, and is hung up', async () => {
    const { holder, mirror } = await opened();
    mirror.close();
    await mirror.follow('late', pieces('text'));
    await settled();
    assert.equal(holder.typed, '');
    assert.ok(holder.asked.some((command) => command.type === 'close_terminal' && command.terminal === 7));
});

test('a holder that is gone leaves nothing behind in the model', async () => {
    const holder = new Holder();
    const gone: boolean[] = [];
    const line = new Holding({
        native: () => holder.native,
        options: () => ({ program: '/jumpseat' }),
        changed: () => undefined,
        notice: () => undefined,
        gone: (ended) => void gone.push(ended),
    });
    const ends: (number | undefined)[] = [];
    const shown = {
        output: () => undefined,
        picture: () => undefined,
        closed: (code: number | undefined) => void ends.push(code),
    };
    await line.show(shown, { type: 'open_terminal', size: { cols: 80, rows: 24 } });
    const terminal = { terminal: 7, title: 'sh', size: { cols: 80, rows: 24 }, blocks: {} };
    holder.tell([changed(['terminals', 7], terminal)]);
    assert.equal(line.state.terminals.length, 1);
    holder.tell([{ type: 'gone' }]);
    assert.deepEqual([gone, line.connected, line.state.terminals.length, ends], [[false], false, 0, [undefined]]);
    await line.connect();
    holder.tell([{ type: 'closing' }, { type: 'gone' }]);
    assert.deepEqual(gone, [false, true], 'one that was told to end is told once');
});
