// A guest's terminal grows to the host's columns, by VS Code's own means.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Fit } from '../src/model/fit';

/** A terminal with so much room, as VS Code lets it grow and shrink. */
class Room {
    active = true;
    grown: number | undefined;
    longest = 0;
    readonly done: string[] = [];
    override = 0;
    behind = 0;

    constructor(
        public columns: number,
        public grows = true,
        readonly surplus = 0,
    ) {}

    make(wanted: number): Fit {
        this.override = wanted;
        let before = this.shown;
        const fit: Fit = new Fit(
            {
                active: () => this.active,
                probe: (columns) => {
                    this.done.push(`probe ${columns}`);
                    this.longest = columns;
                    return Promise.resolve();
                },
                toggle: () => {
                    this.done.push('toggle');
                    if (this.grown !== undefined) this.grown = undefined;
                    else if (this.grows && this.longest > this.columns) this.grown = this.longest + this.surplus;
                    // VS Code says nothing of it, and takes its time.
                    this.behind = 2;
                    return Promise.resolve();
                },
                redraw: () => this.done.push('redraw'),
                measure: () => Promise.resolve(this.behind-- > 0 ? before : (before = this.shown)),
                pause: () => Promise.resolve(),
            },
            wanted,
        );
        fit.columns(this.shown);
        return fit;
    }

    get shown(): number {
        return this.grown ?? Math.min(this.columns, this.override);
    }

    resize(fit: Fit, wanted: number): void {
        this.override = wanted;
        fit.size(wanted);
        if (this.grown === undefined) fit.columns(this.shown);
    }
}

test('nothing happens where there is room', async () => {
    const room = new Room(120);
    const fit = room.make(100);
    await fit.check();
    assert.deepEqual([room.done, fit.missing], [[], 0]);
});

test("it grows to the host's columns, and follows them", async () => {
    const room = new Room(80);
    const fit = room.make(106);
    assert.equal(fit.missing, 26);
    const checked = fit.check();
    assert.equal(fit.busy, true, 'output is void meanwhile');
    await checked;
    assert.deepEqual(room.done.splice(0), ['probe 106', 'toggle', 'redraw']);
    assert.deepEqual([room.shown, fit.busy, fit.missing], [106, false, 0]);
    await fit.check();
    assert.deepEqual(room.done, []);
    room.resize(fit, 132);
    await fit.check();
    assert.deepEqual(room.done.splice(0), ['toggle', 'probe 132', 'toggle', 'redraw']);
    room.resize(fit, 60);
    await fit.check();
    assert.deepEqual([room.done.splice(0), room.shown], [['toggle', 'redraw'], 60]);
});

test("it waits until VS Code's commands are about it", async () => {
    const room = new Room(80);
    room.active = false;
    const fit = room.make(106);
    await fit.check();
    assert.deepEqual(room.done, []);
    room.active = true;
    await fit.check();
    assert.equal(room.shown, 106);
});

test('where VS Code does not let it grow, that is tried and told', async () => {
    const room = new Room(80, false);
    const fit = room.make(106);
    await fit.check();
    await fit.check();
    assert.deepEqual(room.done, ['probe 106', 'toggle', 'probe 106', 'toggle', 'probe 106', 'toggle', 'redraw']);
    assert.equal(fit.missing, 26);
});

test('a VS Code that leaves room for more than the line is learned', async () => {
    const room = new Room(80, true, 1);
    const fit = room.make(106);
    await fit.check();
    assert.deepEqual(room.done.splice(0), [
        'probe 106',
        'toggle',
        'toggle',
        'probe 106',
        'toggle',
        'toggle',
        'probe 105',
        'toggle',
        'redraw',
    ]);
    assert.equal(room.shown, 106);
    room.resize(fit, 132);
    await fit.check();
    assert.deepEqual([room.done.splice(0), room.shown], [['toggle', 'probe 131', 'toggle', 'redraw'], 132]);
});

test('a person who takes the growing back is left alone', async () => {
    const room = new Room(80);
    const fit = room.make(106);
    await fit.check();
    room.done.length = 0;
    room.grown = undefined;
    fit.columns(80);
    await fit.check();
    assert.deepEqual([room.done, fit.missing], [[], 26]);
});
