use proptest::prelude::*;

use super::*;

/// Tokens in words: text byte by byte, since it may be cut, and without pauses, which cuts make more of.
fn tokens(chunks: &[&[u8]]) -> Vec<String> {
    let (mut scanner, mut out) = (Scanner::default(), Vec::<String>::new());
    for &(mut chunk) in chunks {
        while let Some(token) = scanner.next(&mut chunk) {
            match token {
                Token::Pause => {}
                Token::Text(text) => out.extend(text.iter().map(|byte| char::from(*byte).to_string())),
                Token::Char(code) => out.push(format!("char {:x}", code.code())),
                Token::Control(code) => out.push(format!("control {code:x}")),
                Token::Escape { intermediates, last } => {
                    out.push(format!("escape {} {}", intermediates.escape_ascii(), char::from(last)));
                }
                Token::Csi(csi, params) => {
                    let subs = |at| params.subs(at).iter().map(|sub| format!(":{sub}")).collect::<String>();
                    let numbers: Vec<_> = params
                        .iter()
                        .enumerate()
                        .map(|(at, number)| format!("{number}{}", subs(at)))
                        .collect();
                    let prefix = csi.prefix.map(char::from);
                    let (between, last) = (csi.intermediates.escape_ascii(), char::from(csi.last));
                    out.push(format!("csi {}{}{between}{last}", prefix.unwrap_or(' '), numbers.join(";")));
                }
                Token::Osc(payload) => out.push(format!("osc {}", payload.escape_ascii())),
                Token::StringEnd => out.push("string end".to_owned()),
            }
        }
        assert!(chunk.is_empty(), "all of a chunk is taken");
    }
    out
}

#[test]
fn output_is_told_apart() {
    for (output, expected) in [
        (&b"ab\r\n"[..], &["a", "b", "control d", "control a"][..]),
        ("é\u{85}\u{feff}".as_bytes(), &["char e9", "control 85"]),
        (b"\xff\xc3x", &["char fffd", "char fffd", "x"]),
        (b"\x1b[m\x1b[?25;1h\x1b[4:3;;58:2::1m", &["csi  0m", "csi ?25;1h", "csi  4:3;0;58:2:-1:1m"]),
        (b"\x1b[2 q\x1b[!p\x1b[>4$y", &["csi  2 q", "csi  0!p", "csi >4$y"]),
        (b"\x1b7\x1b(0\x1b%G", &["escape  7", "escape ( 0", "escape % G"]),
        (b"\x1b]0;a\x07\x1b]8;;\x1b\\x", &["osc 0;a", "osc 8;;", "escape  \\\\", "x"]),
        (b"\x1bPq#0\x1b\\\x1b_a\x1b\\", &["string end", "escape  \\\\", "escape  \\\\"]),
        // A control works within a sequence, another sequence ends it, and one out of order is ignored.
        (b"\x1b[3\r1m\x1b[3\x1b[1m\x1b[1?m", &["control d", "csi  31m", "csi  1m"]),
        ("\u{9b}1m\u{9d}2;t\u{9c}".as_bytes(), &["csi  1m", "osc 2;t"]),
        (b"\x1b]2;cut\x18x\x1b[3\x1ay", &["string end", "x", "control 1a", "y"]),
        ("\u{1b}[3é1m".as_bytes(), &["1", "m"]),
    ] {
        let expected: Vec<_> = expected.iter().map(|token| token.replace("\\\\", "\\")).collect();
        assert_eq!(tokens(&[output]), expected, "{}", output.escape_ascii());
    }
}

#[test]
fn what_is_too_long_is_not_kept() {
    let long = |head: &str, unit: &str| [head, &unit.repeat(100_000), "\x07m"].concat();
    assert_eq!(tokens(&[long("\x1b]2;", "x").as_bytes()]), ["string end", "m"]);
    let ignored = long("\x1b[", "1;");
    assert_eq!(tokens(&[ignored.as_bytes(), b"x"]), ["control 7", "x"]);
    let mut scanner = Scanner::default();
    let mut chunk = &ignored.as_bytes()[..ignored.len() - 2];
    assert!(scanner.next(&mut chunk).is_some_and(|token| matches!(token, Token::Pause)));
    assert!(scanner.next(&mut chunk).is_none() && scanner.pending().len() < 1024);
}

#[test]
fn where_output_is_cut_is_known() {
    for (output, between, in_string) in [
        (&b"x\r"[..], true, false),
        (b"\xe2\x82", false, false),
        (b"\x1b", false, true),
        (b"\x1b(", false, false),
        (b"\x1b[3", false, false),
        (b"\x1b[3m", true, false),
        (b"\x1b]2;t", false, true),
        (b"\x1b]2;t\x1b", false, true),
        (b"\x1b]2;t\x1b\\", true, false),
        (b"\x1bP1", false, true),
        (b"\x1bPq", false, true),
        (b"\x1b^", false, true),
    ] {
        let mut scanner = Scanner::default();
        let mut chunk = output;
        while scanner.next(&mut chunk).is_some() {}
        let found = (scanner.is_between(), scanner.may_be_in_string());
        assert_eq!(found, (between, in_string), "{}", output.escape_ascii());
    }
}

#[test]
fn input_is_told_apart() {
    let csi = |numbers, last| Typed::Csi(Csi { prefix: None, numbers, intermediates: b"", last });
    for (input, expected) in [
        (&b"ls\r"[..], Some((Typed::Text(b"ls"), 2))),
        ("é\u{7f}".as_bytes(), Some((Typed::Text("é".as_bytes()), 2))),
        (b"\x7f", Some((Typed::Control(0x7f), 1))),
        (b"\x1bx", Some((Typed::Alt(b'x'), 2))),
        (b"\x1b\r", Some((Typed::Alt(b'\r'), 2))),
        (b"\x1b\x1b[A", Some((Typed::Escape, 1))),
        ("\u{1b}é".as_bytes(), Some((Typed::Escape, 1))),
        (b"\x1b[A", Some((csi(b"", b'A'), 3))),
        (b"\x1b[1;5Cx", Some((csi(b"1;5", b'C'), 6))),
        (b"\x1b[1?A", Some((Typed::Malformed, 5))),
        (b"\x1bOPx", Some((Typed::Ss3(b'P'), 3))),
        (b"\x1bO\r", Some((Typed::Alt(b'O'), 2))),
        (b"\x1b]11;rgb:1/2/3\x07", Some((Typed::String(b']', b"11;rgb:1/2/3"), 15))),
        (b"\x1bP>|x(1)\x1b\\y", Some((Typed::String(b'P', b">|x(1)"), 10))),
        (b"\x1b_Gi=1;OK\x1b\\", Some((Typed::String(b'_', b"Gi=1;OK"), 11))),
        // Keys with Alt, and what was no sequence.
        (b"\x1b]x", Some((Typed::Alt(b']'), 2))),
        (b"\x1bPp", Some((Typed::Alt(b'P'), 2))),
        (b"\x1b^1", Some((Typed::Alt(b'^'), 2))),
        (b"\x1b[\x03", Some((Typed::Alt(b'['), 2))),
        (b"\x1b[1\x1b[A", Some((Typed::Alt(b'['), 2))),
        (b"\x1b]1\r", Some((Typed::Alt(b']'), 2))),
        (b"\x1b]1\x1b[A", Some((Typed::Alt(b']'), 2))),
        // These may go on.
        (b"\x1b", None),
        (b"\x1b[", None),
        (b"\x1b[1;", None),
        (b"\x1bO", None),
        (b"\x1b]", None),
        (b"\x1b]11;", None),
        (b"\x1bP1$r\x1b", None),
        (b"", None),
    ] {
        assert_eq!(Typed::first(input), expected, "{}", input.escape_ascii());
    }
}

#[test]
fn no_input_is_waited_for_without_bound() {
    for head in ["\x1b[", "\x1b]1", "\x1bP1", "\x1b_G"] {
        let input = head.to_owned() + &"1".repeat(5000);
        assert_eq!(Typed::first(input.as_bytes()).map(|(_, len)| len), Some(2), "{head:?}");
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[ -~]{1,4}".prop_map(String::into_bytes),
        4 => "\u{1b}[\\[\\]P_^XO]?[?>]?[0-9;:]{0,4}[ $!]?[@-~]?".prop_map(String::into_bytes),
        2 => proptest::sample::select(vec!["\x1b\\", "\x07", "\x1b", "\u{9b}", "\u{9d}", "\u{9c}", "\x18", "é", "中", "\r", "\x7f"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_where_output_is_cut(output in bytes(), cut in any::<prop::sample::Index>()) {
        let whole = tokens(&[&output]);
        let (before, after) = output.split_at(cut.index(output.len() + 1));
        prop_assert_eq!(tokens(&[before, after]), whole.clone());
        let single: Vec<_> = output.iter().map(std::slice::from_ref).collect();
        prop_assert_eq!(tokens(&single), whole);
    }

    #[test]
    fn what_is_pending_goes_on_as_it_would_have(before in bytes(), after in bytes()) {
        let mut scanner = Scanner::default();
        let mut chunk = &before[..];
        while scanner.next(&mut chunk).is_some() {}
        let pending = scanner.pending();
        let (mut again, mut chunk) = (Scanner::default(), &pending[..]);
        while again.next(&mut chunk).is_some() {}
        prop_assert_eq!(again.pending(), pending.clone());
        let parts = [tokens(&[&before]), tokens(&[&pending, &after])].concat();
        prop_assert_eq!(parts, tokens(&[&before, &after]));
    }

    #[test]
    fn a_piece_of_input_is_as_long_as_it_says_and_known_once_it_is_there(input in bytes()) {
        if let Some((typed, len)) = Typed::first(&input) {
            prop_assert!((1..=input.len()).contains(&len));
            let alone = Typed::first(&input[..len]);
            match typed {
                // These are known by what follows.
                Typed::Escape | Typed::Alt(_) => {}
                _ => prop_assert_eq!(alone, Some((typed, len))),
            }
        }
    }
}
