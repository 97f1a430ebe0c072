// The viewing gate: the focus reports of terminals, of our own views, and the window's state.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gate } from '../src/model/gate';

/** A gate whose grace ends when it is told to. */
function gate(): { gate: Gate; told: (number | undefined)[]; pass: () => void } {
    const told: (number | undefined)[] = [];
    const waiting: (() => void)[] = [];
    return {
        gate: new Gate(
            (terminal) => told.push(terminal),
            (run) => waiting.push(run),
        ),
        told,
        pass: () => {
            for (const run of waiting.splice(0)) run();
        },
    };
}

test('it is open at the focused terminal of a focused window only', () => {
    const { gate: at, told, pass } = gate();
    at.focus(1, true);
    at.window(false);
    at.window(true);
    at.focus(2, true);
    at.focus(1, false);
    pass();
    at.gone(2);
    assert.deepEqual(told, [1, undefined, 1, 2, undefined]);
});

test('a terminal that lost the focus to somewhere unknown is not in front', () => {
    const { gate: at, told, pass } = gate();
    at.focus(1, true);
    at.focus(1, false);
    pass();
    assert.deepEqual(told, [1, undefined]);
});

test('the share view next to it leaves it in front, and neither opens nor keeps anything by itself', () => {
    const { gate: at, told, pass } = gate();
    at.nearby(true);
    pass();
    assert.deepEqual(told, [], 'nothing was in front');
    at.focus(1, true);
    at.focus(1, false);
    at.nearby(true);
    pass();
    assert.deepEqual(told, [1]);
    at.nearby(false);
    at.focus(1, true);
    pass();
    assert.deepEqual(told, [1], 'back from the view');
    at.focus(1, false);
    at.nearby(true);
    at.nearby(false);
    pass();
    assert.deepEqual(told, [1, undefined], 'on from the view to somewhere else');
    at.nearby(true);
    pass();
    assert.deepEqual(told, [1, undefined]);
});

test('a shortcut in the view, another terminal in front or none close it', () => {
    for (const close of [
        (at: Gate) => at.shortcut(),
        (at: Gate) => at.active(2),
        (at: Gate) => at.active(undefined),
        (at: Gate) => at.gone(1),
    ]) {
        const { gate: at, told, pass } = gate();
        at.focus(1, true);
        at.focus(1, false);
        at.nearby(true);
        pass();
        at.active(1);
        assert.deepEqual(told, [1]);
        close(at);
        assert.deepEqual(told, [1, undefined]);
    }
});

test("the order of the window's and the terminal's reports does not matter", () => {
    const { gate: at, told, pass } = gate();
    at.focus(1, true);
    at.focus(1, false);
    at.window(false);
    pass();
    at.window(true);
    at.focus(1, true);
    assert.deepEqual(told, [1, undefined, 1]);
});
