//! What passes, what does not, and that neither depends on where the stream is cut.

use proptest::prelude::*;

use super::*;

fn clean(policy: Policy, chunks: &[&[u8]]) -> Vec<u8> {
    let mut sanitizer = Sanitizer::new(policy);
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
    b"\x1b]4;1;?;2;#ffffff\x1b\\",
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
    "\u{9b}6n".as_bytes(),
    "\u{9d}52;c;AA\u{9c}".as_bytes(),
    "\u{90}q~\u{9c}".as_bytes(),
];

const KEPT: &[&[u8]] = &[
    "plain, grüße 中 👍\r\n".as_bytes(),
    b"\x1b[1;38;2;1;2;3mx\x1b[m",
    b"\x1b[2J\x1b[H\x1b[?1049h",
    b"\x1b[22;2t\x1b[23;2t",
    b"\x1b]2;title\x07",
    b"\x1b]0;title\x1b\\after",
    b"\x1b]8;id=1;http://example.org/a;b\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]4;1;rgb:11/22/33\x1b\\",
    b"\x1b]104\x07",
    b"\x1b]8;;HTTPS://example.org\x1b\\x\x1b]8;;\x07",
    b"\x1b7\x1b8\x1b(0\x1b)B\x1b#8\x1bM\x1b=\x1b>",
    b"\x1b[2 q\x1b[?25l\x1b[?2004h\x1b[!p",
    b"\x1b[>1u\x1b[<u",
    b"\x1b[1\"q\x1b[5b",
];

#[test]
fn what_a_terminal_would_answer_or_must_not_see_is_dropped_wherever_it_is_cut() {
    for dropped in DROPPED {
        for cut in 0..=dropped.len() {
            let (start, end) = dropped.split_at(cut);
            let out = clean(Policy::default(), &[b"a", start, end, b"b"]);
            assert_eq!(out, b"ab", "{} cut at {cut}", dropped.escape_ascii());
        }
    }
}

#[test]
fn the_rest_is_kept_byte_by_byte() {
    for kept in KEPT {
        for cut in 0..=kept.len() {
            let (start, end) = kept.split_at(cut);
            assert_eq!(
                clean(Policy::default(), &[start, end]),
                *kept,
                "{} cut at {cut}",
                kept.escape_ascii()
            );
        }
    }
}

#[test]
fn the_policy_lets_marks_pass() {
    let all = Policy { shell_marks: true, notifications: true, iterm: true };
    for passed in [&b"\x1b]133;A\x07"[..], b"\x1b]9;x\x1b\\", b"\x1b]1337;CurrentDir=/\x07"] {
        assert_eq!(clean(all, &[passed]), passed);
    }
    assert!(clean(all, &[b"\x1b]52;c;AA\x07"]).is_empty());
}

#[test]
fn a_dropped_string_cannot_hide_what_follows_it() {
    assert_eq!(clean(Policy::default(), &[b"\x1bPq~\x1b[6n\x1b[1mx"]), b"\x1b[1mx");
    assert_eq!(clean(Policy::default(), &[b"\x1b]2;t\x1b[31mred"]), b"\x1b]2;t\x1b\\\x1b[31mred");
    assert_eq!(clean(Policy::default(), &[b"\x1b[1\x1b[6\x0an"]), b"\n");
}

#[test]
fn long_sequences_are_dropped_without_being_kept() {
    let long = [b"\x1b]2;".to_vec(), vec![b'x'; 2 * MAX_OSC], b"\x07after".to_vec()].concat();
    assert_eq!(clean(Policy::default(), &[&long]), b"after");
    let link = [b"\x1b]8;;".to_vec(), vec![b'u'; MAX_URI + 300], b"\x1b\\t".to_vec()].concat();
    assert_eq!(clean(Policy::default(), &[&link]), b"t");
    let csi = [b"\x1b[".to_vec(), vec![b'1'; 2000], b"mx".to_vec()].concat();
    assert_eq!(clean(Policy::default(), &[&csi]), b"x");
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
        let whole = clean(Policy::default(), &[&stream]);
        let chunks: Vec<&[u8]> = stream.chunks(size).collect();
        prop_assert_eq!(&clean(Policy::default(), &chunks), &whole);
        let again = clean(Policy::default(), &[&whole]);
        prop_assert_eq!(&again, &whole, "{}", stream.escape_ascii());
    }
}
