//! Generated streams: text and sequences of every kind, with resizes, joined late at every place.

use jumpseat_screen::{Options, Widths};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::judge::{Case, judge};
use crate::streams::{Step, generated::step};

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let sizes = (2u16..60, 2u16..20, proptest::sample::select(vec![0usize, 3, 20, 1000]), any::<bool>());
    (sizes, proptest::collection::vec(step(), 1..14)).prop_map(|((cols, rows, scrollback, eleven), steps)| {
        let widths = if eleven { Widths::Unicode11 } else { Widths::Unicode6 };
        let cuts = (0..steps.len()).collect();
        Case {
            name: "generated".to_owned(),
            options: Options { cols, rows, scrollback, widths, ..Options::default() },
            steps,
            cuts,
            strict: false,
        }
    })
}

/// Finds the smallest case that still differs.
fn shrink(mut tree: impl ValueTree<Value = Case>, rounds: u32) -> (Case, String) {
    let mut worst = (tree.current(), String::new());
    if let Err(found) = judge("shrink", &[tree.current()]) {
        worst.1 = found;
    }
    for _ in 0..rounds {
        let current = tree.current();
        let failed = judge("shrink", std::slice::from_ref(&current)).err();
        let more = match failed {
            Some(found) => {
                worst = (current, found);
                tree.simplify()
            }
            None => tree.complicate(),
        };
        if !more {
            break;
        }
    }
    worst
}

fn show(case: &Case, found: &str) -> String {
    let steps = case.steps.iter().map(|step| match step {
        Step::Write(bytes) => format!("write {:?}\n", String::from_utf8_lossy(bytes)),
        Step::Resize(cols, rows) => format!("resize {cols} {rows}\n"),
    });
    format!("{:?}\n{}{found}", case.options, steps.collect::<String>())
}

/// A number from the environment: `JUMPSEAT_SOUP` cases (longer runs), `JUMPSEAT_SEED`.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn generated_streams_agree_with_xterm() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[setting("JUMPSEAT_SEED", 1) as u8; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut left, mut taken, mut compared) = (setting("JUMPSEAT_SOUP", 400), 0, 0);
    while left > 0 {
        let batch = left.min(200);
        left -= batch;
        let trees: Vec<_> = (0..batch).map(|_| case().new_tree(&mut runner).expect("a case")).collect();
        let values: Vec<Case> = trees.iter().map(ValueTree::current).collect();
        taken += values.iter().map(|case| case.cuts.len()).sum::<usize>();
        if let Ok(count) = judge("generated", &values) {
            compared += count;
            continue;
        }
        let differs = |tree: &_| judge("one", &[ValueTree::current(tree)]).is_err();
        let (case, found) = shrink(trees.into_iter().find(differs).expect("one differs"), 150);
        panic!("{}", show(&case, &found));
    }
    // Snapshots with a state that the ANSI form cannot express are left out; most have none.
    assert!(compared * 2 > taken, "only {compared} of {taken} snapshots could be compared");
}

/// Streams that once came out wrong.
#[test]
fn past_differences_stay_mended() {
    let write = |text: &str| Step::Write(text.as_bytes().to_vec());
    let size =
        |cols, rows, scrollback, widths| Options { cols, rows, scrollback, widths, ..Options::default() };
    let (six, eleven) = (Widths::Unicode6, Widths::Unicode11);
    let cases = [
        (
            size(10, 3, 20, six),
            vec![
                write(
                    "\x1b[90m0aa 0aa0 aaa0  a A0aAAa\x1b[196X🇩🇪한é🇩🇪\u{301}é\x1b[m\r\x1b[48;2;111;127;154m(aI/",
                ),
                Step::Resize(11, 11),
                write("☺\u{fe0f}─中e\u{301}\x1b[17myN\x1b[?45h"),
            ],
        ),
        (size(5, 2, 20, six), vec![write("A\x1b[296b")]),
        (size(2, 13, 0, six), vec![write("\x1b[?7l"), write("中中\x1b[m")]),
        (
            size(12, 17, 3, six),
            vec![
                write("Aaa a AA aA a  BgBeqg ;*/\r\n文字🇩🇪é中─한"),
                write("F*:)r0Xqqax~2u`\"_rUYS 006PeP0XZjd51Dm  qg38 w3zdlL c\x1b[10 Ax-`/T($-)nDdfK=%<M"),
                write("ﬀ한👍\u{301}\u{301}\x1b[?1048l,v$-n0\r\n"),
                Step::Resize(4, 15),
            ],
        ),
        (size(9, 6, 0, six), vec![write("\t\n\u{b} AaaAa 0aaa a0a0AAbP\x1b[5L"), Step::Resize(2, 6)]),
        (
            size(7, 2, 20, eleven),
            vec![write("aa0 aD Hﬀ🇩🇪🇩🇪中☺\u{fe0f}👍e\u{301}"), Step::Resize(5, 2), write(".N0OE8%ﬀD5{:zL`N_")],
        ),
        (size(2, 6, 0, six), vec![write("\x1b[2;3r\x1b[?6h"), write("\x1b#8")]),
        (size(2, 2, 1000, six), vec![write("\x1b[48:2::0:0:0m"), write("é文字A"), write("AA a0bk0S ")]),
    ];
    let cases = cases.map(|(options, steps)| {
        let cuts = (0..steps.len()).collect();
        Case { name: "regression".to_owned(), options, steps, cuts, strict: false }
    });
    if let Err(found) = judge("regressions", &cases) {
        panic!("{found}");
    }
}
