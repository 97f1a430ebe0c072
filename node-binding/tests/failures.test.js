"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { test } = require("node:test");

const { Told, folder, hosting, native, program, seated, share, terminal } = require("./scene.js");

const TOKEN = `jst1_${"A".repeat(64)}`;

test("a wrong code, a wrong token, a used-up invite", async () => {
  const { host } = await hosting();
  const number = await terminal(host, ["cat"]);
  const shared = await share(host, [number], { invite: { role: "viewer", max_uses: 1 } });
  const failed = async invite => {
    const { guest, told } = await seated({ relay: shared.relay, invite });
    const failure = await told.event("failed");
    await told.event("gone");
    await guest.close();
    assert.ok(failure.hint && !JSON.stringify(failure).includes(invite.keys.token));
    return failure.kind;
  };
  assert.equal(await failed({ code: "ZZZZ-ZZZZ", keys: shared.invite.keys }), "no_session");
  assert.equal(await failed({ code: shared.invite.code, keys: { token: TOKEN } }), "invite");
  const { guest, told } = await seated(shared);
  await told.event("joined");
  assert.equal(await failed(shared.invite), "invite");
  await guest.close();
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("what cannot be a token, code, link, option or command is refused at once", async () => {
  const options = { relay: "ws://127.0.0.1:1", code: "K7QM-3XTE", token: TOKEN, name: "Bo", program: "test" };
  const refused = (more, kind) => assert.rejects(native.join({ ...options, ...more }, () => assert.fail()), { kind });
  await refused({ token: "jst1_canary" }, "invite");
  await refused({ code: "no" }, "invite");
  await refused({ relay: "ftp://x" }, "address");
  await refused({ color: "red" }, "misused");
  for (const link of ["https://r.example/j#K7QM-3XTE.jst1_canary", "<https://r.example/j#K7QM-3XTE.jst1_canary>."]) {
    assert.throws(() => native.readLink(link), error => {
      return error.kind === "invite" && error.message.includes("exactly 64") && !error.message.includes("canary");
    });
  }
  const { host } = await hosting();
  await assert.rejects(host.ask({ type: "dance" }), { kind: "misused" });
  await assert.rejects(host.ask({ type: "stop", session: 99 }), { kind: "not_found" });
  assert.throws(() => host.input(1, new Uint8Array(5 << 20)), { kind: "misused" });
  host.input(99, Buffer.from("x"));
  assert.equal((await host.ask({ type: "state" })).reply, "state");
  await host.close();
});

test("a relay that is not there, or is something else", async () => {
  const { host } = await hosting();
  const free = await new Promise(resolve => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  const relay = `ws://127.0.0.1:${free}`;
  const number = await terminal(host, ["cat"]);
  await assert.rejects(share(host, [number], { relay: { at: "url", url: relay } }), error => {
    return error.kind === "unreachable" && error.message.includes(String(free));
  });
  const { guest, told } = await seated({ relay, invite: { code: "K7QM-3XTE", keys: { token: TOKEN } } });
  assert.equal((await told.event("failed")).kind, "unreachable");
  await guest.close();

  const other = net.createServer(socket => socket.resume().end("220 mail.example\r\n")).listen(0, "127.0.0.1");
  await new Promise(resolve => other.once("listening", resolve));
  const strange = { relay: `ws://127.0.0.1:${other.address().port}`, invite: { code: "K7QM-3XTE", keys: { token: TOKEN } } };
  const { guest: second, told: heard } = await seated(strange);
  assert.ok(["protocol", "unreachable"].includes((await heard.event("failed")).kind));
  await second.close();
  await new Promise(resolve => other.close(resolve));
  await host.ask({ type: "close_terminal", terminal: number });
  await host.close();
});

test("a panic is an error, and the process goes on", async () => {
  assert.throws(() => native.panicInExport(), { kind: "bug", message: /asked for by a test/ });
  await assert.rejects(native.panicInTask(() => assert.fail()), { kind: "bug", message: /asked for by a test/ });
  const { host } = await hosting();
  assert.equal((await host.ask({ type: "state" })).reply, "state");
  await host.close();
});

test("a client alone does not keep Node running", async () => {
  const script = `
    const native = require(${JSON.stringify(path.join(__dirname, ".."))});
    native.host({ program: ${JSON.stringify(program)} }, () => {}).then(() => console.log("open"));
  `;
  const out = execFileSync(process.execPath, ["--eval", script], { encoding: "utf8", timeout: 150_000 });
  assert.match(out, /open/);
});

test("a module that is missing, or for another platform", () => {
  const tell = files => {
    const copy = fs.mkdtempSync(path.join(folder, "copy-"));
    for (const name of ["index.js", "package.json"]) {
      fs.copyFileSync(path.join(__dirname, "..", name), path.join(copy, name));
    }
    for (const [name, text] of files) {
      fs.writeFileSync(path.join(copy, name), text);
    }
    const module = require(copy);
    try {
      module.version();
    } catch (error) {
      assert.equal(error.kind, "native");
      assert.match(error.hint, /install/);
      return error.message;
    }
    return assert.fail("it loaded");
  };
  const own = fs.readdirSync(path.join(__dirname, "..")).map(name => /^jumpseat\.(.*)\.node$/.exec(name)?.[1]).find(Boolean);
  assert.match(tell([]), new RegExp(`for ${own} is missing`));
  assert.match(tell([["jumpseat.plan9-mips.node", ""]]), new RegExp(`is for plan9-mips, and this is ${own}`));
  assert.match(tell([[`jumpseat.${own}.node`, "no module"]]), /cannot be loaded/);
});
