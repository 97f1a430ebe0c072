//! What passes the filter costs xterm.js no more than a screenful, whatever it says.

use std::process::Command;

use jumpseat_screen::Sanitizer;
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
fn passed(sequence: &str) -> Vec<u8> {
    let (mut filter, mut out) = (Sanitizer::default(), Vec::new());
    filter.resize(COLS, ROWS);
    filter.feed(sequence.as_bytes(), &mut out);
    out
}

fn count(name: &str, writes: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<(), String> {
    // Coloured text on all rows, and a long cluster before the cursor to repeat.
    let setup = format!("\x1b[44m{}\x1b[12;40He{}", "text\r\n".repeat(60), "\u{301}".repeat(30));
    let jobs: Vec<Value> = writes
        .into_iter()
        .map(|(name, write)| {
            json!({ "name": name, "cols": COLS, "rows": ROWS, "setup": hex(setup.as_bytes()), "write": hex(&write) })
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
        let write = passed(&sequence);
        (format!("{sequence:?}"), write)
    });
    let passing: Vec<_> = passing.filter(|(_, write)| !write.is_empty()).collect();
    assert!(passing.len() > 100, "{} pass", passing.len());
    if let Err(found) = count("passing", passing) {
        panic!("{found}");
    }
}

/// The counter sees what it is for.
#[test]
fn the_counter_stops_what_goes_on_for_ever() {
    for last in ["S", "L", "T", "M", "I", "Z", "b"] {
        let sequence = format!("\x1b[2147483647{last}");
        let found = count("endless", [(sequence.clone(), sequence.into_bytes())]);
        assert!(found.is_err(), "{last}");
    }
}
