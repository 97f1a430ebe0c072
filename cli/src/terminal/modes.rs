//! Which modes the program's output has switched on in the person's terminal: what must be switched off again
//! when it is gone, and where between two sequences something of our own may be written.

use std::collections::BTreeSet;

/// Private modes that outlive a program badly, when it does not switch them off itself. Mode 25, the cursor, and
/// 7, wrapping, are off when something is wrong; the others on.
const LEFT_ON: [u16; 17] =
    [1, 5, 6, 9, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031];
const LEFT_OFF: [u16; 2] = [7, 25];
const ALTERNATE: [u16; 3] = [47, 1047, 1049];

/// The longest parameters that are looked at; no mode's sequence comes near it.
const MAX_PARAMETERS: usize = 64;

/// Follows the output.
#[derive(Default, Debug)]
pub(crate) struct ModeTracker {
    state: State,
    parameters: Vec<u8>,
    /// Modes of [`LEFT_ON`] that are on, and of [`LEFT_OFF`] that are off.
    changed: BTreeSet<u16>,
    alternate: Option<u16>,
    cursor_shape: bool,
    keypad: bool,
    /// Levels of the keyboard protocol that were pushed and not popped.
    keyboard: u16,
    modify_other_keys: bool,
    /// Whether the terminal was told to report the focus no longer since that was last asked.
    focus_dropped: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum State {
    #[default]
    Ground,
    /// Inside a character of UTF-8: so many bytes are to come.
    Character(u8),
    Escape,
    /// After `ESC` and an intermediate: one more byte.
    Intermediate,
    Csi,
    /// OSC, DCS and their like, to their end.
    Text,
    /// After `ESC` within one.
    TextEscape,
}

impl ModeTracker {
    /// Takes what is about to be written to the terminal.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            if self.state == State::Ground && byte.is_ascii() && byte != 0x1b {
                // Plain text, the most of it: on to the next byte that matters.
                let next = rest.iter().position(|byte| *byte == 0x1b || !byte.is_ascii());
                rest = &rest[next.unwrap_or(rest.len())..];
                continue;
            }
            self.step(byte);
            rest = tail;
        }
    }

    /// Whether something of our own may be written now without breaking a sequence or a character.
    pub(crate) fn is_between(&self) -> bool {
        self.state == State::Ground
    }

    /// Whether the program itself asked to be told about the focus.
    pub(crate) fn wants_focus(&self) -> bool {
        self.changed.contains(&1004)
    }

    /// Whether the output has switched the reports of the focus off since the last call, by a reset too.
    pub(crate) fn focus_dropped(&mut self) -> bool {
        std::mem::take(&mut self.focus_dropped)
    }

    /// Bytes that switch everything off that was left on.
    pub(crate) fn reset(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.is_between() {
            // Cancels a sequence that was cut off.
            out.push(0x18);
            if matches!(self.state, State::Text | State::TextEscape) {
                out.extend_from_slice(b"\x1b\\");
            }
        }
        for mode in &self.changed {
            let letter = if LEFT_OFF.contains(mode) { 'h' } else { 'l' };
            out.extend_from_slice(format!("\x1b[?{mode}{letter}").as_bytes());
        }
        for _ in 0..self.keyboard {
            out.extend_from_slice(b"\x1b[<u");
        }
        if self.modify_other_keys {
            out.extend_from_slice(b"\x1b[>4m");
        }
        if self.keypad {
            out.extend_from_slice(b"\x1b>");
        }
        if self.cursor_shape {
            out.extend_from_slice(b"\x1b[0 q");
        }
        if let Some(mode) = self.alternate {
            out.extend_from_slice(format!("\x1b[r\x1b[?{mode}l").as_bytes());
        }
        out.extend_from_slice(b"\x1b[m\x1b(B\x0f");
        out
    }

    /// Bytes that bring the terminal to the screen, main or alternate, that the program is on by now.
    pub(crate) fn follow(&mut self, program: &Self) -> Vec<u8> {
        let bytes = match (self.alternate, program.alternate) {
            (None, Some(mode)) => format!("\x1b[?{mode}h"),
            (Some(mode), None) => format!("\x1b[r\x1b[?{mode}l"),
            _ => String::new(),
        };
        self.feed(bytes.as_bytes());
        bytes.into_bytes()
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, 0x07 | 0x18 | 0x1a) => State::Ground,
            (State::Text, 0x1b) => State::TextEscape,
            (State::Text, _) => State::Text,
            (State::TextEscape, b'\\') => State::Ground,
            (State::Ground, 0xc2..=0xdf) => State::Character(1),
            (State::Ground, 0xe0..=0xef) => State::Character(2),
            (State::Ground, 0xf0..=0xf4) => State::Character(3),
            (State::Character(left), 0x80..=0xbf) if left > 1 => State::Character(left - 1),
            (State::Character(_), 0x80..=0xbf) => State::Ground,
            (_, 0x1b) => State::Escape,
            (State::Escape | State::TextEscape, byte) => self.escape(byte),
            (State::Intermediate, 0x20..=0x2f) => State::Intermediate,
            (State::Csi, 0x40..=0x7e) => {
                self.finish(byte);
                State::Ground
            }
            (State::Csi, 0x18 | 0x1a) => State::Ground,
            (State::Csi, _) => {
                if self.parameters.len() < MAX_PARAMETERS {
                    self.parameters.push(byte);
                }
                State::Csi
            }
            _ => State::Ground,
        };
    }

    fn escape(&mut self, byte: u8) -> State {
        match byte {
            b'[' => {
                self.parameters.clear();
                return State::Csi;
            }
            b']' | b'P' | b'X' | b'^' | b'_' => return State::Text,
            0x20..=0x2f => return State::Intermediate,
            b'c' => *self = Self { focus_dropped: true, ..Self::default() },
            b'=' => self.keypad = true,
            b'>' => self.keypad = false,
            _ => {}
        }
        State::Ground
    }

    fn finish(&mut self, last: u8) {
        let parameters = std::mem::take(&mut self.parameters);
        match (parameters.as_slice(), last) {
            ([b'?', modes @ ..], b'h' | b'l') => {
                for mode in numbers(modes) {
                    self.switch(mode, last == b'h');
                }
            }
            ([b'!'], b'p') => {
                self.keypad = false;
                self.changed.retain(|mode| ![1, 6, 7, 25].contains(mode));
            }
            ([shape @ .., b' '], b'q') => self.cursor_shape = !matches!(shape, b"" | b"0"),
            ([b'>', ..], b'u') => self.keyboard = self.keyboard.saturating_add(1).min(32),
            ([b'<', count @ ..], b'u') => {
                let count = numbers(count).next().unwrap_or(1).max(1);
                self.keyboard = self.keyboard.saturating_sub(count);
            }
            ([b'>', b'4', rest @ ..], b'm') => {
                self.modify_other_keys =
                    numbers(rest.strip_prefix(b";").unwrap_or(rest)).next().unwrap_or(0) > 0;
            }
            _ => {}
        }
    }

    fn switch(&mut self, mode: u16, on: bool) {
        self.focus_dropped |= mode == 1004 && !on;
        if ALTERNATE.contains(&mode) {
            self.alternate = on.then_some(mode);
        } else if LEFT_ON.contains(&mode) && on || LEFT_OFF.contains(&mode) && !on {
            self.changed.insert(mode);
        } else {
            self.changed.remove(&mode);
        }
    }
}

fn numbers(parameters: &[u8]) -> impl Iterator<Item = u16> {
    parameters.split(|byte| *byte == b';').filter_map(|number| std::str::from_utf8(number).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLEAN: &str = "\x1b[m\x1b(B\x0f";

    fn reset_after(output: &[u8]) -> String {
        let mut tracker = ModeTracker::default();
        tracker.feed(output);
        String::from_utf8(tracker.reset()).unwrap()
    }

    #[test]
    fn what_is_switched_on_is_switched_off() {
        assert_eq!(
            reset_after(b"\x1b[?2004h\x1b[?1002;1006h"),
            format!("\x1b[?1002l\x1b[?1006l\x1b[?2004l{CLEAN}")
        );
        assert_eq!(reset_after(b"\x1b[?1049h\x1b[?25l"), format!("\x1b[?25h\x1b[r\x1b[?1049l{CLEAN}"));
        assert_eq!(
            reset_after(b"\x1b[5 q\x1b=\x1b[>1u\x1b[>4;2m"),
            format!("\x1b[<u\x1b[>4m\x1b>\x1b[0 q{CLEAN}")
        );
    }

    #[test]
    fn what_the_program_switched_off_itself_is_left_alone() {
        assert_eq!(reset_after(b"\x1b[?1049h\x1b[?2004h\x1b[2 qvim\x1b[0 q\x1b[?2004l\x1b[?1049l"), CLEAN);
        assert_eq!(reset_after(b"\x1b[?1000h\x1b[>1u\x1bc"), CLEAN);
        assert_eq!(reset_after(b"\x1b[>1u\x1b[<u\x1b[?25l\x1b[!p"), CLEAN);
    }

    #[test]
    fn between_sequences_is_known_at_every_cut() {
        for (bytes, between) in [
            (&b"plain"[..], true),
            (b"\x1b", false),
            (b"\x1b[3", false),
            (b"\x1b[31m", true),
            (b"\x1b]0;title", false),
            (b"\x1b]0;title\x1b", false),
            (b"\x1b]0;title\x1b\\", true),
            (b"\x1b]0;title\x07", true),
            (b"\x1b(", false),
            (b"\x1b(B", true),
            ("€".as_bytes(), true),
            (&"€".as_bytes()[..2], false),
            (b"\xff", true),
        ] {
            let mut tracker = ModeTracker::default();
            for byte in bytes {
                tracker.feed(&[*byte]);
            }
            assert_eq!(tracker.is_between(), between, "{bytes:?}");
        }
    }

    #[test]
    fn the_focus_belongs_to_the_program_that_asks_for_it() {
        let mut tracker = ModeTracker::default();
        tracker.feed(b"\x1b[?1004h");
        assert!(tracker.wants_focus());
        assert!(!tracker.focus_dropped());
        tracker.feed(b"\x1b[?1004l");
        assert!(!tracker.wants_focus() && tracker.focus_dropped() && !tracker.focus_dropped());
        tracker.feed(b"\x1b[?1004h\x1b[?1004l");
        assert!(tracker.focus_dropped());
        tracker.feed(b"\x1bc");
        assert!(tracker.focus_dropped());
    }

    proptest! {
        #[test]
        fn cuts_make_no_difference(
            bytes in proptest::collection::vec(prop_oneof![Just(0x1b_u8), Just(b'['), Just(b'?'), Just(b'1'), Just(b'h'), any::<u8>()], 0..100),
            cut in 0_usize..100,
        ) {
            let (mut whole, mut parts) = (ModeTracker::default(), ModeTracker::default());
            whole.feed(&bytes);
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            parts.feed(head);
            parts.feed(tail);
            prop_assert_eq!(whole.is_between(), parts.is_between());
            prop_assert_eq!(whole.reset(), parts.reset());
        }
    }
}
