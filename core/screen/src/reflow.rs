//! Resizing a buffer: rows added and removed, wrapped lines laid out again, all as xterm.js does it.

use crate::buffer::Buffer;
use crate::cell::Cell;
use crate::line::Line;

/// Lines inserted or removed at an absolute number, for whoever keeps line numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    /// `count` lines came in before the line `at`.
    Inserted { at: u64, count: u64 },
    /// The lines `at..at + count` are gone.
    Removed { at: u64, count: u64 },
}

impl Shift {
    /// Where a line is afterwards; a removed line becomes the one before the gap.
    pub(crate) fn apply(self, line: u64) -> u64 {
        match self {
            Self::Inserted { at, count } if line >= at => line + count,
            Self::Removed { at, count } if line >= at + count => line - count,
            Self::Removed { at, .. } if line >= at => at.saturating_sub(1),
            _ => line,
        }
    }
}

impl Buffer {
    /// Resizes the buffer and returns how lines moved, in order.
    pub(crate) fn resize(&mut self, cols: u16, rows: u16) -> Vec<Shift> {
        let reflows = self.scrollback.is_some();
        let (old_cols, old_rows) = (self.cols, self.rows);
        let mut shifts = Vec::new();
        self.cols = cols;
        self.rows = rows;
        if !self.lines.is_empty() {
            if old_cols < cols {
                self.lines.iter_mut().for_each(|line| line.resize(cols));
            }
            self.resize_rows(old_rows);
            self.top = 0;
        }
        self.bottom = rows - 1;
        if reflows {
            if cols > old_cols {
                shifts = self.reflow_wider(old_cols);
            } else if cols < old_cols {
                shifts = self.reflow_narrower(old_cols);
            }
            if cols < old_cols {
                self.lines.iter_mut().for_each(|line| line.resize(cols));
            }
        }
        self.mend();
        shifts
    }

    fn resize_rows(&mut self, old_rows: u16) {
        let (rows, cols) = (usize::from(self.rows), self.cols);
        let mut added = 0;
        for _ in old_rows..self.rows {
            if self.lines.len() < rows + self.base {
                if self.base > 0 && self.lines.len() <= self.base + usize::from(self.y) + added + 1 {
                    // Nothing below the cursor: a line comes back from the scrollback.
                    self.base -= 1;
                    added += 1;
                } else {
                    self.lines.push_back(Line::blank(cols, 0, self.generation));
                }
            }
        }
        for _ in self.rows..old_rows {
            if self.lines.len() > rows + self.base {
                if self.lines.len() > self.base + usize::from(self.y) + 1 {
                    self.lines.pop_back();
                } else {
                    self.base += 1;
                }
            }
        }
        if self.rows < old_rows {
            let extra = self.lines.len().saturating_sub(self.max_lines());
            if extra > 0 {
                self.drop_front(extra);
                self.saved.y = self.saved.y.saturating_sub(extra);
            }
        }
        self.x = self.x.min(cols - 1);
        self.y = self.y.min(self.rows - 1) + added as u16;
        self.saved.x = self.saved.x.min(cols - 1);
    }

    /// Restores what the rest relies on, whatever the reflow did in corner cases.
    fn mend(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        self.lines.iter_mut().for_each(Line::mend);
        let rows = usize::from(self.rows);
        let extra = self.lines.len().saturating_sub(self.max_lines());
        self.drop_front(extra);
        while self.lines.len() < rows {
            self.lines.push_back(Line::blank(self.cols, 0, self.generation));
        }
        self.base = self.lines.len() - rows;
        self.y = self.y.min(self.rows - 1);
        self.recount();
    }

    /// Whether the group of lines holds the cursor: such lines are left for the program to redraw.
    fn holds_cursor(&self, first: usize, len: usize) -> bool {
        (first..first + len).contains(&(self.base + usize::from(self.y)))
    }

    fn reflow_wider(&mut self, old_cols: u16) -> Vec<Shift> {
        let mut removed: Vec<(usize, usize)> = Vec::new();
        let mut first = 0;
        while first + 1 < self.lines.len() {
            let len = 1 + self.lines.iter().skip(first + 1).take_while(|line| line.wrapped).count();
            if len > 1 && !self.holds_cursor(first, len) {
                let group = &mut self.lines.make_contiguous()[first..first + len];
                let kept = widen(group, old_cols);
                if kept < len {
                    removed.push((first + kept, len - kept));
                }
            }
            first += len;
        }
        self.remove(&removed)
    }

    fn remove(&mut self, removed: &[(usize, usize)]) -> Vec<Shift> {
        let mut shifts = Vec::with_capacity(removed.len());
        let mut count = 0;
        for &(at, len) in removed {
            shifts.push(Shift::Removed { at: self.dropped + (at - count) as u64, count: len as u64 });
            count += len;
        }
        let mut ranges = removed.iter().peekable();
        let mut index = 0;
        self.lines.retain(|_| {
            while ranges.peek().is_some_and(|(at, len)| index >= at + len) {
                ranges.next();
            }
            let gone = ranges.peek().is_some_and(|(at, len)| (*at..at + len).contains(&index));
            index += 1;
            !gone
        });
        for _ in 0..count {
            if self.base > 0 {
                self.base -= 1;
                continue;
            }
            self.y = self.y.saturating_sub(1);
            if self.lines.len() < usize::from(self.rows) {
                self.lines.push_back(Line::blank(self.cols, 0, self.generation));
            }
        }
        self.saved.y = self.saved.y.saturating_sub(count);
        shifts
    }

    fn reflow_narrower(&mut self, old_cols: u16) -> Vec<Shift> {
        let (cols, rows) = (self.cols, usize::from(self.rows));
        // From the bottom up: (index after the group, new lines).
        let mut inserts: Vec<(usize, Vec<Line>)> = Vec::new();
        let mut inserted = 0;
        // Lines at the end make room for new ones; like xterm.js, still lay out those that are given up.
        let mut live = self.lines.len();
        let mut next = live;
        while next > 0 {
            let last = next - 1;
            next = last;
            let line = &self.lines[last];
            if !line.wrapped && line.text_len() <= cols {
                continue;
            }
            let mut first = last;
            while first > 0 && self.lines[first].wrapped {
                first -= 1;
            }
            next = first;
            let len = last - first + 1;
            if self.holds_cursor(first, len) {
                continue;
            }
            let group = &mut self.lines.make_contiguous()[first..=last];
            let Some(new) = narrow(group, old_cols, cols) else { continue };
            let added = new.len();
            let limit = self.max_lines();
            let trimmed = if self.base == 0 && usize::from(self.y) + 1 != live {
                (usize::from(self.y) + added).saturating_sub(limit)
            } else {
                (live + added).saturating_sub(limit)
            };
            if added > 0 {
                inserts.push((last + 1, new));
                inserted += added;
            }
            for _ in trimmed..added {
                if self.base == 0 {
                    if usize::from(self.y) + 1 < rows {
                        self.y += 1;
                        live = live.saturating_sub(1);
                    } else {
                        self.base += 1;
                    }
                } else if self.base < limit.min(live + inserted).saturating_sub(rows) {
                    self.base += 1;
                }
            }
            self.saved.y = (self.saved.y + added).min(self.base + rows - 1);
        }
        self.lines.truncate(live);
        self.insert(inserts)
    }

    fn insert(&mut self, inserts: Vec<(usize, Vec<Line>)>) -> Vec<Shift> {
        if inserts.is_empty() {
            return Vec::new();
        }
        let mut shifts = Vec::with_capacity(inserts.len());
        let old = std::mem::take(&mut self.lines);
        let mut inserts = inserts.into_iter().rev().peekable();
        for (index, line) in old.into_iter().enumerate() {
            while inserts.peek().is_some_and(|(at, _)| *at <= index) {
                self.insert_group(inserts.next(), &mut shifts);
            }
            self.lines.push_back(line);
        }
        for group in inserts {
            self.insert_group(Some(group), &mut shifts);
        }
        let extra = self.lines.len().saturating_sub(self.max_lines());
        self.lines.drain(..extra);
        self.dropped += extra as u64;
        shifts
    }

    fn insert_group(&mut self, group: Option<(usize, Vec<Line>)>, shifts: &mut Vec<Shift>) {
        let Some((_, lines)) = group else { return };
        shifts
            .push(Shift::Inserted { at: self.dropped + self.lines.len() as u64, count: lines.len() as u64 });
        self.lines.extend(lines);
    }
}

/// Cells of the group's line `index` that count as text of the unwrapped line.
fn wrapped_len(group: &[Line], index: usize, cols: u16) -> u16 {
    match group.get(index + 1) {
        Some(next) => group[index].printed_len(Some(next), cols),
        // It may be wider than the screen was.
        None => group[index].text_len(),
    }
}

/// Pulls the text of a wrapped line together in wider lines. Returns how many lines are still needed.
fn widen(group: &mut [Line], old_cols: u16) -> usize {
    let cols = group[0].width();
    let born = group.iter().map(|line| line.born).min().unwrap_or(0);
    let (mut dest, mut dest_col) = (0, wrapped_len(group, 0, old_cols));
    let (mut src, mut src_col) = (1, 0);
    while src < group.len() {
        let src_len = wrapped_len(group, src, old_cols);
        let count = src_len.saturating_sub(src_col).min(cols - dest_col);
        let cells = group[src].copy_out(src_col, src_col + count);
        group[dest].copy_from(&cells, dest_col);
        dest_col += count;
        if dest_col == cols {
            dest += 1;
            dest_col = 0;
        }
        src_col += count;
        if src_col >= src_len {
            src += 1;
            src_col = 0;
        }
        // A wide character must not straddle the line's end.
        if dest_col == 0 && dest > 0 && group[dest - 1].is_wide(cols - 1) && dest < group.len() {
            let cell = group[dest - 1].get(cols - 1);
            group[dest].set(0, cell);
            dest_col = 1;
            group[dest - 1].set(cols - 1, Cell::null(0));
        }
    }
    if let Some(line) = group.get_mut(dest) {
        line.erase(dest_col, cols, 0, false, |_| false);
    }
    let gone = group
        .iter()
        .enumerate()
        .rev()
        .take_while(|(index, line)| *index > 0 && (*index > dest || line.text_len() == 0))
        .count();
    group.iter_mut().for_each(|line| line.born = born);
    group.len() - gone
}

/// Lays a group of lines out in fewer columns. Returns the lines to add behind it.
///
/// `None` when the text needs fewer lines than there are, which leaves the group as it is.
/// Works backwards and in place as xterm.js does, so that corner cases come out alike.
fn narrow(group: &mut [Line], old_cols: u16, cols: u16) -> Option<Vec<Line>> {
    let lens = new_lens(group, old_cols, cols);
    let added = lens.len().checked_sub(group.len())?;
    let born = group.iter().map(|line| line.born).min().unwrap_or(0);
    let mut lines: Vec<Line> = group.to_vec();
    lines.resize_with(lens.len(), || {
        let mut line = Line::blank(cols, 0, born);
        line.wrapped = true;
        line
    });
    let (mut src, mut src_col) = (group.len() - 1, group[group.len() - 1].text_len());
    let (mut dest, mut dest_col) = (lens.len() - 1, lens[lens.len() - 1]);
    loop {
        let count = src_col.min(dest_col);
        let cells = lines[src].copy_out(src_col - count, src_col);
        lines[dest].copy_from(&cells, dest_col - count);
        dest_col -= count;
        src_col -= count;
        if src_col == 0 {
            if src == 0 {
                break;
            }
            src -= 1;
            src_col = wrapped_len(&lines, src, old_cols);
        }
        if dest_col == 0 {
            if dest == 0 {
                break;
            }
            dest -= 1;
            dest_col = lens[dest];
        }
    }
    for (line, &len) in lines.iter_mut().zip(&lens) {
        line.born = born;
        if len < cols {
            line.set(len, Cell::null(0));
        }
    }
    let new = lines.split_off(group.len());
    debug_assert_eq!(new.len(), added);
    for (place, line) in group.iter_mut().zip(lines) {
        *place = line;
    }
    Some(new)
}

/// Lengths of the new lines: full, or one less where a wide character would straddle the end.
fn new_lens(group: &[Line], old_cols: u16, cols: u16) -> Vec<u16> {
    let total: usize = (0..group.len()).map(|index| usize::from(wrapped_len(group, index, old_cols))).sum();
    let mut lens = Vec::new();
    let (mut src, mut src_col, mut laid) = (0, 0u16, 0usize);
    while laid < total {
        if total - laid < usize::from(cols) {
            lens.push((total - laid) as u16);
            break;
        }
        src_col += cols;
        let src_len = wrapped_len(group, src, old_cols);
        if src_col > src_len {
            src_col -= src_len;
            src += 1;
        }
        let wide = group.get(src).is_some_and(|line| src_col > 0 && line.is_wide(src_col - 1));
        if wide {
            src_col -= 1;
        }
        let len = cols - u16::from(wide);
        lens.push(len);
        laid += usize::from(len);
    }
    lens
}
