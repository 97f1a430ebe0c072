// Compares screens, cell by cell, with what xterm.js shows.
//
//   node referee.mjs JOBS.json      (an array; see below)
//
// A job is { name, cols, rows, scrollback, unicode, steps, model?, cuts?, tolerant? }:
//   steps     what happens to the terminal: { write: hex } or { resize: [cols, rows] }
//   model     the dump that our own screen makes after all steps
//   cuts      [{ at, cols, rows, ansi: hex }]: a snapshot taken after `at` steps, which must go on alike
// Prints one JSON line for each difference found and exits with 1 if there was any.
import { readFileSync } from "node:fs";
import unicode11 from "@xterm/addon-unicode11";
import headless from "@xterm/headless";

const UNDERLINE = 0x10000000;
const EXTENDED = 0x10000000;

function open({ cols, rows, scrollback, unicode }) {
  const terminal = new headless.Terminal({
    cols, rows, scrollback, allowProposedApi: true, logLevel: "off",
    windowOptions: { pushTitle: true, popTitle: true },
  });
  if (unicode === "11") {
    terminal.loadAddon(new unicode11.Unicode11Addon());
    terminal.unicode.activeVersion = "11";
  }
  const core = terminal._core;
  mendReflow(core);
  // Links are forgotten with their last marker; cells keep their number. Remember them all.
  const links = new Map();
  const service = core._oscLinkService;
  const register = service.registerLink.bind(service);
  service.registerLink = (data) => {
    const id = register(data);
    links.set(id, data);
    return id;
  };
  let title = "";
  terminal.onTitleChange((text) => (title = text));
  // Text reaches terminals through a streaming decoder, as VS Code's do.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    core, links,
    title: () => title,
    step(step) {
      if (step.resize) {
        core.resize(...step.resize);
        // xterm.js forgets to shrink an alternate buffer that is not in use, which then scrolls back.
        const { lines } = core._bufferService.buffers.alt;
        if (lines.length === 0) lines.maxLength = step.resize[1];
      } else core.writeSync(decoder.decode(Buffer.from(step.write, "hex"), { stream: true }));
    },
  };
}

// Two slips of xterm.js in reflowing, which are no rules to follow: it moves the marks of characters that it does not
// move, too; and lines that do not fit at the top come out at the bottom, since its ring takes any index.
function mendReflow(core) {
  const lines = Object.getPrototypeOf(core._bufferService.buffers.normal.lines);
  const line = Object.getPrototypeOf(core._bufferService.buffers.normal.lines.get(0));
  if (line.mended) return;
  line.mended = true;
  const set = lines.set;
  lines.set = function (index, value) {
    if (index >= 0) set.call(this, index, value);
  };
  const copy = line.copyCellsFrom;
  line.copyCellsFrom = function (source, from, to, length, reverse) {
    const [theirs, ours] = [{ ...source._combined }, { ...this._combined }];
    copy.call(this, source, from, to, length, reverse);
    this._combined = ours;
    for (let i = 0; i < length; i++) {
      if (theirs[from + i] !== undefined) this._combined[to + i] = theirs[from + i];
    }
  };
}

// Writes that follow one another at once: where xterm.js's chunks end must not matter.
function merged(steps) {
  const out = [];
  for (const step of steps) {
    if (step.write !== undefined && out.at(-1)?.write !== undefined) out.at(-1).write += step.write;
    else out.push({ ...step });
  }
  return out;
}

const hex = (text) => Buffer.from(text, "utf8").toString("hex");

function color(word) {
  switch (word & 0x3000000) {
    case 0x1000000: case 0x2000000: return word & 0x30000ff;
    case 0x3000000: return word & 0x3ffffff;
    default: return 0;
  }
}

const word = (value) => (((value & 0xfc000000) | color(value)) >>> 0).toString(16);

function words(links, fg, bg, extended) {
  const counts = bg & EXTENDED && extended;
  const ext = counts ? extended._ext : 0;
  const kind = fg & UNDERLINE ? Math.max((ext >>> 26) & 7, 1) : 0;
  const link = counts && extended.urlId ? links.get(extended.urlId) : undefined;
  const target = link && /^(https?|mailto):/i.test(link.uri) ? `${hex(link.id ?? "")}@${hex(link.uri)}` : "";
  return `${word(fg)}/${word(bg & ~EXTENDED)}/${kind}/${color(ext).toString(16)}/${target}`;
}

// Thrown where there is nothing to agree with.
class Odd extends Error {}

// Our screens hold no half of a wide character: it is erased where xterm.js leaves it behind (without wrapping, at the
// margin, and when lines are cut). And no character is wider or narrower than it is: xterm.js gives one the width of the
// character printed last when a combining mark comes to it from elsewhere.
function cellText(terminal, line, x) {
  const width = line.getWidth(x);
  const text = line.getString(x);
  const isHalf = (x) => x < line.length && line.getWidth(x) === 0 && line.getString(x) === "";
  if (width === 2 && !isHalf(x + 1)) return "/1";
  if (isHalf(x) && (x === 0 || line.getWidth(x - 1) !== 2)) return "/1";
  const codes = [...text].map((c) => c.codePointAt(0));
  if (codes.length && terminal.core.unicodeService.wcwidth(codes[0]) !== width) throw new Odd();
  return `${codes.map((code) => code.toString(16)).join("+")}/${width}`;
}

function dumpLine(terminal, line, cols) {
  const runs = [];
  for (let x = 0; x < cols; x++) {
    let text = cellText(terminal, line, x);
    const [fg, bg] = [line.getFg(x), line.getBg(x)];
    const style = words(terminal.links, fg, bg, bg & EXTENDED ? line._extendedAttrs[x] : undefined);
    if (style !== "0/0/0/0/") text += "/" + style;
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  if (runs.at(-1)?.text === "/1") runs.pop();
  return runs.map(({ text, count }) => ` ${count}x${text}`).join("");
}

function dumpLines(terminal, buffer, name, cols, out) {
  for (let i = 0; i < buffer.lines.length; i++) {
    const line = buffer.lines.get(i);
    out.push(`${name}${i} w${line.isWrapped && i > 0 ? 1 : 0}${dumpLine(terminal, line, cols)}`);
  }
}

function dump(terminal) {
  const { core } = terminal;
  const { cols, rows, buffers } = core._bufferService;
  const buffer = buffers.active;
  const dec = core.coreService.decPrivateModes;
  const mouse = core.coreMouseService;
  const flag = (value) => (value ? 1 : 0);
  const options = core.optionsService.rawOptions;
  const saved = buffer.savedCurAttrData;
  const pen = core._inputHandler._curAttrData;
  const tabs = Object.keys(buffer.tabs).map(Number).filter((column) => column < cols);
  const out = [
    `size ${cols}x${rows}`,
    `alt ${flag(buffer === buffers.alt)}`,
    `cursor ${buffer.x} ${buffer.y} base ${buffer.ybase}`,
    `region ${buffer.scrollTop} ${buffer.scrollBottom}`,
    `saved ${buffer.savedX} ${Math.max(buffer.savedY, 0)} ${words(terminal.links, saved.fg, saved.bg & ~EXTENDED)}`,
    `tabs ${tabs.sort((a, b) => a - b).join(",")}`,
    `modes irm${flag(core.coreService.modes.insertMode)} lnm${flag(options.convertEol)}` +
      ` ckm${flag(dec.applicationCursorKeys)} kpm${flag(dec.applicationKeypad)} om${flag(dec.origin)}` +
      ` awm${flag(dec.wraparound)} blink${flag(options.cursorBlink)} hidden${flag(core.coreService.isCursorHidden)}` +
      ` rw${flag(dec.reverseWraparound)} focus${flag(dec.sendFocus)} paste${flag(dec.bracketedPasteMode)}` +
      ` sync${flag(dec.synchronizedOutput)}`,
    `mouse ${mouse.activeProtocol} ${mouse.activeEncoding} cursor ${dec.cursorStyle} ${dec.cursorBlink}`,
    `title ${hex(terminal.title().replace(/\p{Cc}/gu, "\ufffd"))}`,
    `pen ${words(terminal.links, pen.fg, pen.bg, pen.extended)}`,
  ];
  dumpLines(terminal, buffers.normal, "N", cols, out);
  if (buffer === buffers.alt) dumpLines(terminal, buffers.alt, "A", cols, out);
  return out;
}

function differences(expected, actual) {
  const found = [];
  for (let i = 0; i < Math.max(expected.length, actual.length) && found.length < 5; i++) {
    if (expected[i] !== actual[i]) found.push({ xterm: expected[i] ?? "(nothing)", ours: actual[i] ?? "(nothing)" });
  }
  return found;
}

function judge(job, report) {
  const whole = open(job);
  try {
    for (const step of merged(job.steps)) {
      whole.step(step);
      // A reflow with hardly any scrollback can leave the viewport reaching beyond the lines there are.
      const { lines, ybase } = whole.core._bufferService.buffers.normal;
      if (lines.length < ybase + whole.core.rows) return false;
    }
  } catch {
    return false; // xterm.js itself fails on a few sequences; there is nothing to agree with.
  }
  let expected;
  try {
    expected = dump(whole);
  } catch (error) {
    if (error instanceof Odd) return false;
    throw error;
  }
  const lost = new Set(job.ignore ?? []);
  const compare = (what, actual) => {
    const keep = (line) => !lost.has(line.split(" ", 1)[0]);
    const found = differences(expected.filter(keep), actual.filter(keep));
    if (found.length) report({ name: job.name, what, found });
  };
  if (job.model) compare("model", job.model.trimEnd().split("\n"));
  for (const cut of job.cuts ?? []) {
    const late = open({ ...job, cols: cut.cols, rows: cut.rows });
    merged([{ write: cut.ansi }, ...job.steps.slice(cut.at)]).forEach((step) => late.step(step));
    try {
      compare(`snapshot after step ${cut.at}`, dump(late));
    } catch (error) {
      if (!(error instanceof Odd)) throw error;
    }
  }
  return true;
}

const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));
let failed = 0;
let skipped = 0;
for (const job of jobs) {
  const ok = judge(job, (difference) => {
    failed++;
    console.log(JSON.stringify(difference));
  });
  if (!ok) skipped++;
}
console.log(JSON.stringify({ jobs: jobs.length, skipped, failed }));
process.exitCode = failed ? 1 : 0;
