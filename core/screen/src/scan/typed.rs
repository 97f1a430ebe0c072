//! The grammar of input: what a terminal sends for keys, the mouse and pastes, and in answer to queries.

use super::Csi;

/// Longest control sequence waited for, in bytes after CSI.
const MAX_SEQUENCE: usize = 64;
/// Longest string waited for, in bytes; a terminal's answers are far shorter.
const MAX_STRING: usize = 4096;

/// A piece of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Anything but control characters; never empty. The end may cut a character.
    Text(&'a [u8]),
    /// A control character, DEL among them.
    Control(u8),
    /// The Escape key.
    Escape,
    /// A key with Alt, as ESC and what the key itself sends, one byte.
    Alt(u8),
    /// A key as `ESC O letter`.
    Ss3(u8),
    /// A control sequence.
    Csi(Csi<'a>),
    /// A control sequence whose parts are out of order.
    Malformed,
    /// An answer as a string: OSC (`]`), DCS (`P`) or APC (`_`), without introducer and terminator.
    String(u8, &'a [u8]),
}

impl<'a> Typed<'a> {
    /// The first piece of input, and how many bytes it takes. `None` if it is not known yet, because what is there may
    /// go on: whoever waits for the rest goes no further than some 50 ms, for it may be keys.
    ///
    /// A sequence that breaks off, or grows longer than any that terminals send, was no sequence: its first two bytes
    /// are a key with Alt.
    pub fn first(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let (&first, rest) = bytes.split_first()?;
        match (first, rest) {
            (0x1b, rest) => Self::after_escape(rest),
            (0..0x20 | 0x7f, _) => Some((Self::Control(first), 1)),
            _ => {
                let end = bytes.iter().position(|byte| matches!(byte, 0..0x20 | 0x7f));
                let text = &bytes[..end.unwrap_or(bytes.len())];
                Some((Self::Text(text), text.len()))
            }
        }
    }

    fn after_escape(rest: &'a [u8]) -> Option<(Self, usize)> {
        let (&second, body) = rest.split_first()?;
        match second {
            b'[' => Self::control_sequence(body),
            b']' | b'P' | b'_' => Self::string(second, body),
            b'O' => match *body.first()? {
                last @ 0x20..0x7f => Some((Self::Ss3(last), 3)),
                _ => Some((Self::Alt(second), 2)),
            },
            0x1b | 0x80.. => Some((Self::Escape, 1)),
            _ => Some((Self::Alt(second), 2)),
        }
    }

    fn control_sequence(body: &'a [u8]) -> Option<(Self, usize)> {
        let len = body.iter().take(MAX_SEQUENCE).take_while(|byte| (0x20..0x40).contains(*byte)).count();
        match body.get(len) {
            Some(&last @ 0x40..0x7f) => {
                let typed = Csi::read(&body[..len], last).map_or(Self::Malformed, Self::Csi);
                Some((typed, len + 3))
            }
            Some(_) => Some((Self::Alt(b'['), 2)),
            None => None,
        }
    }

    /// A string is known by the byte that answers begin with: others follow Alt with a key.
    fn string(kind: u8, body: &'a [u8]) -> Option<(Self, usize)> {
        let first = *body.first()?;
        let is_answer = match kind {
            b']' => first.is_ascii_digit() || matches!(first, b'l' | b'L' | b'I'),
            b'P' => matches!(first, b'>' | b'!' | b'0' | b'1'),
            _ => first == b'G',
        };
        let key = Some((Self::Alt(kind), 2));
        if !is_answer {
            return key;
        }
        let Some(len) = body.iter().position(|byte| *byte < 0x20) else {
            return if body.len() < MAX_STRING { None } else { key };
        };
        match (body[len], body.get(len + 1)) {
            (0x07, _) => Some((Self::String(kind, &body[..len]), len + 3)),
            (0x1b, Some(b'\\')) => Some((Self::String(kind, &body[..len]), len + 4)),
            (0x1b, None) => None,
            // No answer has control characters or another sequence inside.
            _ => key,
        }
    }
}
