// A tree that VS Code does not ask about is told of once more.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Nudge } from '../src/model/nudge';

/** A view whose time passes when it is told to; what it was told, in all. */
function view(): { nudge: Nudge; told: () => number; pass: () => void; show: (on: boolean) => void } {
    let [told, visible] = [0, true];
    const waiting: (() => void)[] = [];
    const nudge = new Nudge(
        () => {
            told += 1;
        },
        () => visible,
        (run) => waiting.push(run),
    );
    return {
        nudge,
        told: () => told,
        pass: () => {
            for (const run of waiting.splice(0)) run();
        },
        show: (on) => {
            visible = on;
            nudge.seen();
        },
    };
}

test('what is read is told once', () => {
    const { nudge, told, pass } = view();
    nudge.changed();
    nudge.read();
    pass();
    pass();
    assert.equal(told(), 1);
});

test('what is forgotten is told until it is read', () => {
    const { nudge, told, pass } = view();
    nudge.changed();
    pass();
    pass();
    assert.equal(told(), 3);
    nudge.read();
    pass();
    assert.equal(told(), 3);
});

test('many changes wait for one answer', () => {
    const { nudge, told, pass } = view();
    nudge.changed();
    nudge.changed();
    pass();
    assert.equal(told(), 3);
});

test('a hidden view is left alone until it is seen', () => {
    const { nudge, told, pass, show } = view();
    show(false);
    nudge.changed();
    pass();
    assert.equal(told(), 1);
    show(true);
    pass();
    assert.equal(told(), 2);
    show(false);
    pass();
    assert.equal(told(), 2);
});
