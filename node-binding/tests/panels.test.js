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
const taken = ({ type, changes }) => type === "state" && changes.some(({ path }) => path.at(-1) === "findings");
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
  const guest = await native.join({ relay, code: invite.code, token: invite.keys.token, name: "Bo", program: "test" }, taken);
  await told.event("panel", ({ panel }) => panel === "findings");

  // Nobody listens here until the other process has made all its changes.
  const given = [require.resolve(".."), program, session, CHANGES, FINDINGS].map(String);
  const made = spawnSync(process.execPath, ["-e", CHANGING, ...given], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const newest = new RegExp(`^7 ${CHANGES % 10}+…$`);
  const rows = () => guest.panels.rows({ panel: "findings", host: "Ann" }).flatMap(file => file.rows);
  await told.event("panel", () => rows().some(({ label }) => newest.test(label[0].text)));
  assert.ok(CHANGES * FINDINGS * 500 > 26 * MB && most < MB, `${most} bytes of JSON waited`);
  await guest.close();
  await host.close();
});

test("what stands in a panel is asked for, and a line of the log is told once", async () => {
  const { host } = await hosting();
  const { session, relay, invite } = await share(host, [await terminal(host, ["sh", "-c", "read stay"])]);
  const told = new Told();
  const options = { relay, code: invite.code, token: invite.keys.token, name: "Bo", program: "test" };
  const guest = await native.join(options, told.on());
  assert.equal(guest.panels.head({ panel: "log", host: "Ann" }), undefined);
  assert.deepEqual([guest.panels.rows({ panel: "log", host: "Ann" }), guest.panels.lines()], [[], []]);
  await host.ask({ type: "share_panel", session, panel: "log" });
  const lines = [];
  const text = ({ text: spans }) => spans.map(span => span.text).join("");
  const said = sought => () => {
    lines.push(...guest.panels.lines().map(text));
    return lines.includes(sought);
  };
  await told.event("panel", said("Bo joined as viewer"));
  await host.ask({ type: "share_panel", session, panel: "findings", folder: __dirname });
  await told.event("panel", said("Findings shared"));
  assert.deepEqual(lines, [...new Set(lines)]);
  assert.equal(guest.panels.head({ panel: "log", host: "Ann" }).state.is, "fresh");
  assert.throws(() => guest.panels.rows({ panel: "nonsense" }), { kind: "misused" });
  assert.equal(guest.panels.source({ view: "changes", repository: 0, path: "a", version: "head" }), undefined);

  const seen = native.seen(await host.ask({ type: "look_at_panel", session, panel: "log" }));
  const label = ({ label: spans }) => spans.map(span => span.text).join("");
  assert.ok(seen.rows({ panel: "log", host: "Ann" }).map(label).includes("Findings shared"));
  const offers = native.offers([{ panel: "log", state: { is: "fresh" }, entries: 2, left_out: 0 }]);
  const log = offers.find(({ panel }) => panel === "log");
  assert.deepEqual([offers.length, log.title, log.about], [6, "Log", [{ text: "2 lines", tone: "dim" }]]);
  await guest.close();
  await host.close();
});
