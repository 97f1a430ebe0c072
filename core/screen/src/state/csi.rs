//! Control sequences: cursor, modes, regions, tab stops.

use super::State;
use crate::modes::CursorShape;
use crate::parser::Params;
use crate::style::bg;

/// Most titles kept on a stack.
const MAX_STACK: usize = 10;

impl State {
    pub(super) fn control_sequence(&mut self, collected: &[u8], params: &Params, last: u8) {
        match collected {
            b"" => self.plain_sequence(params, last),
            b"?" => match last {
                b'J' => self.erase_display(params.at(0), true),
                b'K' => self.erase_line(params.at(0), true),
                b'h' => params.iter().for_each(|mode| self.set_private_mode(mode)),
                b'l' => params.iter().for_each(|mode| self.reset_private_mode(mode)),
                _ => {}
            },
            b" " => match last {
                b'@' => self.shift_columns(false, false, params.count(0)),
                b'A' => self.shift_columns(false, true, params.count(0)),
                b'q' => self.set_cursor_style(params.at(0)),
                _ => {}
            },
            b"'" => match last {
                b'}' => self.shift_columns(true, true, params.count(0)),
                b'~' => self.shift_columns(true, false, params.count(0)),
                _ => {}
            },
            b"!" if last == b'p' => self.soft_reset(),
            b"\"" if last == b'q' => {
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
            b'm' => self.select_graphics(params),
            b'H' | b'f' => {
                let column = if params.len() >= 2 { params.at(1).max(1) - 1 } else { 0 };
                self.move_to(column, params.at(0).max(1) - 1);
            }
            b'K' => self.erase_line(params.at(0), false),
            b'J' => self.erase_display(params.at(0), false),
            b'A' => self.cursor_up(steps),
            b'B' => self.cursor_down(steps),
            b'C' | b'a' => self.move_by(steps, 0),
            b'D' => self.move_by(-steps, 0),
            b'E' => {
                self.cursor_down(steps);
                self.buffer_mut().x = 0;
            }
            b'F' => {
                self.cursor_up(steps);
                self.buffer_mut().x = 0;
            }
            b'G' | b'`' => self.move_to(steps - 1, y),
            b'd' => self.move_to(x, steps - 1),
            b'e' => self.move_by(0, steps),
            b'I' => self.tab_forward(count),
            b'Z' => self.tab_backward(count),
            b'@' => self.insert_chars(count),
            b'P' => self.delete_chars(count),
            b'X' => self.erase_chars(count),
            b'L' => self.insert_lines(count),
            b'M' => self.delete_lines(count),
            b'S' => self.scroll_up(count),
            b'T' => self.scroll_down(count),
            b'b' => self.repeat(count),
            b'g' => match params.at(0) {
                0 => {
                    let buffer = self.buffer_mut();
                    buffer.tabs.unset(buffer.x);
                }
                3 => self.buffer_mut().tabs.clear(),
                _ => {}
            },
            b'h' => params.iter().for_each(|mode| self.modes.set_ansi(mode, true)),
            b'l' => params.iter().for_each(|mode| self.modes.set_ansi(mode, false)),
            b'r' => self.set_region(params),
            b's' => self.save_cursor(),
            b'u' => self.restore_cursor(),
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
            2 => (0..4).for_each(|slot| self.set_charset(slot, crate::charset::Charset::ASCII)),
            6 => {
                self.modes.origin = true;
                self.move_to(0, 0);
            }
            47 | 1047 => self.enter_alternate(),
            1048 => self.save_cursor(),
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
