//! Measures the screen on generated output: `cargo run --release -p jumpseat-screen --example throughput [MB]`.

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use jumpseat_screen::{Limits, Options, Screen, Start, corpus};

const OPTIONS: Options = Options {
    cols: 120,
    rows: 40,
    scrollback: 10_000,
    widths: jumpseat_screen::Widths::Unicode11,
    cells: 16 << 20,
};
const CHUNK: usize = 64 * 1024;
const RUNS: usize = 5;

/// A consumer of bytes to measure.
type Consume = Box<dyn FnMut(&[u8])>;
type Fresh<'a> = &'a dyn Fn() -> Consume;

#[allow(clippy::print_stdout)]
fn main() {
    let megabytes: usize = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(100);
    let bytes = corpus::realistic(1, megabytes << 20);
    let screen = || -> Consume {
        let mut screen = Screen::new(OPTIONS);
        Box::new(move |chunk| screen.feed(0, chunk))
    };
    let no_scrollback = || -> Consume {
        let mut screen = Screen::new(Options { scrollback: 0, ..OPTIONS });
        Box::new(move |chunk| screen.feed(0, chunk))
    };
    let vte = || -> Consume {
        let (mut parser, mut ignore) = (vte::Parser::new(), Ignore(0));
        Box::new(move |chunk| parser.advance(&mut ignore, chunk))
    };
    let vt100 = || -> Consume {
        const ROWS: NonZeroU16 = NonZeroU16::new(40).expect("not zero");
        const COLS: NonZeroU16 = NonZeroU16::new(120).expect("not zero");
        let mut parser = vt100::Parser::new(ROWS, COLS, 10_000);
        Box::new(move |chunk| parser.process(chunk))
    };
    println!("{megabytes} MB of generated output, chunks of 64 KiB, best and worst of {RUNS} runs, MB/s");
    let contestants: [(&str, Fresh<'_>); 4] = [
        ("Screen, 10,000 lines", &screen),
        ("Screen, no scrollback", &no_scrollback),
        ("vte 0.15, parsing only", &vte),
        ("vt100 0.18, 10,000 lines", &vt100),
    ];
    for (name, fresh) in contestants {
        let rates: Vec<f64> = (0..RUNS).map(|_| rate(&bytes, fresh())).collect();
        let best = rates.iter().copied().fold(0.0, f64::max);
        let worst = rates.iter().copied().fold(f64::INFINITY, f64::min);
        println!("  {name:<26} {best:7.1}  ({worst:.1})");
    }
    snapshots();
}

/// Counts, so that the compiler cannot drop the parsing.
struct Ignore(u64);

impl vte::Perform for Ignore {
    fn print(&mut self, _: char) {
        self.0 += 1;
    }

    fn csi_dispatch(&mut self, params: &vte::Params, _: &[u8], _: bool, _: char) {
        self.0 += params.len() as u64;
    }
}

fn rate(bytes: &[u8], mut consume: Consume) -> f64 {
    let start = Instant::now();
    bytes.chunks(CHUNK).for_each(&mut consume);
    let seconds = start.elapsed().as_secs_f64();
    std::hint::black_box(&mut consume);
    bytes.len() as f64 / seconds / 1e6
}

#[allow(clippy::print_stdout)]
fn snapshots() {
    let mut screen = Screen::new(OPTIONS);
    screen.feed(0, &corpus::scrollback(7, 11_000));
    println!("\nsnapshot of {} lines of coloured output", screen.lines().count());
    for (name, start) in [("everything", Start::Everything), ("viewport", Start::Viewport)] {
        let encoded = screen.encode(start);
        let encode = best(|| {
            std::hint::black_box(screen.encode(start));
        });
        let decode = best(|| {
            std::hint::black_box(Screen::decode(&encoded, &Limits::default()).is_ok());
        });
        let mut ansi = Vec::new();
        screen.write_ansi(start, usize::MAX, &mut ansi);
        let ansi_time = best(|| {
            let mut out = Vec::new();
            screen.write_ansi(start, usize::MAX, &mut out);
            std::hint::black_box(&out);
        });
        println!("  {name}: encode {encode:?}, decode {decode:?}, ANSI {ansi_time:?}");
        for (form, bytes) in [("binary", &encoded), ("ANSI", &ansi)] {
            let packed: Vec<String> = [1, 3].iter().map(|&level| pack(bytes, level)).collect();
            println!("    {form:<6} {} bytes; {}", bytes.len(), packed.join("; "));
        }
    }
}

fn pack(bytes: &[u8], level: i32) -> String {
    let len = zstd::bulk::compress(bytes, level).map_or(0, |packed| packed.len());
    let time = best(|| {
        std::hint::black_box(zstd::bulk::compress(bytes, level).is_ok());
    });
    format!("zstd-{level} {len} in {time:?}")
}

fn best(mut work: impl FnMut()) -> Duration {
    (0..20)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}
