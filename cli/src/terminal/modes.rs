//! Which modes the program's output has switched on in the person's terminal: what must be switched off again
//! when it is gone, and where between two sequences something of our own may be written.

use std::collections::BTreeSet;

use jumpseat_screen::scan::{Csi, Params, Scanner, Token};

/// Private modes that outlive a program badly, when it does not switch them off itself. Mode 25, the cursor, and
/// 7, wrapping, are off when something is wrong; the others on.
const LEFT_ON: [u16; 17] =
    [1, 5, 6, 9, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031];
const LEFT_OFF: [u16; 2] = [7, 25];
const ALTERNATE: [u16; 3] = [47, 1047, 1049];

/// Follows the output.
#[derive(Default, Debug)]
pub(crate) struct ModeTracker {
    scanner: Scanner,
    modes: Modes,
}

#[derive(Default, Debug)]
struct Modes {
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

impl ModeTracker {
    /// Takes what is about to be written to the terminal.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(token) = self.scanner.next(&mut rest) {
            match token {
                Token::Csi(csi, params) => self.modes.control_sequence(csi, params),
                Token::Escape { intermediates: b"", last } => self.modes.escape_sequence(last),
                _ => {}
            }
        }
    }

    /// Whether something of our own may be written now without breaking a sequence or a character.
    pub(crate) fn is_between(&self) -> bool {
        self.scanner.is_between()
    }

    /// Whether the program itself asked to be told about the focus.
    pub(crate) fn wants_focus(&self) -> bool {
        self.modes.changed.contains(&1004)
    }

    /// Whether the output has switched the reports of the focus off since the last call, by a reset too.
    pub(crate) fn focus_dropped(&mut self) -> bool {
        std::mem::take(&mut self.modes.focus_dropped)
    }

    /// Bytes that switch everything off that was left on.
    pub(crate) fn reset(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.is_between() {
            // Cancels a sequence that was cut off.
            out.push(0x18);
            if self.scanner.may_be_in_string() {
                out.extend_from_slice(b"\x1b\\");
            }
        }
        self.modes.write_reset(&mut out);
        out.extend_from_slice(b"\x1b[m\x1b(B\x0f");
        out
    }

    /// Bytes that bring the terminal to the screen, main or alternate, that the program is on by now.
    pub(crate) fn follow(&mut self, program: &Self) -> Vec<u8> {
        let bytes = match (self.modes.alternate, program.modes.alternate) {
            (None, Some(mode)) => format!("\x1b[?{mode}h"),
            (Some(mode), None) => format!("\x1b[r\x1b[?{mode}l"),
            _ => String::new(),
        };
        self.feed(bytes.as_bytes());
        bytes.into_bytes()
    }
}

impl Modes {
    fn escape_sequence(&mut self, last: u8) {
        match last {
            b'c' => *self = Self { focus_dropped: true, ..Self::default() },
            b'=' => self.keypad = true,
            b'>' => self.keypad = false,
            _ => {}
        }
    }

    fn control_sequence(&mut self, csi: Csi<'_>, params: &Params) {
        match (csi.prefix, csi.intermediates, csi.last) {
            (Some(b'?'), b"", b'h' | b'l') => {
                for mode in params.iter().filter_map(|mode| u16::try_from(mode).ok()) {
                    self.switch(mode, csi.last == b'h');
                }
            }
            (None, b"!", b'p') => {
                self.keypad = false;
                self.changed.retain(|mode| ![1, 6, 7, 25].contains(mode));
            }
            (None, b" ", b'q') => self.cursor_shape = params.at(0) != 0,
            (Some(b'>'), b"", b'u') => self.keyboard = self.keyboard.saturating_add(1).min(32),
            (Some(b'<'), b"", b'u') => {
                let count = u16::try_from(params.count(0)).unwrap_or(u16::MAX);
                self.keyboard = self.keyboard.saturating_sub(count);
            }
            (Some(b'>'), b"", b'm') if params.at(0) == 4 => self.modify_other_keys = params.at(1) > 0,
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

    fn write_reset(&self, out: &mut Vec<u8>) {
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
    }
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
