//! JS-SNAP-6: a screen that came from a peer holds nothing that a screen which was fed could not hold.
//! JS-SNAP-7: it stores what its receiver allows.

use jumpseat_screen::{Limits, MIN_CELLS, Options, Screen, Start};
use proptest::prelude::*;

const OPTIONS: Options =
    Options { cols: 6, rows: 1, scrollback: 0, widths: jumpseat_screen::Widths::Unicode11, cells: MIN_CELLS };

/// The snapshot of a screen of one row, with another row in its place: runs as `core/screen/src/snapshot/encode.rs` has them.
fn with_row(runs: &[u8]) -> Vec<u8> {
    let mut screen = Screen::new(OPTIONS);
    screen.feed(0, b"MARKED");
    replaced(&screen, b"\x18\0MARKED\0", &[runs, b"\0"].concat())
}

/// The snapshot of the screen with `new` in place of `old`, and the lengths of its parts set right.
fn replaced(screen: &Screen, old: &[u8], new: &[u8]) -> Vec<u8> {
    let whole = screen.encode(Start::Everything);
    let mut rest = &whole[3..];
    let mut out = whole[..3].to_vec();
    let mut found = 0;
    while !rest.is_empty() {
        let (len, at) = number(rest);
        let part = &rest[at..at + len];
        rest = &rest[at + len..];
        let part = match part.windows(old.len()).position(|window| window == old) {
            Some(place) => {
                found += 1;
                [&part[..place], new, &part[place + old.len()..]].concat()
            }
            None => part.to_vec(),
        };
        put(&mut out, part.len());
        out.extend(part);
    }
    assert_eq!(found, 1, "the snapshot has its place for the change");
    out
}

fn number(bytes: &[u8]) -> (usize, usize) {
    let len = bytes.iter().position(|byte| *byte < 0x80).expect("a number ends") + 1;
    (bytes[..len].iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f)), len)
}

fn put(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn text_run(cells: usize, text: &[u8]) -> Vec<u8> {
    let mut run = Vec::new();
    put(&mut run, cells << 2 | 3);
    put(&mut run, 0);
    put(&mut run, text.len());
    run.extend(text);
    run
}

fn mark_run(code: usize) -> Vec<u8> {
    let mut run = Vec::new();
    put(&mut run, 1 << 2 | 2);
    put(&mut run, 0);
    put(&mut run, code);
    run
}

fn decoded(bytes: &[u8]) -> Result<Screen, jumpseat_screen::DecodeError> {
    Screen::decode(bytes, &Limits::default())
}

#[test]
fn no_control_and_no_surrogate_decodes_into_a_cell() {
    let plain = decoded(&with_row(&text_run(2, "é中".as_bytes()[..2].as_ref()))).err();
    assert!(plain.is_some(), "a run of another length is refused");
    let taken = decoded(&with_row(&text_run(3, "é中".as_bytes()))).expect("the change makes a snapshot");
    assert_eq!(taken.row(0).text(), "é中");
    assert!(decoded(&with_row(&mark_run(0x301))).is_ok());
    let codes = (0..0x20).chain(0x7f..0xa0).chain([0xd800, 0xdfff, 0xfeff, 0x11_0000, u32::MAX as usize]);
    for code in codes {
        assert!(decoded(&with_row(&mark_run(code))).is_err(), "a lone U+{code:04X}");
        let mut utf8 = match char::from_u32(code as u32) {
            Some(letter) => letter.to_string().into_bytes(),
            None => vec![0xed, 0xa0, 0x80],
        };
        assert!(decoded(&with_row(&text_run(1, &utf8))).is_err(), "U+{code:04X} in a text");
        assert!(decoded(&with_row(&[&[1 << 2, 0], &utf8[..1]].concat())).is_err(), "U+{code:04X} in ASCII");
        // Behind a character, as if it were a mark.
        let mut cluster = "é".as_bytes().to_vec();
        cluster.append(&mut utf8);
        assert!(decoded(&with_row(&text_run(1, &cluster))).is_err(), "U+{code:04X} as a mark");
    }
}

#[test]
fn a_decoded_cell_is_as_wide_as_its_character() {
    for (cells, text) in [(1, "中"), (2, "é"), (1, "中\u{301}"), (3, "中é\u{301}中"), (1, "\u{301}")] {
        assert!(decoded(&with_row(&text_run(cells, text.as_bytes()))).is_err(), "{text:?} in {cells} cells");
    }
    assert!(decoded(&with_row(&mark_run(0x61))).is_err(), "a letter is not a mark");
    assert!(decoded(&with_row(&mark_run(0x4e2d))).is_err(), "nor is a wide character");
}

#[test]
fn no_other_link_and_no_other_title_decodes_than_a_program_could_set() {
    let mut screen = Screen::new(OPTIONS);
    screen.feed(0, b"\x1b]2;NICE TITLE\x07\x1b]8;id=NAME;http://a.example/\x07l\x1b]8;;\x07");
    assert!(decoded(&replaced(&screen, b"http://a.example/", b"https:/a.example/")).is_ok());
    for uri in [
        b"file:///etc/pass",
        b"vscode://setting",
        b"http://a.exam\x1b\\l",
        b"http://a.exam\xc2\x9c1",
        b"javascript:aler1",
    ] {
        let bytes = replaced(&screen, b"http://a.example", uri);
        assert!(decoded(&bytes).is_err(), "{}", uri.escape_ascii());
    }
    for id in [b"A;BC", b"A:BC", b"\x1b\\AB", b"\xc2\x9cAB", b"AB\x7fC"] {
        assert!(decoded(&replaced(&screen, b"NAME", id)).is_err(), "{}", id.escape_ascii());
    }
    for title in [b"NICE\x07TITLE", b"NICE\x1bTITLE", b"NICE\x7fTITLE", b"NICE\xc2\x9cITLE"] {
        assert!(decoded(&replaced(&screen, b"NICE TITLE", title)).is_err(), "{}", title.escape_ascii());
    }
}

#[test]
fn links_of_other_schemes_are_not_kept_and_end_the_one_before() {
    let mut screen = Screen::new(Options { cols: 20, ..OPTIONS });
    screen.feed(0, b"\x1b]8;;http://a/\x07a\x1b]8;;file:///etc/passwd\x07b\x1b]8;;vscode://x/y\x07c");
    let row = screen.row(0);
    let links: Vec<_> =
        row.runs().iter().map(|run| screen.link(run.style).map(|link| link.uri().to_owned())).collect();
    assert_eq!(links, [Some("http://a/".to_owned()), None]);
    let mut ansi = Vec::new();
    screen.write_ansi(Start::Everything, usize::MAX, &mut ansi);
    let ansi = String::from_utf8(ansi).expect("text");
    assert!(ansi.contains("http://a/") && !ansi.contains("file:") && !ansi.contains("vscode:"), "{ansi:?}");
}

#[test]
fn a_screen_decodes_to_its_receivers_scrollback_and_budget() {
    let mut host = Screen::new(Options { cols: 80, rows: 24, scrollback: 100_000, ..Options::default() });
    for n in 0..20_000 {
        host.feed(0, format!("\x1b[70Cline {n}\r\n").as_bytes());
    }
    let bytes = host.encode(Start::Everything);
    let limits = Limits { scrollback: 50, ..Limits::default() };
    let mut guest = Screen::decode(&bytes, &limits).expect("a snapshot decodes");
    assert_eq!((guest.scrollback_len(), guest.lines()), (50, host.lines().end - 74..host.lines().end));
    assert_eq!(guest.row(22).text(), host.row(22).text());
    for _ in 0..100 {
        guest.feed(0, b"more\r\n");
    }
    assert_eq!(guest.scrollback_len(), 50);
    let limits = Limits { keep: MIN_CELLS, ..Limits::default() };
    let mut guest = Screen::decode(&bytes, &limits).expect("a snapshot decodes");
    assert!((400..1000).contains(&guest.scrollback_len()), "{}", guest.scrollback_len());
    assert_eq!(guest.row(22).text(), host.row(22).text());
    // What comes later obeys it, too, whatever the size.
    for (cols, rows) in [(1000, 1000), (2, 1), (1000, 1), (80, 24)] {
        guest.resize(cols, rows);
        assert_eq!(guest.flaw(), None);
        for _ in 0..300 {
            guest.feed(0, format!("\x1b[44m\x1b[{cols}Cx\r\n\x1b[999b").as_bytes());
        }
        guest.feed(0, b"\x1b[H\x1b#8\x1b[?1049h\x1b#8\x1b[?1049l\x1bc\x1b#8");
        assert_eq!(guest.flaw(), None);
    }
}

/// Nothing is made room for before it is known to fit, and nothing is left over.
#[test]
fn no_run_is_longer_than_a_line_and_no_line_number_beyond_counting() {
    let null = |cells: usize| {
        let mut run = Vec::new();
        put(&mut run, cells << 2 | 1);
        put(&mut run, 0);
        run
    };
    assert!(decoded(&with_row(&null(6))).is_ok());
    for cells in [0, 7, 1_001, 1 << 40, usize::MAX >> 3] {
        assert!(decoded(&with_row(&null(cells))).is_err(), "{cells}");
    }
    assert!(decoded(&with_row(&[&null(6)[..], b"\0"].concat())).is_err(), "there is more than was counted");
    let mut wide = Screen::new(Options { cols: 1_000, ..OPTIONS });
    wide.feed(0, &[b'x'; 1_000]);
    assert_eq!(decoded(&wide.encode(Start::Everything)).expect("it decodes").dump(), wide.dump());
    // Size, scrollback, widths, which buffer; then how many lines were there before.
    for (dropped, takes) in [(u64::MAX >> 1, true), ((u64::MAX >> 1) + 1, false)] {
        let head = b"\x06\x01\0\x01\0";
        let mut more = head.to_vec();
        put(&mut more, dropped as usize);
        let guest = decoded(&replaced(&Screen::new(OPTIONS), &[&head[..], b"\0"].concat(), &more));
        assert_eq!(guest.is_ok(), takes, "{:?}", guest.err());
    }
}

#[test]
fn whatever_was_set_is_set_in_its_snapshot() {
    for fed in [
        "\x1b[?9h",
        "\x1b[?1000h",
        "\x1b[?1002h",
        "\x1b[?1003h",
        "\x1b[?1006h",
        "\x1b[?1016h",
        "\x1b[1 q",
        "\x1b[2 q",
        "\x1b[3 q",
        "\x1b[4 q",
        "\x1b[5 q",
        "\x1b[6 q",
        "\x1b[?12h",
        "\x1b[?12l",
        "\x1b[?1h",
        "\x1b[?6h",
        "\x1b[?7l",
        "\x1b[?25l",
        "\x1b[?45h",
        "\x1b[?66h",
        "\x1b[?1004h",
        "\x1b[?2004h",
        "\x1b[?2026h",
        "\x1b[4h",
        "\x1b[20h",
        "\x1b(0",
        "\x1b)0\x0e",
        "\x1b*A\x1bn",
        "\x1b+5\x1bo",
        "\x1b]2;t\x07\x1b[22;2t",
        "\x1b]1;i\x07\x1b[22;1t",
        "\x1b]10;#fff\x07",
        "\x1b]11;#fff\x07",
        "\x1b]12;#fff\x07",
        "\x1b]4;0;#fff;255;#fff\x07",
        "\x1b]8;;http://a/\x07x",
        "\x1b[1;2;3;4;5;7;8;9;53mx",
        "\x1b[4:4;58;5;3mx",
        "\x1b[38;5;200;48;2;1;2;3mx",
        "\x1b[1\"qx",
        "ab\x1b[2;5H\x1b[1K",
    ] {
        for widths in [jumpseat_screen::Widths::Unicode6, jumpseat_screen::Widths::Unicode11] {
            let mut host =
                Screen::new(Options { cols: 8, rows: 4, scrollback: 5, widths, ..Options::default() });
            let before = host.dump();
            host.feed(0, fed.as_bytes());
            let mut guest = decoded(&host.encode(Start::Everything)).expect("it decodes");
            assert_eq!(guest.dump(), host.dump(), "{fed:?}");
            for screen in [&mut host, &mut guest] {
                screen.feed(0, "a\u{1f44d}b".as_bytes());
            }
            assert_eq!(guest.dump(), host.dump(), "{fed:?}");
            assert!(host.dump() != before, "{fed:?}");
        }
    }
}

/// Each byte of snapshots that stand at the edges of what there is, changed to what is around it and around every limit.
#[test]
fn whatever_one_byte_is_changed_to_it_is_a_screen_or_nothing() {
    const AROUND: [u8; 22] =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x0f, 0x10, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0x80, 0x81, 0xff];
    let mut taken = 0;
    for fed in [
        "",
        "\x1b[4;8Hx\u{301}\x1b7",
        "\x1b[2;8Hx\x1b[m\u{301}\x1b7",
        "a\r\nb\r\nc\r\nd\r\n\x1b[2;4r\x1b[4;8H\x1b7\x1b[3g\x1b[1;8H\x1bH\x1b[2;3H\x1bH",
        "1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[?1049h\x1b[4;8Hz\x1b[1;1r\x1b7",
        "\x1b[?1003;1006h\x1b[5 q\x1b]2;t\x07\x1b[22t\x1b]4;255;#fff\x07\x1b]12;#fff\x07\x1b(0\x1b[1;4:3m\u{4e2d}",
        "\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07out\r\n\x1b]133;D;1\x07\x1b]8;id=a;http://a/\x07l\x1b[7@",
    ] {
        let mut host = Screen::new(Options { cols: 8, rows: 4, scrollback: 5, ..Options::default() });
        host.feed(0, fed.as_bytes());
        let whole = host.encode(Start::Everything);
        assert_eq!(decoded(&whole).expect("it decodes").dump(), host.dump(), "{fed:?}");
        for at in 0..whole.len() {
            let own = whole[at];
            for byte in AROUND.into_iter().chain([own ^ 1, own.wrapping_add(1), own.wrapping_sub(1)]) {
                let mut changed = whole.clone();
                changed[at] = byte;
                let Ok(mut guest) = decoded(&changed) else { continue };
                taken += 1;
                assert_eq!(guest.flaw(), None, "{fed:?} {at} {byte}");
                guest.feed(
                    0,
                    "\x1b[Ax\u{4e2d}\t\x1b[I\r\n\x1b[2L\x1b[M\x1b8y\x1b[?1049l\x1b8z\x1bM".as_bytes(),
                );
                assert_eq!(guest.flaw(), None, "{fed:?} {at} {byte}");
                let again = decoded(&guest.encode(Start::Everything)).expect("it decodes");
                assert_eq!(again.dump(), guest.dump(), "{fed:?} {at} {byte}");
            }
        }
    }
    assert!(taken > 1_000, "{taken}");
}

fn output() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[ -~]{1,8}".prop_map(String::into_bytes),
        4 => "[é中👍\u{301}\u{200d}\u{fe0f}x]{1,8}".prop_map(String::into_bytes),
        4 => "\u{1b}\\[[0-9]{0,2}(;[0-9]{1,2})?[@-~]".prop_map(String::into_bytes),
        2 => proptest::sample::select(vec![
            "\x1b[?7l", "\x1b[?7h", "\x1b[4h", "\x1b[4l", "\x1b[?1049h", "\x1b[?1049l", "\x1b[1\"q", "\x1b[?2J", "\x1b[?K",
            "\x1b[2 @", "\x1b[2 A", "\x1b['}", "\x1b['~", "\x1b#8", "\x1bc", "\x1b[2;3r", "\x7f", "\x1b7", "\x1b8", "\x1bM",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => "\u{1b}\\][028];[ -~\u{7f}é]{0,12}\u{7}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
        1 => Just(b"\r\n".to_vec()),
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_fed_and_however_it_is_resized_it_stays_a_screen(
        steps in proptest::collection::vec((output(), 2u16..12, 1u16..6), 1..8),
        scrollback in 0usize..8,
    ) {
        let mut screen = Screen::new(Options { cols: 8, rows: 4, scrollback, ..Options::default() });
        for (bytes, cols, rows) in steps {
            screen.feed(0, &bytes);
            prop_assert_eq!(screen.flaw(), None);
            let snapshot = screen.encode(Start::Everything);
            let copy = decoded(&snapshot);
            prop_assert!(copy.is_ok(), "{:?}", copy.err());
            prop_assert_eq!(copy.expect("it decodes").dump(), screen.dump());
            screen.resize(cols, rows);
            prop_assert_eq!(screen.flaw(), None);
        }
    }

    #[test]
    fn whatever_decodes_is_a_screen_and_stays_one(
        before in output(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        after in output(),
    ) {
        let mut host = Screen::new(Options { cols: 8, rows: 4, scrollback: 5, ..Options::default() });
        host.feed(0, b"\x1b]8;id=a;http://a/\x07l\x1b]8;;\x07e\xcc\x81\xe4\xb8\xad\x1b]2;title\x07");
        host.feed(0, &before);
        let mut snapshot = host.encode(Start::Everything);
        for (at, byte) in changes {
            let at = at.index(snapshot.len());
            snapshot[at] = byte;
        }
        if let Ok(mut guest) = decoded(&snapshot) {
            prop_assert_eq!(guest.flaw(), None);
            guest.feed(0, &after);
            prop_assert_eq!(guest.flaw(), None);
            guest.resize(5, 3);
            guest.feed(0, &after);
            prop_assert_eq!(guest.flaw(), None);
        }
    }
}
