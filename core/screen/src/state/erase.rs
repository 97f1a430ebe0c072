//! Erasing, inserting and deleting: ED, EL, ECH, ICH, DCH, IL, DL, SU, SD and their relatives.

use super::State;
use crate::cell::{Cell, Printable};
use crate::line::Line;
use crate::style::{StyleTable, bg};

fn is_protected(styles: &StyleTable) -> impl Fn(u32) -> bool + Copy + '_ {
    |style| styles.style(style).bg & bg::PROTECTED != 0
}

impl State {
    /// Changes a row of the viewport together with the style table.
    fn with_row(&mut self, row: u16, change: impl FnOnce(&mut Line, &StyleTable)) {
        let buffer = if self.in_alternate { &mut self.alternate } else { &mut self.normal };
        if let Some(line) = buffer.row_mut(row) {
            change(line, &self.styles);
        }
    }

    fn erase_cells(&mut self, row: u16, start: u16, end: u16, unwrap: bool, selective: bool) {
        let (tail, cols, generation) = (self.erase_style(), self.cols, self.generation);
        self.with_row(row, |line, styles| {
            line.erase(start, end, tail, selective, is_protected(styles));
            if start == 0 && end >= cols && !selective {
                line.born = generation;
            }
            if unwrap {
                line.wrapped = false;
            }
        });
    }

    fn erase_row(&mut self, row: u16, selective: bool) {
        let (tail, generation) = (self.erase_style(), self.generation);
        self.with_row(row, |line, styles| {
            line.fill(tail, selective, is_protected(styles));
            line.wrapped = false;
            if !selective {
                line.born = generation;
            }
        });
    }

    /// ED and DECSED.
    pub(super) fn erase_display(&mut self, what: i32, selective: bool) {
        let (cols, rows) = (self.cols, self.rows);
        self.clamp(cols);
        let (x, y) = (self.buffer().x, self.buffer().y);
        if selective && !self.work.spend(u32::from(rows) * u32::from(cols)) {
            return;
        }
        match what {
            0 => {
                self.blocks_erased(y + u16::from(x > 0)..rows, x == 0 && y == 0);
                self.erase_cells(y, x, cols, x == 0, selective);
                (y + 1..rows).for_each(|row| self.erase_row(row, selective));
                self.damage.mark(y, rows);
            }
            1 => {
                let below = y + u16::from(x + 1 >= cols);
                self.blocks_erased(0..below, y + 1 == rows);
                self.erase_cells(y, 0, (x + 1).min(cols), true, selective);
                if x + 1 >= cols {
                    // The viewport's row as an index from the top of the scrollback: xterm.js has it so.
                    if let Some(line) = self.buffer_mut().lines.get_mut(usize::from(y) + 1) {
                        line.wrapped = false;
                    }
                }
                (0..y).for_each(|row| self.erase_row(row, selective));
                self.damage.mark(0, y + 1);
            }
            2 => {
                self.blocks_erased(0..rows, true);
                (0..rows).for_each(|row| self.erase_row(row, selective));
                self.damage.mark(0, rows);
            }
            3 => {
                if !self.in_alternate {
                    self.blocks_forgotten(self.normal.dropped + self.normal.scrollback_extra() as u64);
                }
                self.erasures += 1;
                self.buffer_mut().drop_scrollback();
            }
            _ => {}
        }
    }

    /// EL and DECSEL.
    pub(super) fn erase_line(&mut self, what: i32, selective: bool) {
        let cols = self.cols;
        self.clamp(cols);
        let (x, y) = (self.buffer().x, self.buffer().y);
        match what {
            0 => self.erase_cells(y, x, cols, x == 0, selective),
            1 => self.erase_cells(y, 0, (x + 1).min(cols), false, selective),
            2 => self.erase_cells(y, 0, cols, true, selective),
            _ => {}
        }
        self.mark_dirty();
    }

    /// ECH.
    pub(super) fn erase_chars(&mut self, count: u32) {
        self.clamp_to_last();
        let (x, y) = (self.buffer().x, self.buffer().y);
        let tail = self.erase_style();
        let end = u32::from(x).saturating_add(count);
        self.with_row(y, |line, _| {
            let end = end.min(u32::from(line.width())) as u16;
            line.erase(x, end, tail, false, |_| false);
        });
        self.mark_dirty();
    }

    /// ICH.
    pub(super) fn insert_chars(&mut self, count: u32) {
        self.clamp_to_last();
        let (x, y) = (self.buffer().x, self.buffer().y);
        let tail = self.erase_style();
        self.with_row(y, |line, _| line.insert(x, count, tail));
        self.mark_dirty();
    }

    /// DCH.
    pub(super) fn delete_chars(&mut self, count: u32) {
        self.clamp_to_last();
        let (x, y) = (self.buffer().x, self.buffer().y);
        let tail = self.erase_style();
        self.with_row(y, |line, _| line.delete(x, count, tail));
        self.mark_dirty();
    }

    fn in_region(&self) -> bool {
        let buffer = self.buffer();
        (buffer.top..=buffer.bottom).contains(&buffer.y)
    }

    /// Moves lines within the region, between two rows, by taking `count` out at one of them and putting blank ones in
    /// at the other.
    fn rotate(&mut self, from: u16, to: u16, count: u32, tail: u32) {
        let count = count.min(u32::from(from.abs_diff(to)) + 1) as usize;
        let buffer = self.buffer_mut();
        let (first, end) = (buffer.index(from.min(to)), buffer.index(from.max(to)) + 1);
        if from < to {
            buffer.rotate_up(first..end, count, tail);
        } else {
            buffer.rotate_down(first..end, count, tail);
        }
        self.mark_region_dirty();
    }

    /// IL.
    pub(super) fn insert_lines(&mut self, count: u32) {
        self.clamp_to_last();
        if self.in_region() {
            let tail = self.erase_style();
            let (y, bottom) = (self.buffer().y, self.buffer().bottom);
            self.rotate(bottom, y, count, tail);
            self.buffer_mut().x = 0;
        }
    }

    /// DL.
    pub(super) fn delete_lines(&mut self, count: u32) {
        self.clamp_to_last();
        if self.in_region() {
            let tail = self.erase_style();
            let (y, bottom) = (self.buffer().y, self.buffer().bottom);
            self.rotate(y, bottom, count, tail);
            self.buffer_mut().x = 0;
        }
    }

    /// SU: what scrolls out is lost, not kept in the scrollback.
    pub(super) fn scroll_up(&mut self, count: u32) {
        let tail = self.erase_style();
        let (top, bottom) = (self.buffer().top, self.buffer().bottom);
        self.rotate(top, bottom, count, tail);
    }

    /// SD: new lines are of the default colour.
    pub(super) fn scroll_down(&mut self, count: u32) {
        let (top, bottom) = (self.buffer().top, self.buffer().bottom);
        self.rotate(bottom, top, count, 0);
    }

    /// SL, SR, DECIC, DECDC: shifts every line of the region.
    pub(super) fn shift_columns(&mut self, at_cursor: bool, insert: bool, count: u32) {
        if !self.in_region() {
            return;
        }
        let tail = self.erase_style();
        let (top, bottom) = (self.buffer().top, self.buffer().bottom);
        let column = if at_cursor { self.buffer().x } else { 0 };
        if !self.work.spend(u32::from(bottom - top + 1) * u32::from(self.cols)) {
            return;
        }
        for row in top..=bottom {
            self.with_row(row, |line, _| {
                if insert {
                    line.insert(column, count, tail);
                } else {
                    line.delete(column, count, tail);
                }
                line.wrapped = false;
            });
        }
        self.mark_region_dirty();
    }

    /// DECALN: fills the screen with `E`.
    pub(super) fn alignment_pattern(&mut self) {
        self.move_to(0, 0);
        if !self.work.spend(u32::from(self.rows) * u32::from(self.cols)) {
            return;
        }
        let plain = self.pen;
        // xterm.js fills with the pen's two words alone.
        self.pen.bg &= !bg::EXTENDED;
        self.pen_changed();
        let cell = Cell::new(Printable::ascii(b'E'), 1, self.pen_style());
        self.pen = plain;
        self.pen_changed();
        let generation = self.generation;
        // Counted from the cursor, which in origin mode is at the region's top; past the end of a full ring of lines
        // comes its beginning. Both as in xterm.js.
        let rows = self.rows;
        let buffer = self.buffer_mut();
        let first = buffer.index(buffer.y);
        let len = buffer.lines.len();
        let full = len >= buffer.max_lines();
        for index in first..first + usize::from(rows) {
            let index = if full { index % len } else { index };
            if let Some(line) = buffer.lines.get_mut(index) {
                line.fill_with(cell, generation);
                buffer.count(index);
            }
        }
        self.move_to(0, 0);
        self.damage.mark(0, self.rows);
    }
}
