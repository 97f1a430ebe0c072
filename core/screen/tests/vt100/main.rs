//! A second referee, in plain Rust: our screen against the vt100 crate, on what both model.
//!
//! `Modelled` leaves out of a stream what vt100 does not know or does otherwise than xterm.js, and says which. The rest
//! must show the same in both.

mod modelled;
mod pair;
#[path = "../streams/mod.rs"]
mod streams;

use jumpseat_screen::Options;
use proptest::prelude::*;

use pair::Pair;
use streams::{Step, generated::step, recorded::recordings};

fn compare(options: Options, steps: &[Step]) -> Result<usize, String> {
    let mut pair = Pair::new(options);
    for step in steps {
        match step {
            Step::Write(bytes) => pair.write(bytes)?,
            Step::Resize(cols, rows) if pair.is_fresh() => {
                pair = Pair::new(Options { cols: *cols, rows: *rows, ..options });
            }
            // vt100 wraps no line again: from here on they differ.
            Step::Resize(..) => break,
        }
    }
    pair.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_streams_agree_with_vt100(
        (cols, rows) in (2u16..60, 2u16..20),
        steps in proptest::collection::vec(step(), 1..14),
    ) {
        let steps: Vec<_> = steps.into_iter().filter(|step| matches!(step, Step::Write(_))).collect();
        let options = Options { cols, rows, scrollback: 1000, ..Options::default() };
        prop_assert_eq!(compare(options, &steps).err(), None);
    }
}

#[test]
fn recorded_programs_agree_with_vt100() {
    let mut found = Vec::new();
    for (name, options, steps) in recordings() {
        match compare(options, &steps) {
            Ok(tokens) => assert!(tokens > 20, "{name}: only {tokens} tokens were compared"),
            Err(difference) => found.push(format!("{name}: {difference}")),
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The referee sees what it is for.
#[test]
fn a_difference_is_found() {
    let mut pair = Pair::new(Options { cols: 10, rows: 4, ..Options::default() });
    pair.write(b"\x1b[1mab\r\n\x1b[31mc").expect("they agree");
    pair.ours.feed(0, b"\x08");
    assert!(pair.difference().is_some_and(|found| found.contains("cursor")));
    pair.ours.feed(0, b"\x1b[mC");
    assert!(pair.difference().is_some_and(|found| found.contains("row 1, column 0")));
}
