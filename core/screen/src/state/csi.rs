//! Control sequences: cursor, modes, regions, tab stops.

use super::State;
use crate::modes::CursorShape;
use crate::scan::{Csi, Params};
use crate::style::bg;

/// Most titles kept on a stack.
const MAX_STACK: usize = 10;

impl State {
    pub(super) fn control_sequence(&mut self, csi: Csi<'_>, params: &Params) {
        let last = csi.last;
        match (csi.prefix, csi.intermediates) {
            (None, b"") => self.plain_sequence(params, last),
            (Some(b'?'), b"") => match last {
                //: CSI ? Ps J | DECSED | Erases in the display what is not protected: 0 below, 1 above, 2 all.
                b'J' => self.erase_display(params.at(0), true),
                //: CSI ? Ps K | DECSEL | Erases in the line what is not protected: 0 right, 1 left, 2 all.
                b'K' => self.erase_line(params.at(0), true),
                //: CSI ? Pm h | DECSET | Sets private modes, see below.
                b'h' => params.iter().for_each(|mode| self.set_private_mode(mode)),
                //: CSI ? Pm l | DECRST | Resets private modes, see below.
                b'l' => params.iter().for_each(|mode| self.reset_private_mode(mode)),
                _ => {}
            },
            (None, b" ") => match last {
                //: CSI Ps SP @ | SL | Shifts the region left.
                b'@' => self.shift_columns(false, false, params.count(0)),
                //: CSI Ps SP A | SR | Shifts the region right.
                b'A' => self.shift_columns(false, true, params.count(0)),
                //: CSI Ps SP q | DECSCUSR | Sets the cursor's shape: 0 the terminal's own; 1, 2 a block; 3, 4 an underline; 5, 6 a bar; odd ones blink.
                b'q' => self.set_cursor_style(params.at(0)),
                _ => {}
            },
            (None, b"'") => match last {
                //: CSI Ps ' } | DECIC | Inserts columns at the cursor.
                b'}' => self.shift_columns(true, true, params.count(0)),
                //: CSI Ps ' ~ | DECDC | Deletes columns at the cursor.
                b'~' => self.shift_columns(true, false, params.count(0)),
                _ => {}
            },
            //: CSI ! p | DECSTR | Soft reset.
            (None, b"!") if last == b'p' => self.soft_reset(),
            //: CSI Ps " q | DECSCA | Protects the text that follows against DECSED and DECSEL: 1 on, 0 or 2 off.
            (None, b"\"") if last == b'q' => {
                match params.at(0) {
                    1 => self.pen.bg |= bg::PROTECTED,
                    0 | 2 => self.pen.bg &= !bg::PROTECTED,
                    _ => {}
                }
                self.pen_changed();
            }
            _ => {}
        }
    }

    fn plain_sequence(&mut self, params: &Params, last: u8) {
        let count = params.count(0);
        let steps = i32::try_from(count).unwrap_or(i32::MAX);
        let (x, y) = (i32::from(self.buffer().x), i32::from(self.buffer().y));
        match last {
            //: CSI Pm m | SGR | Sets colors and attributes, see below.
            b'm' => self.select_graphics(params),
            //: CSI Ps ; Ps H, CSI Ps ; Ps f | CUP, HVP | Moves the cursor to a row and a column.
            b'H' | b'f' => {
                let column = if params.len() >= 2 { params.at(1).max(1) - 1 } else { 0 };
                self.move_to(column, params.at(0).max(1) - 1);
            }
            //: CSI Ps K | EL | Erases in the line: 0 right, 1 left, 2 all.
            b'K' => self.erase_line(params.at(0), false),
            //: CSI Ps J | ED | Erases in the display: 0 below, 1 above, 2 all, 3 the scrollback.
            b'J' => self.erase_display(params.at(0), false),
            //: CSI Ps A | CUU | Moves the cursor up.
            b'A' => self.cursor_up(steps),
            //: CSI Ps B | CUD | Moves the cursor down.
            b'B' => self.cursor_down(steps),
            //: CSI Ps C, CSI Ps a | CUF, HPR | Moves the cursor right.
            b'C' | b'a' => self.move_by(steps, 0),
            //: CSI Ps D | CUB | Moves the cursor left.
            b'D' => self.move_by(-steps, 0),
            //: CSI Ps E | CNL | Moves the cursor down, to the first column.
            b'E' => {
                self.cursor_down(steps);
                self.buffer_mut().x = 0;
            }
            //: CSI Ps F | CPL | Moves the cursor up, to the first column.
            b'F' => {
                self.cursor_up(steps);
                self.buffer_mut().x = 0;
            }
            //: CSI Ps G, CSI Ps ` | CHA, HPA | Moves the cursor to a column.
            b'G' | b'`' => self.move_to(steps - 1, y),
            //: CSI Ps d | VPA | Moves the cursor to a row.
            b'd' => self.move_to(x, steps - 1),
            //: CSI Ps e | VPR | Moves the cursor down.
            b'e' => self.move_by(0, steps),
            //: CSI Ps I | CHT | Moves the cursor forward by tab stops.
            b'I' => self.tab_forward(count),
            //: CSI Ps Z | CBT | Moves the cursor back by tab stops.
            b'Z' => self.tab_backward(count),
            //: CSI Ps @ | ICH | Inserts blanks.
            b'@' => self.insert_chars(count),
            //: CSI Ps P | DCH | Deletes characters.
            b'P' => self.delete_chars(count),
            //: CSI Ps X | ECH | Erases characters.
            b'X' => self.erase_chars(count),
            //: CSI Ps L | IL | Inserts lines.
            b'L' => self.insert_lines(count),
            //: CSI Ps M | DL | Deletes lines.
            b'M' => self.delete_lines(count),
            //: CSI Ps S | SU | Scrolls the region up.
            b'S' => self.scroll_up(count),
            //: CSI Ps T | SD | Scrolls the region down.
            b'T' => self.scroll_down(count),
            //: CSI Ps b | REP | Repeats the character before it.
            b'b' => self.repeat(count),
            //: CSI Ps g | TBC | Clears tab stops: 0 this one, 3 all.
            b'g' => match params.at(0) {
                0 => {
                    let buffer = self.buffer_mut();
                    buffer.tabs.unset(buffer.x);
                }
                3 => self.buffer_mut().tabs.clear(),
                _ => {}
            },
            //: CSI Pm h | SM | Sets modes, see below.
            b'h' => params.iter().for_each(|mode| self.modes.set_ansi(mode, true)),
            //: CSI Pm l | RM | Resets modes, see below.
            b'l' => params.iter().for_each(|mode| self.modes.set_ansi(mode, false)),
            //: CSI Ps ; Ps r | DECSTBM | Sets the first and the last row of the scrolling region.
            b'r' => self.set_region(params),
            //: CSI s | SCOSC | Saves the cursor.
            b's' => self.save_cursor(),
            //: CSI u | SCORC | Restores the cursor.
            b'u' => self.restore_cursor(),
            //: CSI Ps ; Ps t | XTWINOPS | 22 pushes and 23 pops the window title (2), the icon name (1) or both (0).
            b't' => self.title_stacks(params),
            _ => {}
        }
    }

    fn cursor_up(&mut self, steps: i32) {
        let buffer = self.buffer();
        let room = i32::from(buffer.y) - i32::from(buffer.top);
        self.move_by(0, -if room >= 0 { steps.min(room) } else { steps });
    }

    fn cursor_down(&mut self, steps: i32) {
        let buffer = self.buffer();
        let room = i32::from(buffer.bottom) - i32::from(buffer.y);
        self.move_by(0, if room >= 0 { steps.min(room) } else { steps });
    }

    fn tab_forward(&mut self, count: u32) {
        let cols = self.cols;
        let buffer = self.buffer_mut();
        if buffer.x < cols {
            (0..count.min(u32::from(cols))).for_each(|_| buffer.x = buffer.next_tab());
        }
    }

    fn tab_backward(&mut self, count: u32) {
        let cols = self.cols;
        let buffer = self.buffer_mut();
        if buffer.x < cols {
            (0..count.min(u32::from(cols))).for_each(|_| buffer.x = buffer.previous_tab());
        }
    }

    pub(super) fn set_tab(&mut self) {
        let buffer = self.buffer_mut();
        buffer.tabs.set(buffer.x);
    }

    /// DECSTBM.
    fn set_region(&mut self, params: &Params) {
        let rows = i32::from(self.rows);
        let top = params.at(0).max(1);
        let bottom = match params.at(1) {
            0 => rows,
            bottom if bottom > rows => rows,
            bottom => bottom,
        };
        if bottom > top {
            let buffer = self.buffer_mut();
            buffer.top = (top - 1) as u16;
            buffer.bottom = (bottom - 1) as u16;
            self.move_to(0, 0);
        }
    }

    fn set_private_mode(&mut self, mode: i32) {
        match mode {
            //: MODE ? 2 | DECANM | When set, selects ASCII in all four character sets.
            2 => (0..4).for_each(|slot| self.set_charset(slot, crate::charset::Charset::ASCII)),
            //: MODE ? 6 | DECOM | Rows count from the scrolling region.
            6 => {
                self.modes.origin = true;
                self.move_to(0, 0);
            }
            //: MODE ? 47, ? 1047 | - | Shows the alternate screen.
            47 | 1047 => self.enter_alternate(),
            //: MODE ? 1048 | - | Saves the cursor; restores it when reset.
            1048 => self.save_cursor(),
            //: MODE ? 1049 | - | Saves the cursor and shows the alternate screen; both back when reset.
            1049 => {
                self.save_cursor();
                self.enter_alternate();
            }
            mode => self.modes.set_private(mode, true),
        }
    }

    fn reset_private_mode(&mut self, mode: i32) {
        match mode {
            6 => {
                self.modes.origin = false;
                self.move_to(0, 0);
            }
            47 | 1047 => self.leave_alternate(),
            1048 => self.restore_cursor(),
            1049 => {
                self.leave_alternate();
                self.restore_cursor();
            }
            mode => self.modes.set_private(mode, false),
        }
    }

    /// DECSCUSR.
    fn set_cursor_style(&mut self, style: i32) {
        if style == 0 {
            self.modes.cursor_shape = CursorShape::Default;
            self.modes.cursor_blink = None;
            return;
        }
        match style {
            1 | 2 => self.modes.cursor_shape = CursorShape::Block,
            3 | 4 => self.modes.cursor_shape = CursorShape::Underline,
            5 | 6 => self.modes.cursor_shape = CursorShape::Bar,
            _ => {}
        }
        self.modes.cursor_blink = Some(style % 2 == 1);
    }

    /// XTWINOPS 22 and 23; all others report or move windows.
    fn title_stacks(&mut self, params: &Params) {
        let which = params.at(1);
        let titles = &mut self.titles;
        match params.at(0) {
            22 => {
                for (wanted, stack, text) in
                    [(2, &mut titles.title_stack, &titles.title), (1, &mut titles.icon_stack, &titles.icon)]
                {
                    if which == 0 || which == wanted {
                        stack.push(text.clone());
                        if stack.len() > MAX_STACK {
                            stack.remove(0);
                        }
                    }
                }
            }
            23 => {
                if (which == 0 || which == 2)
                    && let Some(title) = titles.title_stack.pop()
                {
                    self.set_title(title);
                }
                if (which == 0 || which == 1)
                    && let Some(icon) = self.titles.icon_stack.pop()
                {
                    self.titles.icon = icon;
                }
            }
            _ => {}
        }
    }
}
