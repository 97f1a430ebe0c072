//! Recorded programs: each stream whole, and joined late at several places.

use crate::judge::{Case, judge};
use crate::streams::{Step, recorded::recordings};

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
    let mut cases = Vec::new();
    for (name, options, steps) in recordings() {
        let steps = split(steps, 211);
        let cuts: Vec<usize> = (1..8).map(|part| steps.len() * part / 8).collect();
        cases.push(Case { name, options, steps, cuts, strict: true });
    }
    if let Err(differences) = judge("corpus", &cases) {
        panic!("{differences}");
    }
}
