//! Recognises, among keystrokes, what a terminal sends by itself in answer to a query.
//!
//! Exactly one terminal answers a shell: the host's. What a guest's terminal answers must not be typed there.

/// Longest reply held back, in bytes; a terminal's answers are far shorter.
const MAX_REPLY: usize = 4096;
const MAX_CSI: usize = 64;

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

/// What the bytes held so far are.
enum Verdict {
    /// May become a reply.
    Wait,
    /// Keystrokes.
    Keys,
    /// A complete reply.
    Reply,
}

impl ReplyFilter {
    /// A filter that holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes input and returns the keystrokes in it.
    pub fn feed(&mut self, input: &[u8]) -> Vec<u8> {
        let mut keys = Vec::with_capacity(input.len());
        for &byte in input {
            self.byte(byte, &mut keys);
        }
        keys
    }

    /// Whether something is held back that [`ReplyFilter::flush`] would release: the Escape key, or Alt with a bracket.
    pub fn waits(&self) -> bool {
        (1..=2).contains(&self.held.len())
    }

    /// Releases a key that looks like a reply's beginning. Call it when no input came for some 50 ms.
    pub fn flush(&mut self) -> Vec<u8> {
        if self.waits() { std::mem::take(&mut self.held) } else { Vec::new() }
    }

    fn byte(&mut self, byte: u8, keys: &mut Vec<u8>) {
        if self.held.is_empty() && byte != 0x1b {
            keys.push(byte);
            return;
        }
        // ESC begins anew, unless it ends a string.
        if byte == 0x1b && !self.held.is_empty() && !self.in_string() {
            keys.append(&mut self.held);
        }
        self.held.push(byte);
        match verdict(&self.held) {
            Verdict::Wait => {}
            Verdict::Keys => keys.append(&mut self.held),
            Verdict::Reply => self.held.clear(),
        }
    }

    fn in_string(&self) -> bool {
        self.held.len() > 2 && matches!(self.held[1], b']' | b'P' | b'_') && self.held.last() != Some(&0x1b)
    }
}

/// Drops replies from input that is whole. What may be a reply's beginning at the end is kept.
pub fn strip_replies(input: &[u8]) -> Vec<u8> {
    let mut filter = ReplyFilter::new();
    let mut keys = filter.feed(input);
    keys.append(&mut filter.held);
    keys
}

fn verdict(held: &[u8]) -> Verdict {
    match held {
        [0x1b] | [0x1b, b'[' | b']' | b'P' | b'_'] => Verdict::Wait,
        [0x1b, b'[', body @ .., last] => control(body, *last),
        [0x1b, kind @ (b']' | b'P' | b'_'), first, rest @ ..] => string(*kind, *first, rest, held.len()),
        _ => Verdict::Keys,
    }
}

fn control(body: &[u8], last: u8) -> Verdict {
    match last {
        0x20..0x40 if body.len() < MAX_CSI => Verdict::Wait,
        0x40..0x7f if is_reply(body, last) => Verdict::Reply,
        _ => Verdict::Keys,
    }
}

fn is_reply(body: &[u8], last: u8) -> bool {
    let private = body.first().copied().filter(|byte| (b'<'..=b'?').contains(byte));
    match last {
        b'c' => private.is_some(),
        b'n' => private == Some(b'?') || matches!(body, b"0" | b"3"),
        b'R' => private == Some(b'?') || body.contains(&b';'),
        b'y' => body.last() == Some(&b'$'),
        b'u' | b'S' => private == Some(b'?'),
        b'm' => private == Some(b'>'),
        b't' | b'x' => !body.is_empty(),
        b'I' | b'O' => body.is_empty(),
        _ => false,
    }
}

/// OSC, DCS or APC, each known by the byte that its replies begin with: other bytes follow Alt with a key.
fn string(kind: u8, first: u8, rest: &[u8], len: usize) -> Verdict {
    let plausible = match kind {
        b']' => first.is_ascii_digit() || matches!(first, b'l' | b'L' | b'I'),
        b'P' => matches!(first, b'>' | b'!' | b'0' | b'1'),
        _ => first == b'G',
    };
    if !plausible || len > MAX_REPLY {
        return Verdict::Keys;
    }
    match rest {
        [.., 0x1b, b'\\'] | [.., 0x07] => Verdict::Reply,
        [.., 0x1b] => Verdict::Wait,
        // No reply has control characters or another sequence inside.
        [.., 0x1b, _] | [.., 0..0x20] => Verdict::Keys,
        _ => Verdict::Wait,
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
        let input = [b"\x1b]11;".to_vec(), vec![b'a'; 3 * MAX_REPLY]].concat();
        assert_eq!(filter.feed(&input), input);
        let input = [b"\x1b[".to_vec(), vec![b'1'; 3 * MAX_CSI], b"R".to_vec()].concat();
        assert_eq!(filter.feed(&input), input);
    }

    #[test]
    fn whole_input_is_stripped_at_once() {
        assert_eq!(strip_replies(b"a\x1b[?1;2cb\x1b"), b"ab\x1b");
    }
}
