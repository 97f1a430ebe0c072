//! Generated streams: text and sequences of every kind, with resizes, joined late at every place.

use jumpseat_screen::{Options, Widths};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::judge::{Case, Step, judge};

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0u32..12, 2 => 0u32..45, 1 => 0u32..300]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[ -~]{1,30}",
        2 => "[a-zA-Z0-9 ]{10,90}",
        2 => proptest::collection::vec(
            prop_oneof![
                Just("é"), Just("e\u{301}"), Just("中"), Just("文字"), Just("👍"), Just("👩\u{200d}💻"), Just("─"),
                Just("\u{301}"), Just("한"), Just("ﬀ"), Just("\u{feff}"), Just("x"), Just("🇩🇪"), Just("☺\u{fe0f}"),
            ],
            1..8
        )
        .prop_map(|parts| parts.concat()),
    ]
}

fn sgr() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        5 => (0u32..110).prop_map(|n| n.to_string()),
        2 => (0u32..6).prop_map(|n| format!("4:{n}")),
        2 => (0u32..256, prop_oneof![Just(38), Just(48), Just(58)]).prop_map(|(n, t)| format!("{t};5;{n}")),
        2 => (any::<[u8; 3]>(), prop_oneof![Just(38), Just(48), Just(58)])
            .prop_map(|([r, g, b], t)| format!("{t};2;{r};{g};{b}")),
        1 => (any::<[u8; 3]>(), prop_oneof![Just(38), Just(48), Just(58)])
            .prop_map(|([r, g, b], t)| format!("{t}:2::{r}:{g}:{b}")),
    ];
    proptest::collection::vec(one, 0..4).prop_map(|codes| format!("\x1b[{}m", codes.join(";")))
}

fn sequence() -> impl Strategy<Value = String> {
    let moves = prop_oneof![
        (number(), number()).prop_map(|(y, x)| format!("\x1b[{y};{x}H")),
        (number(), proptest::sample::select(b"ABCDEFGIZadeG`".to_vec()))
            .prop_map(|(n, last)| format!("\x1b[{n}{}", char::from(last))),
    ];
    let edits = prop_oneof![
        (0u32..4, proptest::sample::select(vec!["J", "K"])).prop_map(|(n, last)| format!("\x1b[{n}{last}")),
        (0u32..3, proptest::sample::select(vec!["J", "K"])).prop_map(|(n, last)| format!("\x1b[?{n}{last}")),
        (number(), proptest::sample::select(b"@PXLMSTb".to_vec()))
            .prop_map(|(n, last)| format!("\x1b[{n}{}", char::from(last))),
        (number(), proptest::sample::select(vec![" @", " A", "'}", "'~"]))
            .prop_map(|(n, last)| format!("\x1b[{n}{last}")),
    ];
    let modes = prop_oneof![
        (
            proptest::sample::select(vec![
                1, 6, 7, 9, 12, 25, 45, 66, 1000, 1002, 1003, 1004, 1006, 1016, 2004, 2026, 7, 6
            ]),
            any::<bool>()
        )
            .prop_map(|(n, on)| format!("\x1b[?{n}{}", if on { 'h' } else { 'l' })),
        (proptest::sample::select(vec![47, 1047, 1048, 1049]), any::<bool>())
            .prop_map(|(n, on)| format!("\x1b[?{n}{}", if on { 'h' } else { 'l' })),
        (proptest::sample::select(vec![4, 20]), any::<bool>())
            .prop_map(|(n, on)| format!("\x1b[{n}{}", if on { 'h' } else { 'l' })),
    ];
    let rare = prop_oneof![
        (0u32..8, 2u32..12).prop_map(|(top, bottom)| format!("\x1b[{top};{bottom}r")),
        proptest::sample::select(vec![
            "\x1b7",
            "\x1b8",
            "\x1b[s",
            "\x1b[u",
            "\x1bD",
            "\x1bE",
            "\x1bM",
            "\x1bH",
            "\x1b[g",
            "\x1b[3g",
            "\x1b#8",
            "\x1b(0",
            "\x1b(B",
            "\x1b)0",
            "\x0e",
            "\x0f",
            "\x1bn",
            "\x1b*A",
            "\x1b[!p",
            "\x1b=",
            "\x1b>",
            "\x1b[r",
            "\x1b[1\"q",
            "\x1b[0\"q",
            "\x1b[2 q",
            "\x1b[5 q",
            "\x1b[0 q",
            "\x1b[?2h",
            "\u{85}",
            "\u{84}",
            "\u{9b}3C",
        ])
        .prop_map(str::to_owned),
        proptest::sample::select(vec![
            "\x1b]8;;http://a.example/x;y\x1b\\",
            "\x1b]8;id=1;http://b.example/\x07",
            "\x1b]8;;\x1b\\",
            "\x1b]2;title é\x07",
            "\x1b]0;both\x1b\\",
            "\x1b[22;0t",
            "\x1b[23;0t",
            "\x1b]4;1;rgb:11/22/33\x07",
            "\x1b]11;#102030\x1b\\",
            "\x1b]104\x07",
            "\x1bPq#0;2;0;0;0\x1b\\",
            "\x1b_apc\x1b\\",
            "\x1b^pm é",
            "\x1b\\",
            "\x18",
            "\x1b[>4;2m",
            "\x1b[1;2;3",
            "\x1b[12$",
            "\x1b]2;cut",
            "\x1b]133;A\x07",
            "\x1b]133;C\x07",
            "\x1b]633;D;1\x07",
            "\x1bc",
        ])
        .prop_map(str::to_owned),
    ];
    prop_oneof![5 => sgr(), 5 => moves, 4 => edits, 2 => modes, 3 => rare]
}

fn chunk() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => text().prop_map(String::into_bytes),
        6 => sequence().prop_map(String::into_bytes),
        3 => proptest::sample::select(vec!["\r\n", "\n", "\r", "\x08", "\t", "\r\n\r\n", "\x07", "\x0b"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        14 => chunk().prop_map(Step::Write),
        1 => (2u16..60, 1u16..20).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
    ]
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let sizes = (2u16..60, 2u16..20, proptest::sample::select(vec![0usize, 3, 20, 1000]), any::<bool>());
    (sizes, proptest::collection::vec(step(), 1..14)).prop_map(|((cols, rows, scrollback, eleven), steps)| {
        let widths = if eleven { Widths::Unicode11 } else { Widths::Unicode6 };
        let cuts = (0..steps.len()).collect();
        Case {
            name: "soup".to_owned(),
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
        if let Ok(count) = judge("soup", &values) {
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
