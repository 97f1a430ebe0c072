//! Generated terminal output that looks like real work: compiler diagnostics, diffs, listings, progress bars,
//! text in several scripts, full-screen frames. Deterministic for a seed.

use std::io::Write as _;

/// A small generator of pseudo-random numbers (xorshift64*).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_u64() >> 33) as usize % end.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// At least `len` bytes of output for a terminal of 120 columns and 40 rows, ending at a line's end.
pub fn realistic(seed: u64, len: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut out = Vec::with_capacity(len + 16 * 1024);
    while out.len() < len {
        match rng.below(100) {
            0..30 => diagnostic(&mut rng, &mut out),
            30..50 => diff(&mut rng, &mut out),
            50..62 => listing(&mut rng, &mut out),
            62..72 => numbers(&mut rng, &mut out),
            72..84 => prose(&mut rng, &mut out),
            84..92 => progress(&mut rng, &mut out),
            _ => frames(&mut rng, &mut out),
        }
    }
    out
}

/// At least `lines` lines of coloured output without cursor movement, as a long scrollback holds them.
pub fn scrollback(seed: u64, lines: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut out = Vec::new();
    let mut count = 0;
    while count < lines {
        let start = out.len();
        match rng.below(10) {
            0..4 => diagnostic(&mut rng, &mut out),
            4..7 => diff(&mut rng, &mut out),
            7..9 => listing(&mut rng, &mut out),
            _ => prose(&mut rng, &mut out),
        }
        count += out[start..].iter().filter(|byte| **byte == b'\n').count();
    }
    out
}

const NAMES: &[&str] = &[
    "session", "screen", "relay", "frame", "epoch", "snapshot", "stream", "invite", "seat", "buffer",
    "cursor", "parser", "handle", "config", "render", "socket", "packet", "window", "result", "option",
    "context", "index",
];
const TYPES: &[&str] =
    &["u32", "String", "Vec<u8>", "Option<usize>", "&str", "Result<(), Error>", "bool", "&mut Self"];

fn line(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
    out.extend_from_slice(b"\r\n");
}

fn diagnostic(rng: &mut Rng, out: &mut Vec<u8>) {
    let (name, other, kind) = (rng.pick(NAMES), rng.pick(NAMES), rng.pick(TYPES));
    let (row, column) = (rng.below(900) + 1, rng.below(60) + 4);
    if rng.below(3) > 0 {
        for _ in 0..rng.below(12) {
            let (a, b) = (rng.pick(NAMES), rng.pick(NAMES));
            line(
                out,
                format_args!(
                    "\x1b[1m\x1b[32m   Compiling\x1b[0m {a}-{b} v{}.{}.{}",
                    rng.below(9),
                    rng.below(30),
                    rng.below(12)
                ),
            );
        }
    }
    let (level, color) = if rng.below(3) == 0 { ("error[E0308]", 31) } else { ("warning", 33) };
    line(
        out,
        format_args!(
            "\x1b[0m\x1b[1m\x1b[38;5;{}m{level}\x1b[0m\x1b[0m\x1b[1m: mismatched types: expected `{kind}`, found `{other}`\x1b[0m",
            color - 22
        ),
    );
    line(
        out,
        format_args!(
            "\x1b[0m  \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m--> \x1b[0m\x1b[0msrc/{name}/{other}.rs:{row}:{column}\x1b[0m"
        ),
    );
    line(out, format_args!("\x1b[0m   \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m"));
    line(
        out,
        format_args!(
            "\x1b[0m\x1b[1m\x1b[38;5;12m{row}\x1b[0m\x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m\x1b[0m         let {name}_{other}: {kind} = self.{other}.{name}(&{other}, {});\x1b[0m",
            rng.below(4096)
        ),
    );
    let carets = "^".repeat(rng.below(20) + 3);
    line(
        out,
        format_args!(
            "\x1b[0m   \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m\x1b[0m {}\x1b[0m\x1b[0m\x1b[1m\x1b[38;5;9m{carets}\x1b[0m\x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;9mexpected `{kind}`\x1b[0m",
            " ".repeat(column)
        ),
    );
    line(out, format_args!(""));
}

fn diff(rng: &mut Rng, out: &mut Vec<u8>) {
    let (name, other) = (rng.pick(NAMES), rng.pick(NAMES));
    line(out, format_args!("\x1b[1mdiff --git a/src/{name}.rs b/src/{name}.rs\x1b[m"));
    line(
        out,
        format_args!("\x1b[1mindex {:07x}..{:07x} 100644\x1b[m", rng.below(1 << 28), rng.below(1 << 28)),
    );
    line(
        out,
        format_args!("\x1b[36m@@ -{0},{1} +{0},{1} @@\x1b[m impl {other} {{", rng.below(800), rng.below(30)),
    );
    for _ in 0..rng.below(25) + 5 {
        let (a, b, kind) = (rng.pick(NAMES), rng.pick(NAMES), rng.pick(TYPES));
        match rng.below(4) {
            0 => line(
                out,
                format_args!("\x1b[31m-    let {a} = {b}.{other}().unwrap_or({});\x1b[m", rng.below(100)),
            ),
            1 => line(
                out,
                format_args!("\x1b[32m+\x1b[m\x1b[32m    let {a}: {kind} = {b}.{other}(&mut {name})?;\x1b[m"),
            ),
            2 => line(out, format_args!("     // The {a} of the {b} is kept until its {other} is gone.")),
            _ => line(out, format_args!("     fn {a}_{b}(&self, {other}: {kind}) -> {kind} {{")),
        }
    }
}

fn listing(rng: &mut Rng, out: &mut Vec<u8>) {
    for _ in 0..rng.below(30) + 5 {
        let (a, b) = (rng.pick(NAMES), rng.pick(NAMES));
        let size = rng.below(9_000_000);
        let (color, mode) =
            [("01;34", "drwxr-xr-x"), ("0", "-rw-r--r--"), ("01;32", "-rwxr-xr-x")][rng.below(3)];
        line(
            out,
            format_args!(
                "{mode} {:2} dev dev {size:8} Nov {:2} {:02}:{:02} \x1b[0m\x1b[{color}m{a}-{b}\x1b[0m",
                rng.below(20),
                rng.below(30) + 1,
                rng.below(24),
                rng.below(60)
            ),
        );
    }
}

fn numbers(rng: &mut Rng, out: &mut Vec<u8>) {
    let start = rng.below(1_000_000);
    for number in start..start + rng.below(120) + 10 {
        line(out, format_args!("{number}"));
    }
}

fn prose(rng: &mut Rng, out: &mut Vec<u8>) {
    const WORDS: &[&str] = &[
        "the",
        "shell",
        "waits",
        "für",
        "größere",
        "Übertragung",
        "naïve",
        "café",
        "данные",
        "сервер",
        "端末",
        "共有する",
        "画面",
        "ターミナル",
        "→",
        "✓",
        "…",
        "│",
        "─",
        "“quoted”",
        "and",
        "continues",
        "after",
        "reconnecting",
        "😀",
        "🚀",
    ];
    for _ in 0..rng.below(6) + 1 {
        for _ in 0..rng.below(40) + 10 {
            out.extend_from_slice(rng.pick(WORDS).as_bytes());
            out.push(b' ');
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn progress(rng: &mut Rng, out: &mut Vec<u8>) {
    let name = rng.pick(NAMES);
    for step in 0..rng.below(40) + 10 {
        let done = step.min(40);
        let _ = write!(
            out,
            "\r\x1b[K\x1b[1;36m    Building\x1b[0m [{}>{}] {step}/50: {name}, {}",
            "=".repeat(done),
            " ".repeat(40 - done),
            rng.pick(NAMES)
        );
    }
    out.extend_from_slice(b"\r\x1b[K\r\n");
}

/// A few frames of a full-screen interface that redraws parts of itself.
fn frames(rng: &mut Rng, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[?1049h\x1b[?25l\x1b[2J");
    for _ in 0..rng.below(6) + 2 {
        out.extend_from_slice(b"\x1b[?2026h");
        for row in 1..=38 {
            if rng.below(3) == 0 {
                continue;
            }
            let (r, g, b) = (rng.below(256), rng.below(256), rng.below(256));
            let _ = write!(
                out,
                "\x1b[{row};1H\x1b[38;2;{r};{g};{b}m│\x1b[39m {:5.1}% \x1b[48;5;{}m{:<20}\x1b[49m {:>10} \x1b[2m{:<40}\x1b[22m\x1b[38;2;{r};{g};{b}m│\x1b[m",
                rng.below(1000) as f32 / 10.0,
                rng.below(256),
                rng.pick(NAMES),
                rng.below(99_999),
                rng.pick(NAMES)
            );
        }
        let _ = write!(out, "\x1b[40;1H\x1b[7m {:<117} \x1b[27m\x1b[?2026l", rng.pick(NAMES));
    }
    out.extend_from_slice(b"\x1b[?25h\x1b[?1049l");
}
