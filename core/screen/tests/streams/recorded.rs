//! What programs printed, as `examples/record.rs` wrote it down.

use std::path::Path;

use jumpseat_screen::{Options, Widths};

use super::Step;

/// All recordings: name, terminal, and what happened to it.
pub(crate) fn recordings() -> Vec<(String, Options, Vec<Step>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<_> =
        std::fs::read_dir(dir).expect("the corpus").map(|entry| entry.expect("a recording").path()).collect();
    paths.sort();
    assert!(paths.len() >= 10, "recordings are missing: {paths:?}");
    let recording = |path: &std::path::PathBuf| {
        let (options, steps) = read(&std::fs::read(path).expect("a recording"));
        (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), options, steps)
    };
    paths.iter().map(recording).collect()
}

/// Reads a recording: a first line `cols rows`, then chunks, each `> len` and its bytes, or `= cols rows`.
fn read(bytes: &[u8]) -> (Options, Vec<Step>) {
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
