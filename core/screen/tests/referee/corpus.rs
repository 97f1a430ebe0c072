//! Recorded programs: each stream whole, and joined late at several places.

use std::path::Path;

use jumpseat_screen::{Options, Widths};

use crate::judge::{Case, Step, judge};

/// Reads a recording: a first line `cols rows`, then chunks, each `> len` and its bytes, or `= cols rows`.
pub(crate) fn read(bytes: &[u8]) -> (Options, Vec<Step>) {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let text = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        if let Some(len) = text.strip_prefix("> ") {
            let len: usize = len.parse().expect("a chunk's length");
            let chunk = rest[..len].to_vec();
            rest = &rest[len..];
            return Some((text, chunk));
        }
        Some((text, Vec::new()))
    };
    let size = |text: &str| {
        let (cols, rows) = text.split_once(' ').expect("columns and rows");
        (cols.parse().expect("columns"), rows.parse().expect("rows"))
    };
    let (first, _) = line().expect("a size");
    let (cols, rows) = size(&first);
    let options = Options { cols, rows, scrollback: 1000, widths: Widths::Unicode11, ..Options::default() };
    let mut steps = Vec::new();
    while let Some((text, chunk)) = line() {
        steps.push(match text.strip_prefix("= ") {
            Some(text) => {
                let (cols, rows) = size(text);
                Step::Resize(cols, rows)
            }
            None => Step::Write(chunk),
        });
    }
    (options, steps)
}

/// Cuts chunks up, so that snapshots fall into the midst of sequences and characters, too.
fn split(steps: Vec<Step>, len: usize) -> Vec<Step> {
    let pieces = |step| match step {
        Step::Write(bytes) => bytes.chunks(len).map(|piece| Step::Write(piece.to_vec())).collect(),
        resize => vec![resize],
    };
    steps.into_iter().flat_map(pieces).collect()
}

#[test]
fn recorded_programs_agree_with_xterm() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut names: Vec<_> =
        std::fs::read_dir(dir).expect("the corpus").map(|entry| entry.expect("a recording").path()).collect();
    names.sort();
    assert!(names.len() >= 10, "recordings are missing: {names:?}");
    let mut cases = Vec::new();
    for path in names {
        let (options, steps) = read(&std::fs::read(&path).expect("a recording"));
        let steps = split(steps, 211);
        let cuts: Vec<usize> = (1..8).map(|part| steps.len() * part / 8).collect();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.push(Case { name, options, steps, cuts, strict: true });
    }
    if let Err(differences) = judge("corpus", &cases) {
        panic!("{differences}");
    }
}
