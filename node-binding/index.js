// Jumpseat's engine for Node. The module is loaded by the first call, so that requiring this costs nothing.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** A failure with what a program goes by and what helps a person. */
class JumpseatError extends Error {
  name = "JumpseatError";

  constructor({ kind, message, hint }) {
    super(message);
    this.kind = kind;
    if (hint != null) {
      this.hint = hint;
    }
  }
}

/** What modules are called after: Node's platform, its processor, and the C library where there are two. */
function platform() {
  const { platform, arch } = process;
  if (platform === "linux") {
    const glibc = process.report.getReport().header.glibcVersionRuntime;
    return `linux-${arch}-${glibc ? "gnu" : "musl"}`;
  }
  return platform === "win32" ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

let loaded;

function native() {
  loaded ??= load();
  return loaded;
}

function load() {
  const own = platform();
  const file = path.join(__dirname, `jumpseat.${own}.node`);
  let module;
  try {
    module = require(file);
  } catch (error) {
    throw new JumpseatError(unloadable(own, file, error));
  }
  const expected = require("./package.json").version;
  const found = module.version();
  if (found !== expected) {
    const message = `this is Jumpseat ${expected}, its native module is ${found}`;
    throw new JumpseatError({ kind: "native", message, hint: "install the extension again" });
  }
  return module;
}

function unloadable(own, file, error) {
  const kind = "native";
  if (fs.existsSync(file)) {
    const why = String(error.message).split("\n")[0];
    const hint = `install the build of the extension for ${own} again`;
    return { kind, message: `Jumpseat's native module for ${own} cannot be loaded: ${why}`, hint };
  }
  const names = fs.readdirSync(__dirname).map(name => /^jumpseat\.(.+)\.node$/.exec(name)?.[1]);
  const others = names.filter(name => name !== undefined);
  const message = others.length > 0
    ? `this build of Jumpseat is for ${others.join(", ")}, and this is ${own}`
    : `Jumpseat's native module for ${own} is missing`;
  return { kind, message, hint: `install the build of the extension for ${own}` };
}

/** The module's errors carry their properties as JSON. */
function failure(error) {
  try {
    return new JumpseatError(JSON.parse(error.message));
  } catch {
    return error;
  }
}

function call(run) {
  try {
    return run();
  } catch (error) {
    throw failure(error);
  }
}

async function ask(run) {
  try {
    return JSON.parse(await run());
  } catch (error) {
    throw failure(error);
  }
}

/** What hosts and guests have in common. */
class Client {
  #handle;
  #closing;

  /** Opens one; `on` is not called before that, nor once it is closed. */
  static async open(name, options, on) {
    if (typeof on !== "function") {
      throw new TypeError("the second argument is called with what happens");
    }
    const client = new this();
    let early = [];
    const tell = batch => {
      if (early) {
        early.push(...batch);
      } else if (!client.#closing && batch.length > 0) {
        on(batch);
      }
    };
    await ask(() => {
      client.#handle = native()[name](JSON.stringify(options), (json, buffers) => tell(batch(json, buffers)));
      return client.#handle.opened();
    });
    // Whoever waits for the client has it before the first batch.
    setImmediate(() => {
      const waiting = early;
      early = undefined;
      tell(waiting);
    });
    return client;
  }

  ask(command) {
    return ask(() => this.#handle.ask(JSON.stringify(command)));
  }

  input(number, bytes) {
    call(() => this.#handle.input(number, bytes));
  }

  /** @protected */
  held() {
    return new Panels(call(() => this.#handle.panels()));
  }

  /** @protected */
  shown(number, bytes) {
    call(() => this.#handle.credit(number, bytes));
  }

  close() {
    this.#closing ??= ask(() => this.#handle.close()).then(() => undefined);
    return this.#closing;
  }
}

/** Events from a list in JSON; the buffers are those of its outputs, in order. */
function batch(json, buffers) {
  let next = 0;
  const events = JSON.parse(json);
  for (const event of events) {
    if (event.type === "output") {
      event.bytes = buffers[next++];
    }
  }
  return events;
}

/** The panels of a session. What stands in them stays native; what is asked for comes as JSON. */
class Panels {
  #native;

  constructor(native) {
    this.#native = native;
  }

  rows(asked) {
    return this.#ask("rows", asked);
  }

  head(asked) {
    return this.#ask("head", asked);
  }

  source(place) {
    return this.#ask("source", place);
  }

  mark(file) {
    return this.#ask("mark", file);
  }

  threads() {
    return this.#ask("threads");
  }

  problems() {
    return this.#ask("problems");
  }

  lines() {
    return this.#ask("lines");
  }

  #ask(what, ...about) {
    return call(() => JSON.parse(this.#native[what](...about.map(one => JSON.stringify(one))))) ?? undefined;
  }
}

class Host extends Client {
  credit(terminal, bytes) {
    this.shown(terminal, bytes);
  }
}

class Guest extends Client {
  #panels;

  get panels() {
    return (this.#panels ??= this.held());
  }

  credit(bytes) {
    this.shown(0, bytes);
  }
}

exports.Host = Host;
exports.Guest = Guest;
exports.Panels = Panels;
exports.JumpseatError = JumpseatError;
exports.host = (options, on) => Host.open("host", options, on);
exports.join = (options, on) => Guest.open("join", options, on);
exports.seen = update => new Panels(call(() => native().Panels.seen(JSON.stringify(update))));
exports.offers = shared => call(() => JSON.parse(native().offers(JSON.stringify(shared))));
exports.readLink = link => call(() => JSON.parse(native().readLink(link)));
exports.version = () => call(() => native().version());

// Only in modules that are built for tests.
exports.panicInExport = () => call(() => native().panicInExport());
exports.panicInTask = on => Client.open("panicInTask", {}, on);
