//! What a terminal sends, cut into pieces: text, keys, the mouse, focus, pastes. Each keeps its bytes, so that
//! it can be passed on as it came.

use jumpseat_screen::scan::{Csi, Typed};

/// The longest escape sequence that is waited for; a longer one is passed on as it is.
const MAX_SEQUENCE: usize = 64;

/// A piece of input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    /// The bytes as they came.
    pub(crate) raw: Vec<u8>,
    /// What they say.
    pub(crate) input: Input,
}

/// What a piece says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    /// Printable text, or anything inside a paste.
    Text,
    /// A key without text of its own.
    Key {
        key: Key,
        /// Whether Shift, Alt or Control was held.
        modified: bool,
    },
    /// The mouse, reported in cells from 0 (mode 1006).
    Mouse(Mouse),
    /// The terminal's window has the focus, or has lost it (mode 1004).
    Focus(bool),
    /// A paste begins, or ends (mode 2004).
    Paste(bool),
    /// A control character.
    Control(u8),
    /// Anything else, for example an answer to a program's question.
    Other,
}

/// A key without text of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Delete,
    Escape,
    Enter,
    Tab,
    BackTab,
    Backspace,
}

/// A mouse report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mouse {
    pub(crate) kind: MouseKind,
    /// The button's number with its modifiers, as reported.
    pub(crate) button: u16,
    pub(crate) column: u16,
    pub(crate) row: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MouseKind {
    WheelUp,
    WheelDown,
    WheelLeft,
    WheelRight,
    Press,
    Release,
}

/// Cuts input into pieces. Bytes may be cut anywhere between two calls.
#[derive(Default, Debug)]
pub(crate) struct Decoder {
    /// A sequence whose end has not come yet.
    carry: Vec<u8>,
    pasting: bool,
}

impl Decoder {
    /// The pieces that are complete with these bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut all = std::mem::take(&mut self.carry);
        all.extend_from_slice(bytes);
        let mut rest = &all[..];
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let Some((input, len)) = self.first(rest) else {
                self.carry = rest.to_vec();
                break;
            };
            let (raw, tail) = rest.split_at(len);
            pieces.push(Piece { raw: raw.to_vec(), input });
            rest = tail;
        }
        pieces
    }

    /// Whether the beginning of a sequence is held back; [`flush`](Self::flush) it when nothing followed soon.
    pub(crate) fn holds(&self) -> bool {
        !self.carry.is_empty()
    }

    /// What is held back, as it is.
    pub(crate) fn flush(&mut self) -> Option<Piece> {
        let raw = std::mem::take(&mut self.carry);
        (!raw.is_empty()).then_some(Piece { raw, input: Input::Other })
    }

    /// What the first piece says, and its length; nothing if its end has not come yet.
    fn first(&mut self, bytes: &[u8]) -> Option<(Input, usize)> {
        match *bytes {
            // Terminals write a sequence at once; the key alone must not wait.
            [0x1b] => return Some((self.input(Typed::Escape), 1)),
            [first, ..] if self.pasting && first != 0x1b => {
                let len = bytes.iter().position(|byte| *byte == 0x1b).unwrap_or(bytes.len());
                return Some((Input::Text, len));
            }
            _ => {}
        }
        match Typed::first(bytes) {
            Some((Typed::Text(text), len)) => {
                let cut = if len == bytes.len() { unfinished_character(text) } else { 0 };
                (len > cut).then_some((Input::Text, len - cut))
            }
            Some((typed, len)) => Some((self.input(typed), len)),
            None if bytes.len() > MAX_SEQUENCE => Some((Input::Other, bytes.len())),
            None => None,
        }
    }

    fn input(&mut self, typed: Typed<'_>) -> Input {
        let input = match typed {
            Typed::Csi(csi) if is_paste_mark(csi) => Input::Paste(csi.numbers == b"200"),
            _ if self.pasting => Input::Text,
            Typed::Csi(csi) if csi.is_bare() && matches!(csi.last, b'I' | b'O') => {
                Input::Focus(csi.last == b'I')
            }
            Typed::Csi(csi) if csi.prefix == Some(b'<') => mouse(csi).map_or(Input::Other, Input::Mouse),
            Typed::Csi(Csi { prefix: None, numbers, intermediates: b"", last }) => {
                key(numbers, last).unwrap_or(Input::Other)
            }
            Typed::Ss3(last) => key(b"", last).unwrap_or(Input::Other),
            Typed::Escape => Input::Key { key: Key::Escape, modified: false },
            Typed::Control(b'\r' | b'\n') => Input::Key { key: Key::Enter, modified: false },
            Typed::Control(b'\t') => Input::Key { key: Key::Tab, modified: false },
            Typed::Control(0x7f | 0x08) => Input::Key { key: Key::Backspace, modified: false },
            Typed::Control(byte) => Input::Control(byte),
            Typed::Text(_) => Input::Text,
            Typed::Csi(_) | Typed::Malformed | Typed::Alt(_) | Typed::String(..) => Input::Other,
        };
        if let Input::Paste(begins) = input {
            self.pasting = begins;
        }
        input
    }
}

fn is_paste_mark(csi: Csi<'_>) -> bool {
    csi.prefix.is_none() && csi.last == b'~' && matches!(csi.numbers, b"200" | b"201")
}

/// Bytes at the end that begin a character of UTF-8 without finishing it.
fn unfinished_character(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        let len = match byte {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if back < len { back } else { 0 };
    }
    0
}

/// A key's sequence: `CSI [1;M] letter`, `SS3 letter`, `CSI number [;M] ~`, `CSI code [;M] u`.
fn key(numbers: &[u8], last: u8) -> Option<Input> {
    let numbers = std::str::from_utf8(numbers).ok()?;
    let mut numbers =
        numbers.split(';').map(|number| number.split(':').next().unwrap_or("").parse::<u32>().unwrap_or(1));
    let first = numbers.next().unwrap_or(1);
    let modified = numbers.next().is_some_and(|modifiers| modifiers > 1);
    let key = match (last, first) {
        (b'A', _) => Key::Up,
        (b'B', _) => Key::Down,
        (b'C', _) => Key::Right,
        (b'D', _) => Key::Left,
        (b'H', _) | (b'~', 1 | 7) => Key::Home,
        (b'F', _) | (b'~', 4 | 8) => Key::End,
        (b'Z', _) => Key::BackTab,
        (b'~', 3) => Key::Delete,
        (b'~', 5) => Key::PageUp,
        (b'~', 6) => Key::PageDown,
        (b'u', 27) => Key::Escape,
        (b'u', 13) | (b'M', _) => Key::Enter,
        (b'u', 9) => Key::Tab,
        (b'u', 127) => Key::Backspace,
        _ => return None,
    };
    Some(Input::Key { key, modified })
}

/// `CSI < button ; column ; row M` (or `m`, for a release), counted from 1.
fn mouse(csi: Csi<'_>) -> Option<Mouse> {
    let mut numbers =
        std::str::from_utf8(csi.numbers).ok()?.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let kind = match (button & !0b1_1100, csi.last) {
        (64, b'M') => MouseKind::WheelUp,
        (65, b'M') => MouseKind::WheelDown,
        (66, b'M') => MouseKind::WheelLeft,
        (67, b'M') => MouseKind::WheelRight,
        (_, b'M') => MouseKind::Press,
        (_, b'm') => MouseKind::Release,
        _ => return None,
    };
    Some(Mouse { kind, button, column: column.checked_sub(1)?, row: row.checked_sub(1)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inputs(bytes: &[u8]) -> Vec<Input> {
        Decoder::default().feed(bytes).into_iter().map(|piece| piece.input).collect()
    }

    fn plain(key: Key) -> Input {
        Input::Key { key, modified: false }
    }

    #[test]
    fn keys_are_told_apart() {
        assert_eq!(
            inputs(b"\x1b[A\x1bOB\r\t\x7f"),
            [Key::Up, Key::Down, Key::Enter, Key::Tab, Key::Backspace].map(plain)
        );
        assert_eq!(inputs(b"\x1b[5~\x1b[6~\x1b[H"), [Key::PageUp, Key::PageDown, Key::Home].map(plain));
        assert_eq!(
            inputs(b"\x1b[5;2~\x1b[1;2A"),
            [Key::PageUp, Key::Up].map(|key| Input::Key { key, modified: true })
        );
        assert_eq!(inputs(b"\x1b"), [plain(Key::Escape)]);
        assert_eq!(inputs(b"\x03\x1bx"), [Input::Control(3), Input::Other]);
    }

    #[test]
    fn the_mouse_and_the_focus_are_told_apart() {
        let wheel = Mouse { kind: MouseKind::WheelUp, button: 64, column: 9, row: 4 };
        assert_eq!(
            inputs(b"\x1b[<64;10;5M\x1b[I\x1b[O"),
            [Input::Mouse(wheel), Input::Focus(true), Input::Focus(false)]
        );
        assert_eq!(
            inputs(b"\x1b[<0;1;1m"),
            [Input::Mouse(Mouse { kind: MouseKind::Release, button: 0, column: 0, row: 0 })]
        );
        assert_eq!(inputs(b"\x1b[<0;0;1M\x1b[<9M"), [Input::Other, Input::Other]);
    }

    #[test]
    fn nothing_inside_a_paste_is_a_key() {
        let expected = [Input::Paste(true), Input::Text, Input::Paste(false), Input::Control(0x1d)];
        assert_eq!(inputs(b"\x1b[200~a\x1d\rb\x1b[201~\x1d"), expected);
    }

    #[test]
    fn what_breaks_off_hides_no_key_and_no_end_of_a_paste() {
        assert_eq!(inputs(b"\x1b[\x03"), [Input::Other, Input::Control(3)]);
        assert_eq!(
            inputs(b"\x1b[200~\x1b]1;a\x1b[201~\x1d").split_off(3),
            [Input::Paste(false), Input::Control(0x1d)]
        );
    }

    #[test]
    fn a_sequence_that_never_ends_is_not_held_for_ever() {
        let mut decoder = Decoder::default();
        let mut seen = 0;
        for _ in 0..100 {
            seen += decoder.feed(b"\x1b]0;aaaaaaaaaaaaaaaaaaaa").len();
        }
        assert!(seen > 0 && decoder.carry.len() < 4 * MAX_SEQUENCE);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_however_it_is_cut(
            bytes in proptest::collection::vec(prop_oneof![Just(0x1b_u8), Just(b'['), Just(b'<'), Just(b';'), Just(b'M'), Just(b'1'), any::<u8>()], 0..200),
            cuts in proptest::collection::vec(1_usize..20, 0..20),
        ) {
            let mut decoder = Decoder::default();
            let mut out = Vec::new();
            let mut rest = &bytes[..];
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                out.extend(decoder.feed(head));
                rest = tail;
            }
            out.extend(decoder.feed(rest));
            out.extend(decoder.flush());
            let joined: Vec<u8> = out.into_iter().flat_map(|piece| piece.raw).collect();
            prop_assert_eq!(joined, bytes);
        }
    }
}
