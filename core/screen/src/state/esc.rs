//! Escape sequences without parameters.

use super::State;
use crate::charset::Charset;

impl State {
    pub(super) fn escape_sequence(&mut self, intermediates: &[u8], last: u8) {
        match (intermediates, last) {
            //: ESC 7 | DECSC | Saves the cursor, its colors and its character set.
            (b"", b'7') => self.save_cursor(),
            //: ESC 8 | DECRC | Restores them.
            (b"", b'8') => self.restore_cursor(),
            //: ESC D | IND | Moves the cursor down; scrolls at the end of the region.
            (b"", b'D') => self.index_down(),
            //: ESC E | NEL | The same, to the first column.
            (b"", b'E') => {
                self.buffer_mut().x = 0;
                self.index_down();
            }
            //: ESC H | HTS | Sets a tab stop.
            (b"", b'H') => self.set_tab(),
            //: ESC M | RI | Moves the cursor up; scrolls at the top of the region.
            (b"", b'M') => self.reverse_index(),
            //: ESC = | DECKPAM | The keypad sends application codes.
            (b"", b'=') => self.modes.application_keypad = true,
            //: ESC > | DECKPNM | The keypad sends numbers.
            (b"", b'>') => self.modes.application_keypad = false,
            //: ESC c | RIS | Full reset.
            (b"", b'c') => self.full_reset(),
            //: ESC ~ | LS1R | Selects character set G1.
            (b"", b'~') => self.select_charset(1),
            //: ESC n, ESC } | LS2, LS2R | Selects character set G2.
            (b"", b'n' | b'}') => self.select_charset(2),
            //: ESC o, ESC | | LS3, LS3R | Selects character set G3.
            (b"", b'o' | b'|') => self.select_charset(3),
            //: ESC # 8 | DECALN | Fills the screen with E.
            (b"#", b'8') => self.alignment_pattern(),
            //: ESC % @, ESC % G | DOCS | Selects G0, as ASCII.
            (b"%", b'@' | b'G') => {
                self.select_charset(0);
                self.set_charset(0, Charset::ASCII);
            }
            //: ESC ( Pc, ESC ) Pc, ESC * Pc, ESC + Pc, ESC - Pc, ESC . Pc | SCS | Makes a national or the line-drawing set G0 to G3.
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
