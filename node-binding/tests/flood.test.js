"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { test } = require("node:test");

const { Told, hosting, native, program, seated, share, terminal, state, windows } = require("./scene.js");

const MB = 1024 * 1024;

/** Prints 30 MB of numbered lines, and then a last one. */
const FLOOD = ["sh", "-c", "read go; seq 1 4000000; echo the-end-$((40+2)); read stay"];

/** The longest time that the event loop did not turn, in milliseconds, until stopped. */
function stalls() {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

test("a flood passes whole under its credit, in batches, and the guest ends with the same line", async t => {
  const window = MB;
  const told = new Told();
  let unshown = 0;
  let most = 0;
  const owed = [];
  const host = await native.host({ program }, told.on(({ terminal, bytes }) => {
    unshown += bytes.length;
    most = Math.max(most, unshown);
    owed.push(bytes.length);
    setImmediate(() => {
      const length = owed.shift();
      unshown -= length;
      host.credit(terminal, length);
    });
  }));
  const { terminal: number } = await host.ask({ type: "open_terminal", command: FLOOD });
  await host.ask({ type: "attach", terminal: number, window, scrollback: true });
  const shared = await share(host, [number]);
  const { guest, told: seen } = await seated(shared);
  await seen.event("joined");
  const before = process.memoryUsage().rss;
  const stop = stalls();
  const start = performance.now();
  host.input(number, Buffer.from("\r"));
  await told.shows("the-end-42");
  const took = (performance.now() - start) / 1000;
  await seen.shows("the-end-42");
  const longest = stop();
  const grown = (process.memoryUsage().rss - before) / MB;
  assert.ok(told.bytes > 30 * MB, `${told.bytes} bytes`);
  assert.ok(most <= window + 64 * 1024, `${most} bytes were under way`);
  assert.ok(told.bytes / told.batches > 8 * 1024, `${told.batches} batches for ${told.bytes} bytes`);
  assert.ok(grown < 100, `grown by ${grown} MB`);
  t.diagnostic(`${(told.bytes / MB / took).toFixed(0)} MB/s, longest stall ${longest.toFixed(0)} ms, `
    + `${(told.bytes / told.batches / 1024).toFixed(0)} KiB a batch, grown by ${grown.toFixed(0)} MB`);
  await guest.close();
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("without credit the program waits, and goes on with it", async () => {
  const told = new Told();
  const host = await native.host({ program }, told.on());
  const { terminal: number } = await host.ask({ type: "open_terminal", command: ["sh", "-c", "seq 1 400000; read stay"] });
  const window = 128 * 1024;
  await host.ask({ type: "attach", terminal: number, window, scrollback: false });
  await told.until(() => told.bytes >= window);
  // Everything that was on its way has arrived when a question that was asked later is answered.
  await host.ask({ type: "state" });
  assert.ok(told.bytes <= window + 64 * 1024, `${told.bytes} bytes`);
  assert.ok(!told.text.includes("400000"));
  host.credit(number, 1 << 30);
  await told.shows("400000");
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("a guest without credit is drawn nothing, and then the end", async () => {
  const { host, told } = await hosting();
  const number = await terminal(host, FLOOD);
  const shared = await share(host, [number]);
  const seen = new Told();
  const { code, keys: { token } } = shared.invite;
  const setup = { relay: shared.relay, code, token, name: "Bo", program: "test", window: 1 };
  const guest = await native.join(setup, seen.on());
  windows(guest, seen);
  await seen.event("joined");
  await seen.until(() => seen.bytes > 0);
  const before = seen.bytes;
  host.input(number, Buffer.from("\r"));
  await told.shows("the-end-42");
  await host.ask({ type: "state" });
  assert.equal(seen.bytes, before);
  guest.credit(1 << 30);
  await seen.shows("the-end-42");
  await guest.close();
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("closing in a flood lets the program run on", async () => {
  const { host } = await hosting();
  const number = await terminal(host, ["sh", "-c", "yes"]);
  const shared = await share(host, [number]);
  for (let i = 0; i < 5; i += 1) {
    const [one, other] = [await hosting(), await seated(shared)];
    await one.host.ask({ type: "attach", terminal: number, window: MB, scrollback: false });
    await one.told.until(() => one.told.bytes > 0);
    await other.told.event("joined");
    await Promise.all([one.host.close(), other.guest.close()]);
  }
  assert.equal(Object.keys((await state(host)).terminals).length, 1);
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("1,000 clients opened and closed leave nothing behind", async t => {
  const { host } = await hosting();
  const number = await terminal(host, ["cat"]);
  const shared = await share(host, [number]);
  const cycle = async i => {
    const client = await native.host({ program }, () => {});
    await client.ask({ type: "attach", terminal: number, window: 4096, scrollback: true });
    await client.close();
    if (i % 20 === 0) {
      const { guest, told } = await seated(shared);
      await told.event("joined");
      await guest.close();
    }
  };
  const count = () => fs.readdirSync("/proc/self/fd").length;
  const rss = () => {
    globalThis.gc?.();
    return process.memoryUsage().rss / MB;
  };
  for (let i = 0; i < 200; i += 1) {
    await cycle(i);
  }
  const [files, memory] = [count(), rss()];
  for (let i = 0; i < 1000; i += 1) {
    await cycle(i);
  }
  const grown = rss() - memory;
  t.diagnostic(`grown by ${grown.toFixed(1)} MB, files ${files} before and ${count()} after`);
  assert.ok(count() <= files + 2, `${files} files before, ${count()} after`);
  assert.ok(grown < 16, `grown by ${grown} MB`);
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});
