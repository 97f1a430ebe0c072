"use strict";

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { test } = require("node:test");

const { Told, hosting, native, program, share, terminal } = require("./scene.js");

const MB = 1024 * 1024;

/** How often the findings become others while nobody listens, and how large they are each time. */
const CHANGES = 28;
const FINDINGS = 2000;

/** Another process with a client of the same holder: it changes the findings, each time once they stand in the panel. */
const CHANGING = `
const native = require(process.argv[1]);
const [session, changes, findings] = process.argv.slice(3).map(Number);
let published = () => {};
const taken = ({ event }) => event?.what === "panel" && event.panel === "findings";
const on = batch => { if (batch.some(update => taken(update))) published(); };
const awake = setInterval(() => {}, 1 << 30);
(async () => {
  const host = await native.host({ program: process.argv[2] }, on);
  for (let change = 1; change <= changes; change += 1) {
    const done = new Promise(resolve => { published = resolve; });
    const finding = (_, n) => ({ tool: "t", severity: "note", message: \`\${n} \`.padEnd(500, String(change % 10)), path: \`f/\${n}\` });
    await host.ask({ type: "set_findings", session, origin: "all", findings: Array.from({ length: findings }, finding) });
    await done;
  }
  await host.close();
  clearInterval(awake);
})();
`;

test("what waits while nobody listens is bounded, and the newest comes", async () => {
  const { host } = await hosting();
  const { session, relay, invite } = await share(host, [await terminal(host, ["sh", "-c", "read stay"])]);
  await host.ask({ type: "share_panel", session, panel: "findings", folder: __dirname });
  const told = new Told();
  const tell = told.on();
  let most = 0;
  const taken = batch => {
    most = Math.max(most, JSON.stringify(batch).length);
    tell(batch);
  };
  const guest = await native.join({ relay, code: invite.code, token: invite.token, name: "Bo", program: "test" }, taken);
  await told.event("panel", ({ panel }) => panel === "findings");

  // Nobody listens here until the other process has made all its changes.
  const given = [require.resolve(".."), program, session, CHANGES, FINDINGS].map(String);
  const made = spawnSync(process.execPath, ["-e", CHANGING, ...given], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const newest = new RegExp(`^7 ${CHANGES % 10}+$`);
  await told.event("panel", ({ set }) => Object.values(set).some(({ message }) => newest.test(message ?? "")));
  assert.ok(CHANGES * FINDINGS * 500 > 26 * MB && most < 20 * MB, `${most} bytes of JSON waited`);
  await guest.close();
  await host.close();
});
