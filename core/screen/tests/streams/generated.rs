//! Text and sequences of every kind, with resizes.

use proptest::prelude::*;

use super::Step;

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

/// What happens to a terminal next.
pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        14 => chunk().prop_map(Step::Write),
        1 => (2u16..60, 1u16..20).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
    ]
}
