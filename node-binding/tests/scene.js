// A holder of its own for each test file, and what is told by it and by seats.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after } = require("node:test");

const native = require("..");

const program = path.join(__dirname, "../../target/debug", process.platform === "win32" ? "jumpseat.exe" : "jumpseat");

// Sockets have short names at most.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "js-"));
process.env.XDG_RUNTIME_DIR = folder;
process.env.XDG_CONFIG_HOME = folder;
process.env.HISTFILE = "/dev/null";
for (const name of ["JUMPSEAT_RELAY", "JUMPSEAT_TOKEN", "HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"]) {
  delete process.env[name];
}

// Callbacks of clients keep no process running; tests wait for them all the same.
const awake = setInterval(() => {}, 1 << 30);

after(async () => {
  clearInterval(awake);
  const host = await native.host({ program }, () => {});
  await host.ask({ type: "shutdown" }).catch(() => {});
  await host.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Everything that one callback was told, and waiting for what is yet to come. */
class Told {
  events = [];
  batches = 0;
  text = "";
  state = undefined;
  bytes = 0;
  #waiting = [];
  #decoder = new TextDecoder();

  /** The callback. `shown` is called with each output. */
  on(shown = () => {}) {
    return batch => {
      this.batches += 1;
      for (const event of batch) {
        if (event.type === "output") {
          this.bytes += event.bytes.length;
          this.text = (this.text + this.#decoder.decode(event.bytes, { stream: true })).slice(-65536);
          shown(event);
        } else {
          this.events.push(event);
          if (event.type === "state") {
            this.#fold(event);
          }
        }
      }
      this.#waiting = this.#waiting.filter(wait => !wait());
    };
  }

  #fold({ changes }) {
    for (const { path, value } of changes) {
      if (path.length === 0) {
        this.state = value;
        continue;
      }
      const last = path.at(-1);
      const at = path.slice(0, -1).reduce((node, key) => node[key] ??= {}, this.state);
      if (value === null) {
        delete at[last];
      } else {
        at[last] = value;
      }
    }
  }

  /** What `find` finds in the state, now or later. */
  stands(find) {
    return this.until(() => this.state && find(this.state));
  }

  /** What `find` finds, now or later. The run's own limit ends what never comes. */
  until(find) {
    return new Promise(resolve => {
      const wait = () => {
        const found = find();
        if (found) {
          resolve(found);
        }
        return Boolean(found);
      };
      if (!wait()) {
        this.#waiting.push(wait);
      }
    });
  }

  event(type, more = () => true) {
    return this.until(() => this.events.find(event => event.type === type && more(event)));
  }

  session(what, more = () => true) {
    return this.event("session", ({ event }) => event.what === what && more(event)).then(({ event }) => event);
  }

  shows(text) {
    return this.until(() => this.text.includes(text));
  }
}

/** A client whose terminals are shown as they print. */
async function hosting() {
  const told = new Told();
  const host = await native.host({ program }, told.on(({ terminal, bytes }) => host.credit(terminal, bytes.length)));
  return { host, told };
}

/** A program in a terminal of its own, attached. */
async function terminal(host, command, more = {}) {
  const { terminal } = await host.ask({ type: "open_terminal", command, size: { cols: 80, rows: 24 }, ...more });
  await host.ask({ type: "attach", terminal, window: 1 << 20, scrollback: true });
  return terminal;
}

/** A session of these terminals, relayed inside the holder, with an invite that lets in everyone who has it. */
function share(host, terminals, more = {}) {
  const relay = { at: "embedded", address: "127.0.0.1" };
  const invite = { role: "viewer", admission: "open" };
  return host.ask({ type: "share", name: "Ada", terminals, from: "start", relay, invite, ...more });
}

/** Everything that stands. */
async function state(host) {
  return (await host.ask({ type: "state" })).changes[0].value;
}

/** A seat whose output is shown as it comes. */
async function seated({ invite, relay }, name = "Bo", options = {}) {
  const told = new Told();
  const { code, keys: { token } } = invite;
  const setup = { relay, code, token, name, program: "test", ...options };
  const guest = await native.join(setup, told.on(({ bytes }) => guest.credit(bytes.length)));
  windows(guest, told);
  return { guest, told };
}

/** Opens a window on each terminal of a seat, as soon as it is there. */
function windows(guest, told, history = 1000) {
  const opened = new Set();
  told.until(() => {
    for (const { terminal } of Object.values(told.state?.terminals ?? {})) {
      if (!opened.has(terminal)) {
        opened.add(terminal);
        const size = { cols: 80, rows: 24 };
        guest.ask({ type: "open_window", terminal, size, history }).catch(() => undefined);
      }
    }
    return false;
  });
}

module.exports = { Told, folder, hosting, native, program, seated, share, state, terminal, windows };
