// Counts what sequences make xterm.js do, so that no clock is asked.
//
//   node cost.mjs JOBS.json      (an array of { name, cols, rows, limit, setup: hex, write: hex })
//
// Work is calls of the methods that touch lines, cells and tab stops; each of them costs a row at the most, and one that
// moves lines counts for each of them. Prints one JSON
// line for each job that takes more than its limit, and exits with 1 if there was any. A job that goes on for ever is
// stopped at the limit.
import { readFileSync } from "node:fs";
import headless from "@xterm/headless";

class TooMuch extends Error {}
let calls = 0;
let limit = Infinity;

function count(prototype, names) {
  for (const name of names) {
    const method = prototype[name];
    if (typeof method !== "function") throw new Error(`xterm.js has no ${name}`);
    prototype[name] = function (...args) {
      calls++;
      if (calls > limit) throw new TooMuch();
      return method.apply(this, args);
    };
  }
}

/** A method that moves lines, and how many. */
function countMoves(prototype, name, moves) {
  const method = prototype[name];
  prototype[name] = function (...args) {
    calls += moves(this, ...args);
    return method.apply(this, args);
  };
}

function open({ cols, rows }) {
  return new headless.Terminal({ cols, rows, scrollback: 1000, allowProposedApi: true, logLevel: "off" })._core;
}

const { buffers } = open({ cols: 80, rows: 24 })._bufferService;
count(Object.getPrototypeOf(buffers.normal), ["getBlankLine", "nextStop", "prevStop", "getWrappedRangeForLine", "fillViewportRows"]);
count(Object.getPrototypeOf(buffers.normal.lines), ["get", "set", "push", "recycle", "splice", "shiftElements", "trimStart"]);
countMoves(Object.getPrototypeOf(buffers.normal.lines), "splice", (list, start, deleted, ...lines) =>
  (list.length - start) * (Math.min(deleted, 1) + Math.min(lines.length, 1)));
countMoves(Object.getPrototypeOf(buffers.normal.lines), "shiftElements", (_list, _start, moved) => moved);
count(Object.getPrototypeOf(buffers.normal.lines.get(0)), [
  "setCell", "setCellFromCodepoint", "insertCells", "deleteCells", "replaceCells", "fill", "clone", "copyFrom",
]);

const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));
let [most, failed] = [0, 0];
for (const { name, cols, rows, limit: most_calls, setup, write } of jobs) {
  limit = Infinity;
  const core = open({ cols, rows });
  core.writeSync(Buffer.from(setup, "hex").toString("utf8"));
  [calls, limit] = [0, most_calls];
  try {
    core.writeSync(Buffer.from(write, "hex").toString("utf8"));
    most = Math.max(most, calls);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    failed++;
    console.log(JSON.stringify({ name, more_than: limit }));
  }
}
console.log(JSON.stringify({ jobs: jobs.length, most, failed }));
process.exitCode = failed ? 1 : 0;
