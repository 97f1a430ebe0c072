//! What passes the filter costs xterm.js no more than a screenful, whatever it says, and no more for each byte, however
//! often it is said. What it costs a screen of ours is bounded alike.

use std::process::Command;

use jumpseat_screen::{Options, Sanitizer, Screen, take_work};
use serde_json::{Value, json};

use crate::judge::{hex, referee_dir};

const COLS: u16 = 80;
const ROWS: u16 = 24;

const PREFIXES: [&str; 5] = ["", "?", ">", "=", "<"];
const INTERMEDIATES: [&str; 12] = ["", " ", "!", "\"", "#", "$", "%", "&", "'", "(", "*", "+"];
const NUMBERS: [&str; 5] =
    ["1", "9999", "2147483647", "2147483647;2147483647", "22;1049;2147483647:2147483647"];

/// Every control sequence that there is, and the escape sequences, with great numbers.
fn sequences() -> Vec<String> {
    let mut all = Vec::new();
    for intermediates in INTERMEDIATES {
        for last in 0x40..0x7f_u8 {
            let last = char::from(last);
            for prefix in PREFIXES {
                all.extend(NUMBERS.map(|numbers| format!("\x1b[{prefix}{numbers}{intermediates}{last}")));
            }
            all.push(format!("\x1b{intermediates}{last}"));
        }
    }
    all
}

/// What of the sequence passes.
fn passed(sequence: &str, cols: u16, rows: u16) -> Vec<u8> {
    let (mut filter, mut out) = (Sanitizer::default(), Vec::new());
    filter.resize(cols, rows);
    filter.feed(sequence.as_bytes(), &mut out);
    out
}

/// On a terminal of this size, with a limit of that many calls for each write.
type Bound = (u16, u16, usize);

/// A screenful, several times over.
const ONCE: Bound = (COLS, ROWS, 8 * COLS as usize * ROWS as usize);

fn count(
    name: &str,
    bound: Bound,
    writes: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> Result<(), String> {
    let (cols, rows, limit) = bound;
    // Coloured text on all rows, and a long cluster before the cursor to repeat.
    let setup = format!("\x1b[44m{}\x1b[12;40He{}", "text\r\n".repeat(60), "\u{301}".repeat(30));
    let jobs: Vec<Value> = writes
        .into_iter()
        .map(|(name, write)| {
            let (setup, write) = (hex(setup.as_bytes()), hex(&write));
            json!({ "name": name, "cols": cols, "rows": rows, "limit": limit, "setup": setup, "write": write })
        })
        .collect();
    assert!(!jobs.is_empty());
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("cost-{name}-{}.json", std::process::id()));
    std::fs::write(&file, Value::from(jobs).to_string()).expect("the jobs can be written");
    let output = Command::new("node").arg("cost.mjs").arg(&file).current_dir(referee_dir()).output();
    let output = output.expect("node runs (install Node.js 20 or newer)");
    let _ = std::fs::remove_file(&file);
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(())
    } else {
        Err(text.lines().take(20).map(|line| format!("{line:.300}\n")).collect())
    }
}

#[test]
fn no_sequence_that_passes_costs_xterm_more_than_a_screenful() {
    let passing = sequences().into_iter().map(|sequence| {
        let write = passed(&sequence, COLS, ROWS);
        (format!("{sequence:?}"), write)
    });
    let passing: Vec<_> = passing.filter(|(_, write)| !write.is_empty()).collect();
    assert!(passing.len() > 100, "{} pass", passing.len());
    if let Err(found) = count("passing", ONCE, passing) {
        panic!("{found}");
    }
}

/// The counter sees what it is for.
#[test]
fn the_counter_stops_what_goes_on_for_ever() {
    for last in ["S", "L", "T", "M", "I", "Z", "b"] {
        let sequence = format!("\x1b[2147483647{last}");
        let found = count("endless", ONCE, [(sequence.clone(), sequence.into_bytes())]);
        assert!(found.is_err(), "{last}");
    }
}

/// The largest terminal there is.
const LARGE: u16 = 1000;
/// Cells, lines and places that a byte may touch: all of a row, or all lines, a few times.
const PER_BYTE: usize = 4096;
/// And beyond that: several screens.
const AT_ONCE: usize = 20 * LARGE as usize * LARGE as usize;
/// Bytes that a host sends in one frame.
const FRAME: usize = 4 * 1024;

/// Sequences that touch many lines or cells.
const COSTLY: [&str; 24] = [
    "\x1b[1000S",
    "\x1b[1000T",
    "\x1b[1000L",
    "\x1b[1000M",
    "\x1b[S",
    "\x1b[T",
    "\x1b[L",
    "\x1b[M",
    "\x1b[999S",
    "\x1b[500L",
    "\x1b#8",
    "\x1b[ A",
    "\x1b[ @",
    "\x1b['}",
    "\x1b['~",
    "\x1b[2J",
    "\x1b[?2J",
    "x\x1b[1000000b",
    "\x1bc",
    "\x1bM",
    "\x1b[@",
    "\x1b[?1049h\x1b[?1049l",
    "\x1b#8\x1b[1000S",
    "\x1b[3J",
];

#[test]
fn no_sequence_costs_xterm_more_than_its_bytes_are_worth_however_often_it_comes() {
    let repeated = COSTLY.into_iter().map(|sequence| {
        let frame = sequence.repeat(FRAME / sequence.len());
        (format!("{sequence:?}"), passed(&frame, LARGE, LARGE))
    });
    if let Err(found) = count("repeated", (LARGE, LARGE, AT_ONCE + PER_BYTE * FRAME), repeated) {
        panic!("{found}");
    }
}

#[test]
fn no_sequence_costs_a_screen_more_than_its_bytes_are_worth_however_often_it_comes() {
    let mut base = Screen::new(Options { cols: LARGE, rows: LARGE, scrollback: 2000, ..Options::default() });
    for n in 0..1000 {
        let marks = format!("\x1b]133;A\x07p\x1b]133;B\x07{n}\x1b]133;C\x07out\r\n\x1b]133;D;0\x07");
        base.feed(0, marks.as_bytes());
    }
    base.feed(0, "text\r\n".repeat(2500).as_bytes());
    let lines = ["\n", "\x1bM", "\x1b[S", "\x1b[L", "x", "\x1b[1;2r\n\n\n\n"];
    let protected = "\x1b[1\"q\x1b#8\x1b[H";
    let footer = "\x1b[1;900r\x1b[900;1H";
    let jobs =
        COSTLY.map(|sequence| (sequence, "")).into_iter().chain(COSTLY.map(|sequence| (sequence, protected)));
    let regions = [footer, "\x1b[2;999r\x1b[999;1H", "\x1b[4h"];
    let jobs = jobs.chain(lines.into_iter().flat_map(|sequence| regions.map(|setup| (sequence, setup))));
    let mut found = Vec::new();
    for (sequence, setup) in jobs {
        let mut screen = base.clone();
        screen.feed(0, setup.as_bytes());
        take_work();
        screen.feed(0, sequence.repeat(FRAME / sequence.len()).as_bytes());
        let work = take_work();
        if work > (AT_ONCE + PER_BYTE * FRAME) as u64 {
            found.push(format!("{sequence:?} after {setup:?}: {work}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A link that finds the table full looks at every cell once, not each time.
#[test]
fn links_that_no_longer_fit_do_not_have_every_cell_looked_at_again_and_again() {
    let mut screen = Screen::new(Options::default());
    for n in 0..4095 {
        screen.feed(0, format!("\x1b]8;;http://{n}\x07x").as_bytes());
    }
    screen.feed(0, "\r\n".repeat(5000).as_bytes());
    take_work();
    let mut bytes = 0;
    for n in 0..1000 {
        let output = format!("\x1b]8;;http://a/{n}\x07");
        bytes += output.len();
        screen.feed(0, output.as_bytes());
    }
    let work = take_work();
    assert!(work < (bytes * PER_BYTE / 16) as u64, "{work} for {bytes} bytes");
}

/// A screen of the usual size with all the scrollback and all the commands that it keeps.
fn with_a_past() -> Screen {
    let mut screen = Screen::new(Options::default());
    screen.feed(0, "text\r\n".repeat(12_000).as_bytes());
    for n in 0..1000 {
        let marks = format!("\x1b]133;A\x07p\x1b]133;B\x07{n}\x1b]133;C\x07out\r\n\x1b]133;D;0\x07");
        screen.feed(0, marks.as_bytes());
    }
    screen
}

#[test]
fn line_feeds_above_a_footer_do_not_move_the_places_of_all_commands_each() {
    let mut screen = with_a_past();
    screen.feed(0, b"\x1b[1;23r\x1b[23;1H");
    take_work();
    screen.feed(0, &[b'\n'; FRAME]);
    let work = take_work();
    assert!(work < 4 * FRAME as u64, "{work} for {FRAME} line feeds");
}

#[test]
fn the_alignment_pattern_does_not_count_the_scrollback() {
    let mut screen = with_a_past();
    take_work();
    screen.feed(0, b"\x1b#8");
    let work = take_work();
    assert!(work <= u64::from(COLS) * u64::from(ROWS), "{work} for one screen");
}
