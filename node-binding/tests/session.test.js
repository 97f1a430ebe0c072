"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { Told, hosting, native, program, seated, share, terminal, state } = require("./scene.js");

test("share, join, read only, grant, type, remove, stop", async () => {
  const { host, told } = await hosting();
  const number = await terminal(host, ["bash", "--norc"], { env: { PS1: "ready> " } });
  await told.shows("ready> ");
  host.input(number, Buffer.from("echo one-$((40+2))\r"));
  await told.shows("one-42");

  const shared = await share(host, [number]);
  assert.match(shared.invite.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  assert.deepEqual(native.readLink(shared.invite.keys.link).token, shared.invite.keys.token);
  assert.deepEqual(native.readLink(`<${shared.invite.keys.link}>.`).relay, shared.relay);
  assert.equal(shared.invite.keys.web_link, null, "no page is named");
  await host.ask({ type: "looking", terminal: number });

  const { guest, told: seen } = await seated(shared);
  const joined = await seen.event("joined");
  const seat = await told.session("joined");
  assert.deepEqual(seat.guest.words, joined.words);
  assert.equal(seat.guest.name, "Bo");
  await seen.shows("one-42");
  const shown = await seen.stands(({ terminals }) => Object.values(terminals)[0]);
  const theirNumber = shown.terminal;
  assert.deepEqual(shown.size, { cols: 80, rows: 24 });

  const mine = JSON.parse((await host.ask({ type: "screen", terminal: number, format: "json" })).picture);
  const theirs = JSON.parse((await guest.ask({ type: "screen", terminal: theirNumber, format: "json" })).picture);
  assert.deepEqual([theirs.first, theirs.lines], [mine.first, mine.lines], "lines are counted alike");
  await assert.rejects(guest.ask({ type: "screen", terminal: 99, format: "json" }), { kind: "not_found" });
  seen.text = "";
  await guest.ask({ type: "redraw", terminal: theirNumber });
  await seen.shows("one-42");
  assert.ok(seen.text.includes("\x1bc"), "from nothing");
  await guest.ask({ type: "point", at: { terminal: theirNumber, from: mine.first, to: mine.first } });
  assert.deepEqual((await told.session("pointed")).at, { terminal: number, from: mine.first, to: mine.first });

  guest.input(theirNumber, Buffer.from("x"));
  assert.equal((await seen.event("input_refused")).why, "read_only");
  await guest.ask({ type: "ask_control" });
  const { slot } = await told.session("control_asked");
  await host.ask({ type: "set_role", session: shared.session, slot, role: "writer" });
  await seen.event("role_changed", ({ role }) => role === "writer");
  guest.input(theirNumber, Buffer.from("echo two-$((80+4))\r"));
  await Promise.all([told.shows("two-84"), seen.shows("two-84")]);
  await told.stands(({ sessions }) => slot in sessions[shared.session].typing);

  await host.ask({ type: "looking", terminal: null });
  await seen.stands(({ looking }) => looking === undefined);
  guest.input(theirNumber, Buffer.from("x"));
  await seen.event("input_refused", ({ why }) => why === "host_away");

  await host.ask({ type: "resize", terminal: number, size: { cols: 100, rows: 30 } });
  assert.deepEqual((await seen.event("resize", ({ size }) => size.cols === 100)).size, { cols: 100, rows: 30 });
  await guest.ask({ type: "chat", text: "grüß dich" });
  const chat = await told.session("chat");
  assert.equal(chat.text, "grüß dich");
  assert.ok(Number.isSafeInteger(chat.at) && chat.at > 1.7e12);

  await host.ask({ type: "remove", session: shared.session, slot });
  assert.equal((await seen.event("ended")).reason, "removed");
  await seen.event("gone");
  await guest.close();

  const { told: again } = await seated(shared);
  assert.equal((await again.event("failed")).kind, "invite");
  const terms = { role: "viewer", admission: "ask" };
  const invite = await host.ask({ type: "create_invite", session: shared.session, terms });
  const { told: second } = await seated({ relay: shared.relay, invite }, "Cy");
  await second.stands(({ phase }) => phase.is === "waiting");
  const { knock } = await told.session("knocked", ({ name }) => name === "Cy");
  await host.ask({ type: "admit", session: shared.session, knock });
  await Promise.all([second.event("joined"), told.session("joined", ({ guest }) => guest.name === "Cy")]);
  await host.ask({ type: "stop", session: shared.session });
  assert.equal((await second.event("ended")).reason, "stopped");
  await host.ask({ type: "close_terminal", terminal: number });
  await told.event("terminal_closed");
  await host.close();
});

test("terminals and sessions outlive the client that opened them", async () => {
  const first = await hosting();
  const number = await terminal(first.host, ["bash", "--norc"], { env: { PS1: "ready> " } });
  await first.told.shows("ready> ");
  first.host.input(number, Buffer.from("echo kept-$((40+2))\r"));
  await first.told.shows("kept-42");
  const shared = await share(first.host, [number]);
  const { guest, told: seen } = await seated(shared);
  await Promise.all([seen.event("joined"), first.told.session("joined")]);
  await first.host.close();

  const again = await hosting();
  const stood = await state(again.host);
  assert.notEqual(stood.pid, process.pid);
  assert.deepEqual(Object.keys(stood.sessions).map(Number), [shared.session]);
  assert.deepEqual(Object.values(stood.sessions[shared.session].guests).map(({ name }) => name), ["Bo"]);
  await again.host.ask({ type: "attach", terminal: number, window: 1 << 20, scrollback: true });
  await again.told.shows("kept-42");
  again.host.input(number, Buffer.from("exit\r"));
  assert.equal((await again.told.event("terminal_closed")).exit_code, 0);
  assert.equal((await seen.event("ended")).reason, "shell_exited");
  await guest.close();
  await again.host.close();
});

test("keys and questions keep their order", async () => {
  const { host, told } = await hosting();
  const number = await terminal(host, ["cat"]);
  let keys = "";
  for (let i = 0; i < 200; i += 1) {
    host.input(number, Buffer.from(`${i},`));
    keys += `${i},`;
    if (i % 40 === 39) {
      host.input(number, Buffer.from("\r"));
      keys += "\r\n";
    }
    if (i % 50 === 0) {
      void host.ask({ type: "looking", terminal: null });
    }
  }
  await told.until(() => told.text.replaceAll("\r\n", "").includes("199,") && told.text.includes(keys.slice(0, 100)));
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("a terminal has its client's environment where that is asked for", async () => {
  const { host, told } = await hosting();
  const env = { PATH: process.env.PATH, OWN: "given" };
  await terminal(host, ["sh", "-c", "echo [$OWN] [$HISTFILE] [$TERM]; read stay"], { env, inherit_env: false });
  await told.shows("[given] [] [xterm-256color]");
  await terminal(host, ["sh", "-c", "echo [$OWN] [$HISTFILE]; read stay"], { env });
  await told.shows("[given] [/dev/null]");
  for (const { terminal } of Object.values((await state(host)).terminals)) {
    await host.ask({ type: "close_terminal", terminal });
  }
  await host.close();
});

test("the holder that goes is told, and questions are answered", async () => {
  const { host, told } = await hosting();
  await host.ask({ type: "shutdown" }).catch(error => assert.equal(error.kind, "gone"));
  await told.event("gone");
  await assert.rejects(host.ask({ type: "state" }), { kind: "gone" });
  host.input(1, Buffer.from("x"));
  await host.close();
  await host.close();
  assert.equal(told.events.filter(({ type }) => type === "gone").length, 1);
});

test("a program that is not there, or is no holder", async () => {
  await assert.rejects(native.host({ program: "/nonexistent/jumpseat" }, () => assert.fail()), error => {
    assert.ok(error instanceof native.JumpseatError && error instanceof Error);
    assert.equal(error.kind, "local");
    assert.match(error.message, /\/nonexistent\/jumpseat/);
    return Boolean(error.hint);
  });
  await assert.rejects(native.host({ program, arguments: ["--no-such"] }, () => assert.fail()), { kind: "local" });
});

test("no batch comes after close", async () => {
  const { host } = await hosting();
  const number = await terminal(host, ["sh", "-c", "yes"]);
  const told = new Told();
  let closed = false;
  const other = await native.host({ program }, told.on(() => assert.equal(closed, false)));
  await other.ask({ type: "attach", terminal: number, window: 1 << 20, scrollback: false });
  await told.until(() => told.bytes > 0);
  const closing = other.close();
  closed = true;
  await closing;
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("a holder that is started has more in its environment, and one that runs keeps what it has", async () => {
  const before = await hosting();
  await before.host.ask({ type: "shutdown" }).catch(() => {});
  await before.told.event("gone");
  await before.host.close();
  for (const mark of ["first", "second"]) {
    const told = new Told();
    const host = await native.host({ program, env: { MARK: mark } }, told.on(event => host.credit(event.terminal, event.bytes.length)));
    await terminal(host, ["sh", "-c", "echo mark-$MARK; cat"]);
    await told.shows("mark-first");
    await host.close();
  }
});
