//! Recognizes, among keystrokes, what a terminal sends by itself in answer to a query.
//!
//! Exactly one terminal answers a shell: the host's. What a guest's terminal answers must not be typed there.

use crate::scan::{Csi, Typed};

/// Drops terminals' replies from input, cut anywhere.
///
/// Dropped: device attributes (DA1–3), status and cursor reports (DSR, CPR), mode reports (DECRPM), focus events,
/// keyboard-protocol and window reports, colour and title reports (OSC), and all DCS replies (XTVERSION, DECRQSS,
/// XTGETTCAP) and kitty graphics replies. A cursor report looks like F3 with modifiers in some terminals
/// (`CSI 1;2R`): that key is lost.
#[derive(Clone, Debug, Default)]
pub struct ReplyFilter {
    held: Vec<u8>,
}

impl ReplyFilter {
    /// A filter that holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes input and returns the keystrokes in it.
    pub fn feed(&mut self, input: &[u8]) -> Vec<u8> {
        let joined;
        let mut rest = input;
        if !self.held.is_empty() {
            joined = [&std::mem::take(&mut self.held), input].concat();
            rest = &joined;
        }
        let mut keys = Vec::with_capacity(rest.len());
        loop {
            let plain = rest.iter().position(|byte| *byte == 0x1b).unwrap_or(rest.len());
            keys.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            match Typed::first(rest) {
                Some((typed, len)) => {
                    let (raw, behind) = rest.split_at(len);
                    if !is_reply(typed) {
                        keys.extend_from_slice(raw);
                    }
                    rest = behind;
                }
                None if may_be_reply(rest) => {
                    self.held = rest.to_vec();
                    return keys;
                }
                None => {
                    keys.extend_from_slice(rest);
                    return keys;
                }
            }
        }
    }

    /// Whether something is held back that [`ReplyFilter::flush`] would release: the Escape key, or Alt with a bracket.
    pub fn waits(&self) -> bool {
        (1..=2).contains(&self.held.len())
    }

    /// Releases a key that looks like a reply's beginning. Call it when no input came for some 50 ms.
    pub fn flush(&mut self) -> Vec<u8> {
        if self.waits() { std::mem::take(&mut self.held) } else { Vec::new() }
    }
}

/// Drops replies from input that is whole. What may be a reply's beginning at the end is kept.
pub fn strip_replies(input: &[u8]) -> Vec<u8> {
    let mut filter = ReplyFilter::new();
    let mut keys = filter.feed(input);
    keys.append(&mut filter.held);
    keys
}

/// Whether the beginning of a piece of input may become a reply.
fn may_be_reply(beginning: &[u8]) -> bool {
    matches!(beginning, [0x1b] | [0x1b, b'[' | b']' | b'P' | b'_', ..])
}

fn is_reply(typed: Typed<'_>) -> bool {
    match typed {
        Typed::Csi(csi) => is_report(csi),
        Typed::String(..) => true,
        _ => false,
    }
}

fn is_report(csi: Csi<'_>) -> bool {
    match csi.last {
        b'c' => csi.prefix.is_some(),
        b'n' => csi.prefix == Some(b'?') || (csi.prefix.is_none() && matches!(csi.numbers, b"0" | b"3")),
        b'R' => csi.prefix == Some(b'?') || csi.numbers.contains(&b';'),
        b'y' => csi.intermediates == b"$",
        b'u' | b'S' => csi.prefix == Some(b'?'),
        b'm' => csi.prefix == Some(b'>'),
        b't' | b'x' => !csi.is_bare(),
        b'I' | b'O' => csi.is_bare(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLIES: &[&[u8]] = &[
        b"\x1b[?1;2c",
        b"\x1b[?62;c",
        b"\x1b[>0;276;0c",
        b"\x1bP!|00000000\x1b\\",
        b"\x1b[0n",
        b"\x1b[?997;1n",
        b"\x1b[24;80R",
        b"\x1b[?24;80R",
        b"\x1b[?2026;2$y",
        b"\x1b[4;1$y",
        b"\x1b]4;1;rgb:0000/0000/0000\x07",
        b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b]12;rgb:ffff/0000/0000\x07",
        b"\x1bP>|xterm(390)\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1bP1+r544e=78\x1b\\",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[?1u",
        b"\x1b[8;40;120t",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[>4;2m",
    ];

    const KEYS: &[&[u8]] = &[
        b"ls -la\r",
        "grüße 中".as_bytes(),
        b"\x1b[A",
        b"\x1bOP",
        b"\x1b[1;5C",
        b"\x1b[15~",
        b"\x1b[200~pasted\x1b[201~",
        b"\x1b[<0;10;5M",
        b"\x1b[<0;10;5m",
        b"\x1b[97;5u",
        b"\x1bb",
        b"\x1b_.",
        b"\x1b]x",
        b"\x1bPp",
        b"\x1b]1\r",
        b"\x1b\x1b[A",
        b"\x03\x04\x1a",
        b"\x1b[M !!",
        b"\x1b[Z",
    ];

    #[test]
    fn replies_are_dropped_wherever_they_are_cut() {
        for reply in REPLIES {
            for cut in 0..=reply.len() {
                let mut filter = ReplyFilter::new();
                let mut keys = filter.feed(&[b"a", &reply[..cut]].concat());
                keys.extend(filter.feed(&[&reply[cut..], b"b"].concat()));
                assert_eq!(keys, b"ab", "{} cut at {cut}", reply.escape_ascii());
            }
        }
    }

    #[test]
    fn keys_pass_wherever_they_are_cut() {
        for key in KEYS {
            for cut in 0..=key.len() {
                let mut filter = ReplyFilter::new();
                let mut keys = filter.feed(&key[..cut]);
                keys.extend(filter.feed(&[&key[cut..], b"z"].concat()));
                assert_eq!(keys, [*key, b"z"].concat(), "{} cut at {cut}", key.escape_ascii());
            }
        }
    }

    #[test]
    fn a_key_that_looks_like_a_beginning_is_released_by_a_flush() {
        for key in [&b"\x1b"[..], b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b_"] {
            let mut filter = ReplyFilter::new();
            assert!(filter.feed(key).is_empty());
            assert!(filter.waits());
            assert_eq!(filter.flush(), key);
            assert_eq!(filter.feed(b"q"), b"q");
        }
        // The middle of a reply is not a key.
        let mut filter = ReplyFilter::new();
        assert!(filter.feed(b"\x1b]11;rgb").is_empty());
        assert!(filter.flush().is_empty());
        assert_eq!(filter.feed(b":1/2/3\x07x"), b"x");
    }

    #[test]
    fn nothing_is_held_without_bound() {
        let mut filter = ReplyFilter::new();
        let input = [b"\x1b]11;".to_vec(), vec![b'a'; 3 * 4096]].concat();
        assert_eq!(filter.feed(&input), input);
        let input = [b"\x1b[".to_vec(), vec![b'1'; 3 * 64], b"R".to_vec()].concat();
        assert_eq!(filter.feed(&input), input);
    }

    #[test]
    fn whole_input_is_stripped_at_once() {
        assert_eq!(strip_replies(b"a\x1b[?1;2cb\x1b"), b"ab\x1b");
        let input = b"x\x1b[?1;2c\x1b[12;4R\x1b]11;rgb:00/00/00\x1b\\y\x1b[A\x1b[1;5C";
        assert_eq!(strip_replies(input), b"xy\x1b[A\x1b[1;5C");
    }
}
