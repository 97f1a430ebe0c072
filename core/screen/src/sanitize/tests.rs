//! What passes, what does not, and that neither depends on where the stream is cut.

use proptest::prelude::*;

use super::*;

fn clean(chunks: &[&[u8]]) -> Vec<u8> {
    let mut sanitizer = Sanitizer::default();
    let mut out = Vec::new();
    chunks.iter().for_each(|chunk| sanitizer.feed(chunk, &mut out));
    out
}

const DROPPED: &[&[u8]] = &[
    b"\x1b]52;c;aGVsbG8=\x07",
    b"\x1b]52;c;?\x1b\\",
    b"\x1b]133;A\x07",
    b"\x1b]633;E;rm -rf /;nonce\x1b\\",
    b"\x1b]1337;File=name=x:AAAA\x07",
    b"\x1b]9;ping\x07",
    b"\x1b]777;notify;a;b\x07",
    b"\x1b]7;file://host/tmp\x07",
    b"\x1b]10;?\x07",
    b"\x1b]4;1;?;2;?\x1b\\",
    b"\x1b]l\x1b\\",
    b"\x1b]5522;type=write\x1b\\",
    b"\x1b]5113;ac=send\x1b\\",
    b"\x1b]51;[\"drop\",\"/etc/passwd\"]\x07",
    b"\x1b]8;;file:///etc/passwd\x1b\\",
    b"\x1b]8;id=a;vscode://settings\x07",
    b"\x1b]8;;command:x\x07",
    b"\x1bPq#0;2;0;0;0~~\x1b\\",
    b"\x1bP$qm\x1b\\",
    b"\x1bP+q544e\x1b\\",
    b"\x1b_Ga=T;AAAA\x1b\\",
    b"\x1b^pm\x1b\\",
    b"\x1bXsos\x1b\\",
    b"\x1b[c",
    b"\x1b[>c",
    b"\x1b[=0c",
    b"\x1b[5n",
    b"\x1b[6n",
    b"\x1b[?6n",
    b"\x1b[?2026$p",
    b"\x1b[4$p",
    b"\x1b[18t",
    b"\x1b[8;40;120t",
    b"\x1b[?u",
    b"\x1b[>q",
    b"\x1b[5i",
    b"\x1bZ",
    b"\x05",
    b"\x1b%@",
    b"\x1b[1;1;1;1#|",
    b"\x1b[\"v",
    b"\x1b[?9001h",
    b"\x1b[?5522h",
    b"\x1b[?2031h",
    b"\x1b[?2048h",
    b"\x1b[?3h",
    b"\x1b[?2l",
    b"\x1b[?1034h",
    b"\x1b[12l",
    b"\x1b[>1u",
    b"\x1b[=1;1u",
    b"\x1b[<u",
    b"\x1b[>4;2m",
    b"\x1b[>4n",
    b"\x1b[>1t",
    b"\x1b[1;2;3;4;5T",
    b"\x1b[5;10s",
    b"\x1b[1u",
    b"\x1b[62;1\"p",
    b"\x1b[1;1;9;9$x",
    b"\x1b[1;2;3*y",
    b"\x1b[1;2'z",
    b"\x1b[#R",
    b"\x1b[1q",
    b"\x1b[?1$p",
    b"\x1b[?1r\x1b[?1s",
    b"\x1b[??25h",
    b"\x1b[?25$h",
    b"\x1bk",
    b"\x1bN\x1bO\x1bV\x1bW\x1b<\x1bF\x1bl\x1b6",
    b"\x1b#3",
    b"\x1b G\x1b F",
    b"\x1b(%5",
    b"\x1b]21;foreground=red;background=?\x1b\\",
    b"\x1b]22;?__current__\x07",
    b"\x1b]5;0;?\x07",
    b"\x1b]13;?\x07",
    b"\x1b]10;red;?\x07",
    b"\x1b]8;x=1;\x07",
    "\u{8d}\u{8e}\u{96}\u{9a}".as_bytes(),
    b"\0\x01\x10\x13\x7f\x18\x1a",
    "\u{9b}6n".as_bytes(),
    "\u{9d}52;c;AA\u{9c}".as_bytes(),
    "\u{90}q~\u{9c}".as_bytes(),
];

const KEPT: &[&[u8]] = &[
    "plain, grüße 中 👍\r\n".as_bytes(),
    b"\x1b[1;38;2;1;2;3mx\x1b[m",
    b"\x1b[2J\x1b[H\x1b[?1049h",
    b"\x1b[22;2t\x1b[23;2t",
    b"\x1b]2;title\x1b\\",
    b"\x1b]0;title\x1b\\after",
    b"\x1b]8;id=1;http://example.org/a;b\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]4;1;rgb:11/22/33\x1b\\",
    b"\x1b]104\x1b\\",
    b"\x1b]8;;HTTPS://example.org\x1b\\x\x1b]8;;\x1b\\",
    b"\x1b7\x1b8\x1b(0\x1b)B\x1b#8\x1bM\x1b=\x1b>",
    b"\x1b[2 q\x1b[?25l\x1b[?2004h\x1b[!p",
    b"\x1b[1\"q\x1b[5b",
];

#[test]
fn what_a_terminal_would_answer_or_must_not_see_is_dropped_wherever_it_is_cut() {
    for dropped in DROPPED {
        for cut in 0..=dropped.len() {
            let (start, end) = dropped.split_at(cut);
            let out = clean(&[b"a", start, end, b"b"]);
            assert_eq!(out, b"ab", "{} cut at {cut}", dropped.escape_ascii());
        }
    }
}

#[test]
fn the_rest_is_kept_byte_by_byte() {
    for kept in KEPT {
        for cut in 0..=kept.len() {
            let (start, end) = kept.split_at(cut);
            assert_eq!(clean(&[start, end]), *kept, "{} cut at {cut}", kept.escape_ascii());
        }
    }
}

/// Every sequence that passes, once.
#[test]
fn whatever_draws_passes() {
    for kept in [
        &b"\x07\x08\t\n\x0b\x0c\r\x0e\x0f"[..],
        b"\x1b[3A\x1b[3B\x1b[3C\x1b[3D\x1b[3E\x1b[3F\x1b[3G\x1b[3;4H\x1b[0;4H",
        b"\x1b[1J\x1b[1K\x1b[?1J\x1b[?1K\x1b[3@\x1b[3P\x1b[3X",
        b"\x1b[3`\x1b[3a\x1b[3d\x1b[3e\x1b[3;4f\x1b[3g\x1b[3;4r",
        b"\x1b[3L\x1b[3M\x1b[3S\x1b[3T\x1b[3I\x1b[3Z\x1b[3b",
        b"\x1b[3 @\x1b[3 A",
        b"\x1b[3'}\x1b[3'~",
        b"\x1b[4h\x1b[4;20l\x1b[?1;6;7;9;12;25;45;66h\x1b[?1000;1002;1003;1004;1006;1016;1048;2004;2026l",
        b"\x1b[?47h\x1b[?1047l\x1b[?1049h",
        b"\x1b[s\x1b[u\x1b[22;0t\x1b[23;2t\x1b[4 q\x1b[1\"q\x1b[!p",
        b"\x1b[4:0m\x1b[4:3;58:2::1:2:3m",
        b"\x1b7\x1b8\x1bD\x1bE\x1bH\x1bM\x1b=\x1b>\x1bc\x1bn\x1bo\x1b|\x1b}\x1b~\x1b#8",
        b"\x1b(0\x1b)0\x1b*0\x1b+0\x1b-0\x1b.0",
    ] {
        assert_eq!(clean(&[kept]), kept, "{}", kept.escape_ascii());
    }
}

#[test]
fn no_number_exceeds_what_the_terminal_could_use() {
    let mut sanitizer = Sanitizer::default();
    let mut sized = |bytes: &[u8]| {
        let mut out = Vec::new();
        sanitizer.resize(80, 24);
        sanitizer.feed(bytes, &mut out);
        String::from_utf8(out).expect("text")
    };
    for last in ["S", "L", "T", "M"] {
        assert_eq!(sized(format!("\x1b[2147483647{last}").as_bytes()), format!("\x1b[24{last}"));
        assert_eq!(sized(format!("\x1b[3{last}").as_bytes()), format!("\x1b[3{last}"));
    }
    for last in ["I", "Z", " @", " A", "'}", "'~"] {
        assert_eq!(sized(format!("\x1b[99999999999999{last}").as_bytes()), format!("\x1b[80{last}"));
    }
    assert_eq!(sized(b"\x1b[2147483647b"), "\x1b[1920b");
    assert_eq!(sized(b"\x1b[70000;2147483647H\x1b[4:70000m"), "\x1b[9999;9999H\x1b[4:9999m");
    assert_eq!(clean(&[b"\x1b[2147483647S\x1b[2147483647b"]), b"\x1b[1000S\x1b[9999b");
}

/// What passed is filtered once more where it is drawn: it passes as it is.
#[test]
fn numbers_that_are_left_out_stay_so() {
    for sequence in [&b"\x1b[:3g"[..], b"\x1b[g", b"\x1b[-1X", b"\x1b[;H", b"\x1b[:3m", b"\x1b[4:3m"] {
        let once = clean(&[sequence]);
        assert_eq!(clean(&[&once]), once, "{sequence:?}");
    }
    assert_eq!(clean(&[b"\x1b[:3g"]), b"\x1b[g");
}

#[test]
fn of_several_modes_only_the_known_ones_pass() {
    assert_eq!(clean(&[b"\x1b[?1000;9001;1006;5522h"]), b"\x1b[?1000;1006h");
    assert_eq!(clean(&[b"\x1b[2;4l"]), b"\x1b[4l");
}

#[test]
fn colours_and_titles_are_written_anew() {
    assert_eq!(
        clean(&[b"\x1b]4;1;#ff0000;2;?;300;#fff;3;rgb:0/0/f\x07"]),
        b"\x1b]4;1;rgb:ff/00/00\x1b\\\x1b]4;3;rgb:00/00/ff\x1b\\"
    );
    assert_eq!(clean(&[b"\x1b]10;#fff;?;#000\x07"]), b"\x1b]10;rgb:f0/f0/f0\x1b\\\x1b]12;rgb:00/00/00\x1b\\");
    // Behind the cursor's there is none that passes.
    assert_eq!(
        clean(&[b"\x1b]10;#000;#111;#222;#333\x07\x1b]12;#fff;#fff\x07"]),
        b"\x1b]10;rgb:00/00/00\x1b\\\x1b]11;rgb:10/10/10\x1b\\\x1b]12;rgb:20/20/20\x1b\\\x1b]12;rgb:f0/f0/f0\x1b\\"
    );
    assert_eq!(clean(&[b"\x1b]002;a\x7fb\x07"]), "\x1b]2;a\u{fffd}b\x1b\\".as_bytes());
    let long = [b"\x1b]2;".to_vec(), vec![b't'; 10_000], b"\x07".to_vec()].concat();
    assert_eq!(clean(&[&long]).len(), 4096 + 6);
}

#[test]
fn a_link_that_does_not_pass_ends_the_one_before() {
    let text = b"\x1b]8;;http://a/\x07a\x1b]8;;file:///etc/passwd\x07b\x1b]8;;vscode://x\x07c";
    assert_eq!(clean(&[text]), b"\x1b]8;;http://a/\x1b\\a\x1b]8;;\x1b\\bc");
    // One without an address that names something does not end it, as on a screen.
    assert_eq!(clean(&[b"\x1b]8;;http://a/\x07a\x1b]8;x=1;\x07b"]), b"\x1b]8;;http://a/\x1b\\ab");
}

#[test]
fn a_dropped_string_cannot_hide_what_follows_it() {
    assert_eq!(clean(&[b"\x1bPq~\x1b[6n\x1b[1mx"]), b"\x1b[1mx");
    assert_eq!(clean(&[b"\x1b]2;t\x1b[31mred"]), b"\x1b]2;t\x1b\\\x1b[31mred");
    assert_eq!(clean(&[b"\x1b[1\x1b[6\x0an"]), b"\n");
}

#[test]
fn long_sequences_are_dropped_without_being_kept() {
    let long = [b"\x1b]2;".to_vec(), vec![b'x'; 1 << 18], b"\x07after".to_vec()].concat();
    assert_eq!(clean(&[&long]), b"after");
    let link = [b"\x1b]8;;".to_vec(), vec![b'u'; 5000], b"\x1b\\t".to_vec()].concat();
    assert_eq!(clean(&[&link]), b"t");
    let csi = [b"\x1b[".to_vec(), vec![b'1'; 2000], b"mx".to_vec()].concat();
    assert_eq!(clean(&[&csi]), b"x");
}

/// The screen's own colours, and C1 controls in their 7-bit form.
#[test]
fn colours_are_set_back_and_controls_are_written_anew() {
    for (given, passes) in [
        ("\u{84}\u{85}\u{88}", "\x1bD\x1bE\x1bH"),
        ("\x1bc", "\x1bc"),
        ("\x1b]11;#102030\x07", "\x1b]11;rgb:10/20/30\x1b\\"),
        ("\x1b]12;#102030\x07", "\x1b]12;rgb:10/20/30\x1b\\"),
        ("\x1b]104\x07", "\x1b]104\x1b\\"),
        ("\x1b]104;3;300;x\x07", "\x1b]104;3\x1b\\"),
        ("\x1b]110\x07", "\x1b]110\x1b\\"),
        ("\x1b]111\x07", "\x1b]111\x1b\\"),
        ("\x1b]112\x07", "\x1b]112\x1b\\"),
        ("\x1b];x\x07", ""),
    ] {
        assert_eq!(String::from_utf8(clean(&[given.as_bytes()])).unwrap(), passes, "{given:?}");
    }
    let ends = clean(&[b"\x1b]8;;https://a.example/\x07x\x1b]8;id=a;file:///etc\x07"]);
    assert!(ends.ends_with(b"x\x1b]8;;\x1b\\"), "{ends:?}");
}

/// On 200 columns and 100 rows: what each costs in cells, and how often it passes by that.
#[test]
fn what_costs_a_screen_passes_as_often_as_output_pays_for_it() {
    const CELLS: u32 = 200 * 100;
    const ATTEMPTS: usize = 60;
    let (lines, shift) = (7_500, CELLS);
    for (sequence, cost, earns) in [
        ("\x1b[100L", lines, 3),
        ("\x1b[100M", lines, 3),
        ("\x1b[100S", lines, 3),
        ("\x1b[900T", lines, 3),
        ("\x1b[60S", 4_500, 3),
        ("\x1b[2J", CELLS / 4, 3),
        ("\x1b[1 @", shift, 3),
        ("\x1b[1 A", shift, 3),
        ("\x1b[1'}", shift, 3),
        ("\x1b[1'~", shift, 3),
        ("\x1b[?1049h", CELLS / 4, 3),
        ("\x1b[?47;1047h", CELLS / 2, 3),
        ("\x1b[?25h", 0, 3),
        ("\x1b#8", CELLS, 2),
        ("\x1bc", CELLS / 2, 2),
    ] {
        let mut sanitizer = Sanitizer::default();
        sanitizer.resize(200, 100);
        let mut out = Vec::new();
        sanitizer.feed(sequence.repeat(ATTEMPTS).as_bytes(), &mut out);
        let passed = out.iter().filter(|byte| **byte == 0x1b).count();
        let most = 65_536 + 2 * CELLS;
        let (mut left, mut affords) = (most, 0);
        for _ in 0..ATTEMPTS {
            left = (left + earns * 256).min(most);
            if left >= cost {
                left -= cost;
                affords += 1;
            }
        }
        assert_eq!(passed, affords, "{sequence:?}");
    }
}

proptest! {
    #[test]
    fn cuts_change_nothing_and_cleaning_twice_neither(
        pieces in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(DROPPED.to_vec()).prop_map(<[u8]>::to_vec),
                proptest::sample::select(KEPT.to_vec()).prop_map(<[u8]>::to_vec),
                proptest::collection::vec(any::<u8>(), 0..8),
                proptest::sample::select(vec![&b"\x1b"[..], b"\x1b[", b"\x1b]", b"\x1bP", b"\x9b", b"\xc2", b"\x18"])
                    .prop_map(<[u8]>::to_vec),
            ],
            0..12
        ),
        size in 1usize..9,
    ) {
        let stream = pieces.concat();
        let whole = clean(&[&stream]);
        let chunks: Vec<&[u8]> = stream.chunks(size).collect();
        prop_assert_eq!(&clean(&chunks), &whole);
        let again = clean(&[&whole]);
        prop_assert_eq!(&again, &whole, "{}", stream.escape_ascii());
    }
}
