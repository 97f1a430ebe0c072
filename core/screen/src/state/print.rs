//! Printing: the hot path for ASCII, and the general one.

use super::State;
use crate::cell::{Cell, Printable};
use crate::charset::Charset;
use crate::cluster::Refused;
use crate::work;

impl State {
    /// Prints ASCII, in one go for each line it fills.
    #[inline]
    pub(super) fn put_ascii(&mut self, mut text: &[u8]) {
        if self.charset != Charset::ASCII || self.modes.insert {
            for &byte in text {
                self.put(self.charset.map(byte));
            }
            return;
        }
        self.mend_before();
        let style = self.pen_style();
        let (cols, autowrap, generation) = (self.cols, self.modes.autowrap, self.generation);
        loop {
            let buffer = self.buffer_mut();
            if buffer.x >= cols {
                if autowrap {
                    self.wrap();
                    continue;
                }
                // Only the last character stays in the last column.
                buffer.x = cols - 1;
                text = &text[text.len() - 1..];
                self.clear_last();
                continue;
            }
            let count = text.len().min(usize::from(cols - buffer.x));
            let (now, rest) = text.split_at(count);
            let (x, y) = (buffer.x, buffer.y);
            if let Some(line) = buffer.row_mut(y) {
                line.touch(generation);
                line.write_ascii(x, now, style);
            }
            buffer.x += count as u16;
            self.damage.mark(y, y + 1);
            text = rest;
            if text.is_empty() {
                break;
            }
        }
        self.join = 1;
        self.mend_after();
    }

    /// Prints one code point.
    pub(super) fn put(&mut self, code: Printable) {
        self.mend_before();
        let own = self.options.widths.width(code.code());
        let joins = own == 0 && self.join != 0;
        let width = if joins { self.join } else { own };
        let cols = self.cols;
        self.join = width;
        if !joins && self.buffer().x + u16::from(width) > cols {
            if self.modes.autowrap {
                self.wrap();
            } else {
                self.buffer_mut().x = cols - 1;
                self.clear_last();
                if width == 2 {
                    self.mend_after();
                    return;
                }
            }
        }
        if joins && self.buffer().x > 0 {
            self.combine(code, width);
        } else {
            self.place_cell(code, own);
        }
        self.mark_dirty();
        self.mend_after();
    }

    fn place_cell(&mut self, code: Printable, width: u8) {
        let style = self.pen_style();
        let (insert, cols, generation) = (self.modes.insert, self.cols, self.generation);
        let buffer = self.buffer_mut();
        let (x, y) = (buffer.x, buffer.y);
        let Some(line) = buffer.row_mut(y) else { return };
        line.touch(generation);
        if insert {
            line.insert(x, u32::from(width), style);
            if line.is_wide(cols - 1) {
                line.set(cols - 1, Cell::null(style));
            }
        }
        line.set(x, Cell::new(code, width, style));
        if width == 2 {
            line.set(x + 1, Cell::spacer(style));
        }
        buffer.x += u16::from(width.max(1));
    }

    /// Adds a mark to the character before the cursor. Where that is not the one which was printed last, because the
    /// margin moved or nothing was printed there, the mark is lost.
    fn combine(&mut self, code: Printable, width: u8) {
        let buffer = self.buffer();
        let (x, y) = (buffer.x, buffer.y);
        let Some(line) = buffer.row(y) else { return };
        let back = if line.get(x - 1).width() == 0 { 2 } else { 1 };
        let Some(column) = x.checked_sub(back) else { return };
        let cell = line.get(column);
        if !cell.has_text() || cell.width() != width {
            return;
        }
        let Some(cluster) = self.cluster(cell, code) else { return };
        let combined = Cell::cluster(cluster, width, cell.style);
        if let Some(line) = self.buffer_mut().row_mut(y) {
            line.set(column, combined);
        }
    }

    fn cluster(&mut self, cell: Cell, mark: Printable) -> Option<u32> {
        for attempt in 0..2 {
            let made = if cell.is_cluster() && attempt == 0 {
                self.clusters.append(cell.text(), mark)
            } else if cell.is_cluster() {
                // The sweep renumbered the clusters: read the cell's again.
                let buffer = self.buffer();
                let line = buffer.row(buffer.y)?;
                let column = (0..buffer.x).rev().find(|&column| line.get(column).is_cluster())?;
                self.clusters.append(line.get(column).text(), mark)
            } else {
                self.clusters.pair(Printable::new(cell.text())?, mark)
            };
            match made {
                Ok(cluster) => return Some(cluster),
                Err(Refused::TooLong) => return None,
                Err(Refused::Full) if attempt == 0 && self.sweep_clusters() => {}
                Err(Refused::Full) => return None,
            }
        }
        None
    }

    /// Goes on in the next line, which continues this one.
    fn wrap(&mut self) {
        let style = self.pen_style();
        let (cols, rows) = (self.cols, self.rows);
        let buffer = self.buffer_mut();
        let (left, mut old) = (buffer.x, buffer.index(buffer.y));
        let dropped = buffer.dropped;
        buffer.x = 0;
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            if buffer.top != 0 {
                // The old line moves up within the region.
                old = old.saturating_sub(1);
            }
            self.scroll(true);
            let buffer = self.buffer();
            old = old.saturating_sub((buffer.dropped - dropped) as usize);
        } else {
            buffer.y = buffer.y.min(rows - 1);
            let y = buffer.y;
            if let Some(line) = buffer.row_mut(y) {
                line.wrapped = true;
            }
        }
        if left < cols
            && let Some(line) = self.buffer_mut().lines.get_mut(old)
        {
            for column in left..cols {
                line.set(column, Cell::null(style));
            }
        }
        self.mark_dirty();
    }

    /// Whether the cursor is between the two halves of a wide character.
    #[inline]
    pub(crate) fn is_behind_half(&self) -> bool {
        let buffer = self.buffer();
        let x = buffer.x;
        x > 0 && buffer.row(buffer.y).is_some_and(|line| line.is_wide(x - 1))
    }

    /// Before printing after anything else: a wide character whose second half is about to be overwritten goes.
    #[inline]
    fn mend_before(&mut self) {
        if std::mem::replace(&mut self.in_text, true) {
            return;
        }
        if self.is_behind_half() {
            let null = Cell::null(self.pen_style());
            let buffer = self.buffer_mut();
            let (x, y) = (buffer.x, buffer.y);
            if let Some(line) = buffer.row_mut(y) {
                line.set(x - 1, null);
            }
        }
    }

    /// Without wrapping, the last column is about to be printed on again: a wide character in the last two goes.
    fn clear_last(&mut self) {
        let (y, column) = (self.buffer().y, self.cols - 2);
        if let Some(line) = self.buffer_mut().row_mut(y).filter(|line| line.is_wide(column)) {
            let null = Cell::null(line.get(column).style);
            line.set(column, null);
            line.set(column + 1, null);
        }
    }

    /// After printing: a second half that lost its first becomes an erased cell.
    #[inline]
    fn mend_after(&mut self) {
        let cols = self.cols;
        let buffer = self.buffer();
        let (x, y) = (buffer.x, buffer.y);
        if x < cols && buffer.row(y).is_some_and(|line| line.get(x).is_spacer()) {
            let null = Cell::null(self.pen_style());
            if let Some(line) = self.buffer_mut().row_mut(y) {
                line.set(x, null);
            }
        }
    }

    /// REP: prints the last character again, cluster and all.
    pub(super) fn repeat(&mut self, count: u32) {
        if self.join == 0 {
            return;
        }
        let buffer = self.buffer();
        let Some(column) = buffer.x.checked_sub(u16::from(self.join)) else { return };
        let Some(line) = buffer.row(buffer.y) else { return };
        let codes: Vec<Printable> =
            self.codes(line.get(column)).into_iter().filter_map(Printable::new).collect();
        // A few bytes must not cost much more than a screenful; xterm.js has no limit.
        let limit = (u32::from(self.cols) * u32::from(self.rows)).max(1024);
        let moved = if self.modes.insert { u32::from(self.cols) } else { 0 };
        let count = self.work.spend_for(count.min(limit), codes.len() as u32 * (1 + moved));
        work::did(count as usize * codes.len());
        if let [code @ 0x20..0x7f] = *codes.iter().map(|code| code.code()).collect::<Vec<_>>() {
            let text = [code as u8; 128];
            let mut left = count as usize;
            while left > 0 {
                let now = left.min(text.len());
                self.put_ascii(&text[..now]);
                left -= now;
            }
            return;
        }
        for _ in 0..count {
            for &code in &codes {
                let code = if code.code() < 127 { self.charset.map(code.code() as u8) } else { code };
                self.put(code);
            }
        }
    }

    /// The code points in a cell.
    pub(crate) fn codes(&self, cell: Cell) -> Vec<u32> {
        match (cell.has_text(), cell.is_cluster()) {
            (false, _) => Vec::new(),
            (true, false) => vec![cell.text()],
            (true, true) => self.clusters.codes(cell.text()),
        }
    }
}
