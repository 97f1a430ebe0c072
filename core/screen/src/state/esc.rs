//! Escape sequences without parameters.

use super::State;
use crate::charset::Charset;

impl State {
    pub(super) fn escape_sequence(&mut self, collected: &[u8], last: u8) {
        match (collected, last) {
            (b"", b'7') => self.save_cursor(),
            (b"", b'8') => self.restore_cursor(),
            (b"", b'D') => self.index_down(),
            (b"", b'E') => {
                self.buffer_mut().x = 0;
                self.index_down();
            }
            (b"", b'H') => self.set_tab(),
            (b"", b'M') => self.reverse_index(),
            (b"", b'=') => self.modes.application_keypad = true,
            (b"", b'>') => self.modes.application_keypad = false,
            (b"", b'c') => self.full_reset(),
            (b"", b'~') => self.select_charset(1),
            (b"", b'n' | b'}') => self.select_charset(2),
            (b"", b'o' | b'|') => self.select_charset(3),
            (b"#", b'8') => self.alignment_pattern(),
            (b"%", b'@' | b'G') => {
                self.select_charset(0);
                self.set_charset(0, Charset::ASCII);
            }
            ([slot @ (b'(' | b')' | b'*' | b'+' | b'-' | b'.')], last) => {
                if let Some(charset) = Charset::from_final(last) {
                    let slot = match slot {
                        b'(' => 0,
                        b')' | b'-' => 1,
                        b'*' | b'.' => 2,
                        _ => 3,
                    };
                    self.set_charset(slot, charset);
                }
            }
            _ => {}
        }
    }
}
