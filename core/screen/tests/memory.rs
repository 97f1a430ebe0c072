//! JS-SNAP-7: what all terminals of a hostile host take of a guest's memory. A process of its own, as its peak is measured.
#![cfg(target_os = "linux")]

use jumpseat_screen::{Limits, Options, Screen, Start};

/// Terminals that a guest follows at most.
const STREAMS: usize = 64;
/// Cells that they may store together: 64 MiB.
const CELLS: usize = 8 << 20;
/// The stated bound: cells, and for each screen its tables of styles, clusters, links, titles and blocks.
const MOST: u64 = 512 << 20;

/// The greatest amount of memory that this process had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

/// Everything that a screen keeps, as much as it takes.
fn greedy() -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0..70_000_u32 {
        let [_, r, g, b] = n.to_be_bytes();
        bytes.extend_from_slice(format!("\x1b[38;2;{r};{g};{b}mx").as_bytes());
    }
    for n in 0..40_000_u32 {
        let mark = |n| char::from_u32(0x300 + n % 0x6f).expect("a mark");
        bytes.extend_from_slice(format!("{}{}{}", 'a', mark(n), mark(n / 0x6f)).as_bytes());
    }
    let long = "u".repeat(4000);
    for n in 0..300 {
        bytes.extend_from_slice(format!("\x1b]8;;http://{n}/{long}\x07l").as_bytes());
    }
    let command = "c".repeat(16_000);
    for n in 0..100 {
        bytes.extend_from_slice(
            format!("\x1b]2;{n}{long}\x07\x1b[22t\x1b]7;file:///{n}/{command}\x07").as_bytes(),
        );
        bytes
            .extend_from_slice(format!("\x1b]133;A\x07\x1b]633;E;{n}{command}\x07\x1b]133;C\x07").as_bytes());
    }
    bytes.extend_from_slice(format!("\x1b]2;{}", "t".repeat(60_000)).as_bytes());
    bytes
}

/// Lines of a thousand cells, ten bytes each.
fn wide(lines: usize) -> Vec<u8> {
    "\x1b[999Cx\r\n".repeat(lines).into_bytes()
}

#[test]
fn the_terminals_of_a_hostile_host_stay_within_the_stated_bound() {
    let mut host = Screen::new(Options {
        cols: 1000,
        rows: 200,
        scrollback: 100_000,
        cells: usize::MAX,
        ..Options::default()
    });
    host.feed(0, &wide(4000));
    host.feed(0, &greedy());
    let picture = host.encode(Start::Everything);
    drop(host);
    let mut screens: Vec<Screen> = Vec::new();
    for streams in 1..=STREAMS {
        let limits = Limits { keep: CELLS / streams, ..Limits::default() };
        screens.iter_mut().for_each(|screen| screen.set_cells(limits.keep));
        screens.push(Screen::decode(&picture, &limits).expect("a snapshot within the limits"));
    }
    let more = wide(1000);
    for screen in &mut screens {
        screen.feed(0, b"\x18");
        screen.feed(0, &more);
        screen.resize(1000, 1000);
        screen.feed(0, b"\x1b[44m\x1b#8\x1b[?1049h\x1b#8");
        screen.resize(999, 1000);
        screen.feed(0, &more);
        assert_eq!(screen.flaw(), None);
    }
    assert!(peak() < MOST, "{} MiB", peak() >> 20);
}
