//! The screen model next to a parser without a screen and another emulator, and its snapshots.

use std::num::NonZeroU16;
use std::time::Instant;

use anyhow::Result;
use jumpseat_screen::{Limits, Options, Screen, Start, Widths, corpus};

const COLS: NonZeroU16 = NonZeroU16::new(120).expect("not zero");
const ROWS: NonZeroU16 = NonZeroU16::new(40).expect("not zero");
const SCROLLBACK: usize = 10_000;
const OPTIONS: Options = Options {
    cols: COLS.get(),
    rows: ROWS.get(),
    scrollback: SCROLLBACK,
    widths: Widths::Unicode11,
    cells: 16 << 20,
};
/// As much as a host hands to its screen at once during a flood.
const CHUNK: usize = 64 * 1024;
/// The corpora of the bench are these for ever: figures of different days stay comparable.
const FLOOD_SEED: u64 = 1;
const SCROLLBACK_SEED: u64 = 7;
/// Compression of snapshots: the level that hosts use.
const LEVEL: i32 = 3;

pub(crate) fn run(bytes: usize) -> Result<()> {
    let flood = corpus::realistic(FLOOD_SEED, bytes);
    let mut screen = Screen::new(OPTIONS);
    throughput("screen", &flood, |chunk| screen.feed(0, chunk));
    let mut bare = Screen::new(Options { scrollback: 0, ..OPTIONS });
    throughput("no scrollback", &flood, |chunk| bare.feed(0, chunk));
    let (mut parser, mut printed) = (vte::Parser::new(), Printed(0));
    throughput("vte, no screen", &flood, |chunk| parser.advance(&mut printed, chunk));
    std::hint::black_box(printed.0);
    let mut other = vt100::Parser::new(ROWS, COLS, SCROLLBACK);
    throughput("vt100", &flood, |chunk| other.process(chunk));
    snapshots()
}

/// A parser's consumer that does next to nothing, which the compiler cannot leave out.
struct Printed(u64);

impl vte::Perform for Printed {
    fn print(&mut self, _: char) {
        self.0 += 1;
    }

    fn csi_dispatch(&mut self, parameters: &vte::Params, _: &[u8], _: bool, _: char) {
        self.0 += parameters.len() as u64;
    }
}

fn throughput(contestant: &str, bytes: &[u8], mut take: impl FnMut(&[u8])) {
    let start = Instant::now();
    bytes.chunks(CHUNK).for_each(&mut take);
    let seconds = start.elapsed().as_secs_f64();
    figure("throughput", "MB/s", contestant, bytes.len() as f64 / seconds / 1e6);
}

fn snapshots() -> Result<()> {
    let mut screen = Screen::new(OPTIONS);
    screen.feed(0, &corpus::scrollback(SCROLLBACK_SEED, SCROLLBACK + usize::from(ROWS.get())));
    for (name, start) in [("10,000 lines", Start::Everything), ("the viewport", Start::Viewport)] {
        let encoded = timed(&format!("encode {name}"), || screen.encode(start));
        let packed = timed(&format!("compress {name}"), || zstd::bulk::compress(&encoded, LEVEL))?;
        timed(&format!("decode {name}"), || Screen::decode(&encoded, &Limits::default()))?;
        figure(&format!("snapshot of {name}"), "KB", "encoded", encoded.len() as f64 / 1e3);
        figure(&format!("snapshot of {name}"), "KB", "compressed", packed.len() as f64 / 1e3);
    }
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    figure(what, "ms", "screen", start.elapsed().as_secs_f64() * 1e3);
    made
}

fn figure(what: &str, unit: &str, contestant: &str, value: f64) {
    println!("{value}\t{unit}\t{contestant}\t{what}");
}
