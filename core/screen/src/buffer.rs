//! One of the two buffers: lines with their scrollback, the cursor, the scroll region, tab stops and the saved cursor.

use std::collections::VecDeque;
use std::ops::Range;

use crate::charset::Charset;
use crate::line::Line;
use crate::work;

/// What DECSC keeps. The row counts from the top of the scrollback, as xterm.js has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) x: u16,
    pub(crate) y: usize,
    pub(crate) fg: u32,
    pub(crate) bg: u32,
    pub(crate) charset: Charset,
}

/// Lines and cursor of the normal or the alternate screen.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    pub(crate) lines: VecDeque<Line>,
    /// Index of the viewport's first line: the number of lines in the scrollback.
    pub(crate) base: usize,
    /// Lines dropped at the top so far: the absolute number of `lines[0]`.
    pub(crate) dropped: u64,
    /// Cursor column; equal to the number of columns while a wrap is pending.
    pub(crate) x: u16,
    /// Cursor row in the viewport.
    pub(crate) y: u16,
    pub(crate) top: u16,
    pub(crate) bottom: u16,
    pub(crate) tabs: TabStops,
    pub(crate) saved: Saved,
    pub(crate) cols: u16,
    pub(crate) rows: u16,
    /// Lines kept above the viewport; `None` for the alternate screen, which neither scrolls back nor reflows.
    pub(crate) scrollback: Option<usize>,
    /// Generation that new lines are born in.
    pub(crate) generation: u32,
    /// Most cells that the lines above the viewport may store.
    pub(crate) limit: usize,
    /// Cells that they do store.
    kept: usize,
}

impl Buffer {
    pub(crate) fn new(cols: u16, rows: u16, scrollback: Option<usize>) -> Self {
        let mut buffer = Self {
            lines: VecDeque::new(),
            base: 0,
            dropped: 0,
            x: 0,
            y: 0,
            top: 0,
            bottom: rows - 1,
            tabs: TabStops::every_eight(cols),
            saved: Saved::default(),
            cols,
            rows,
            scrollback,
            generation: 0,
            limit: usize::MAX,
            kept: 0,
        };
        if scrollback.is_some() {
            buffer.fill_viewport(0);
        }
        buffer
    }

    /// Most lines that the buffer may hold.
    pub(crate) fn max_lines(&self) -> usize {
        usize::from(self.rows) + self.scrollback.unwrap_or(0)
    }

    /// Gives an empty buffer its blank lines.
    pub(crate) fn fill_viewport(&mut self, tail: u32) {
        if self.lines.is_empty() {
            for _ in 0..self.rows {
                self.lines.push_back(Line::blank(self.cols, tail, self.generation));
            }
        }
    }

    /// What leaving the alternate screen does to it.
    pub(crate) fn clear(&mut self) {
        self.dropped += self.lines.len() as u64;
        self.lines.clear();
        self.kept = 0;
        self.base = 0;
        self.x = 0;
        self.y = 0;
        self.top = 0;
        self.bottom = self.rows - 1;
        self.tabs = TabStops::every_eight(self.cols);
    }

    pub(crate) fn index(&self, row: u16) -> usize {
        self.base + usize::from(row)
    }

    pub(crate) fn row(&self, row: u16) -> Option<&Line> {
        self.lines.get(self.index(row))
    }

    pub(crate) fn row_mut(&mut self, row: u16) -> Option<&mut Line> {
        let index = self.index(row);
        self.lines.get_mut(index)
    }

    /// The absolute number of the line that the cursor is on.
    pub(crate) fn cursor_line(&self) -> u64 {
        self.dropped + self.index(self.y) as u64
    }

    /// Moves the scroll region up by one line. Returns the absolute number from which on lines
    /// below the region moved down, if any did.
    pub(crate) fn scroll(&mut self, tail: u32, wrapped: bool) -> Option<u64> {
        let bottom = self.index(self.bottom);
        if self.top != 0 {
            let top = self.index(self.top);
            self.rotate_up(top..bottom + 1, 1, tail);
            if let Some(line) = self.lines.get_mut(bottom) {
                line.wrapped = wrapped;
            }
            return None;
        }
        let full = self.lines.len() >= self.max_lines();
        let at_end = bottom + 1 >= self.lines.len();
        let mut line = if full { self.lines.pop_front() } else { None }
            .unwrap_or_else(|| Line::blank(self.cols, tail, self.generation));
        if full && self.base > 0 {
            self.kept -= line.counted as usize;
        }
        line.recycle(self.cols, tail, self.generation);
        line.wrapped = wrapped;
        if full {
            self.dropped += 1;
        } else {
            self.base += 1;
        }
        self.count_last();
        let moved = if at_end {
            self.lines.push_back(line);
            None
        } else {
            let at = if full { bottom } else { bottom + 1 };
            let at = at.min(self.lines.len());
            work::did(at.min(self.lines.len() - at));
            self.lines.insert(at, line);
            Some(self.dropped + at as u64)
        };
        if self.kept > self.limit {
            self.trim();
        }
        moved
    }

    /// Counts the line that has just left the viewport.
    #[inline]
    fn count_last(&mut self) {
        if let Some(last) = self.base.checked_sub(1)
            && let Some(line) = self.lines.get_mut(last)
        {
            line.counted = line.stored();
            self.kept += line.counted as usize;
        }
    }

    /// Drops the oldest lines until the others fit.
    pub(crate) fn trim(&mut self) {
        let (mut left, mut count) = (self.kept, 0);
        while left > self.limit && count < self.base {
            left -= self.lines[count].counted as usize;
            count += 1;
        }
        self.drop_front(count);
    }

    /// Counts a line above the viewport again, after something changed it.
    pub(crate) fn count(&mut self, index: usize) {
        if let Some(line) = self.lines.get_mut(index).filter(|_| index < self.base) {
            self.kept -= line.counted as usize;
            line.counted = line.stored();
            self.kept += line.counted as usize;
        }
    }

    /// Counts all lines above the viewport, after something moved or changed them.
    pub(crate) fn recount(&mut self) {
        work::did(self.base);
        self.kept = 0;
        for line in self.lines.iter_mut().take(self.base) {
            line.counted = line.stored();
            self.kept += line.counted as usize;
        }
    }

    /// Cells that the lines above the viewport store.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// The same, counted.
    #[cfg(feature = "testing")]
    pub(crate) fn counted(&self) -> usize {
        self.lines.iter().take(self.base).map(|line| line.counted as usize).sum()
    }

    /// Cells that the lines of the viewport store.
    pub(crate) fn in_viewport(&self) -> usize {
        self.lines.range(self.base.min(self.lines.len())..).map(|line| line.stored() as usize).sum()
    }

    /// Blanks rows of the viewport, the first ones first, until the others fit.
    pub(crate) fn blank_rows(&mut self, limit: usize) {
        let (mut left, base) = (self.in_viewport(), self.base);
        for line in self.lines.range_mut(base..) {
            if left <= limit {
                break;
            }
            left -= line.stored() as usize;
            *line = Line::blank(line.width(), 0, line.born);
            left += line.stored() as usize;
        }
    }

    /// Removes the first `count` lines of these and puts blank ones behind the others, in one move.
    pub(crate) fn rotate_up(&mut self, lines: Range<usize>, count: usize, tail: u32) {
        let Range { start, end } = lines.start..lines.end.min(self.lines.len());
        let height = end.saturating_sub(start);
        let count = count.min(height);
        if count == 0 {
            return;
        }
        if count == 1 {
            work::did(2 * height);
            if let Some(line) = self.lines.remove(start) {
                self.lines.insert(end - 1, line);
            }
        } else if count < height {
            self.reverse(start..start + count);
            self.reverse(start + count..end);
            self.reverse(start..end);
        }
        self.recycle(end - count..end, tail);
    }

    /// Removes the last `count` lines of these and puts blank ones before the others, in one move.
    pub(crate) fn rotate_down(&mut self, lines: Range<usize>, count: usize, tail: u32) {
        let Range { start, end } = lines.start..lines.end.min(self.lines.len());
        let height = end.saturating_sub(start);
        let count = count.min(height);
        if count == 0 {
            return;
        }
        if count == 1 {
            work::did(2 * height);
            if let Some(line) = self.lines.remove(end - 1) {
                self.lines.insert(start, line);
            }
        } else if count < height {
            self.reverse(start..end);
            self.reverse(start..start + count);
            self.reverse(start + count..end);
        }
        self.recycle(start..start + count, tail);
    }

    fn reverse(&mut self, lines: Range<usize>) {
        let Range { mut start, mut end } = lines;
        work::did(end - start);
        while start + 1 < end {
            end -= 1;
            self.lines.swap(start, end);
            start += 1;
        }
    }

    fn recycle(&mut self, lines: Range<usize>, tail: u32) {
        work::did(lines.len());
        let (cols, generation) = (self.cols, self.generation);
        for line in self.lines.range_mut(lines) {
            line.recycle(cols, tail, generation);
        }
    }

    /// Drops the scrollback (ED 3).
    pub(crate) fn drop_scrollback(&mut self) {
        self.drop_front(self.scrollback_extra());
    }

    /// Lines that are more than the viewport.
    pub(crate) fn scrollback_extra(&self) -> usize {
        self.lines.len().saturating_sub(usize::from(self.rows))
    }

    /// Whether anything is printed on these lines, by their absolute numbers.
    pub(crate) fn has_text(&self, lines: Range<u64>) -> bool {
        let index = |number: u64| (number.saturating_sub(self.dropped) as usize).min(self.lines.len());
        let (first, end) = (index(lines.start), index(lines.end));
        self.lines.range(first..end.max(first)).any(|line| line.text_len() > 0)
    }

    /// Drops lines at the top, moving the viewport's base with them.
    pub(crate) fn drop_front(&mut self, count: usize) {
        let count = count.min(self.lines.len());
        let gone: usize =
            self.lines.iter().take(count.min(self.base)).map(|line| line.counted as usize).sum();
        self.kept = self.kept.saturating_sub(gone);
        self.lines.drain(..count);
        self.dropped += count as u64;
        self.base = self.base.saturating_sub(count);
    }

    /// Keeps the cursor on the screen, `max_x` included.
    pub(crate) fn clamp(&mut self, max_x: u16, origin: bool) {
        self.x = self.x.min(max_x);
        let (low, high) = if origin { (self.top, self.bottom) } else { (0, self.rows - 1) };
        self.y = self.y.max(low).min(high);
    }

    pub(crate) fn next_tab(&self) -> u16 {
        (self.x + 1..self.cols).find(|&x| self.tabs.contains(x)).unwrap_or(self.cols - 1)
    }

    pub(crate) fn previous_tab(&self) -> u16 {
        (0..self.x).rev().find(|&x| self.tabs.contains(x)).unwrap_or(0)
    }
}

/// Columns with a tab stop.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct TabStops {
    words: Vec<u64>,
}

impl TabStops {
    pub(crate) fn every_eight(cols: u16) -> Self {
        let mut tabs = Self::default();
        (0..cols).step_by(8).for_each(|column| tabs.set(column));
        tabs
    }

    pub(crate) fn contains(&self, column: u16) -> bool {
        self.words.get(usize::from(column / 64)).is_some_and(|word| word >> (column % 64) & 1 != 0)
    }

    pub(crate) fn set(&mut self, column: u16) {
        let word = usize::from(column / 64);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (column % 64);
    }

    pub(crate) fn unset(&mut self, column: u16) {
        if let Some(word) = self.words.get_mut(usize::from(column / 64)) {
            *word &= !(1 << (column % 64));
        }
        self.trim();
    }

    pub(crate) fn clear(&mut self) {
        self.words.clear();
    }

    /// Adds stops every eight columns after the last one, as xterm.js does when the width changes.
    pub(crate) fn extend(&mut self, cols: u16) {
        let start = if self.contains(cols) {
            return;
        } else {
            (0..cols).rev().find(|&column| self.contains(column)).unwrap_or(0)
        };
        (start..cols).step_by(8).for_each(|column| self.set(column));
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.words.len() as u16 * 64).filter(|&column| self.contains(column))
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}
