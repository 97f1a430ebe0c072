//! One line of the grid: cells up to the last one worth keeping, and what the rest looks like.

use crate::cell::{Cell, Printable};
use crate::work;

/// A line of `width` cells. Those beyond `cells` are erased cells of style `tail`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    cells: Vec<Cell>,
    width: u16,
    tail: u32,
    /// The line continues the one above it.
    pub(crate) wrapped: bool,
    /// The generation in which the line was created or wholly erased: see `Screen::mark`.
    pub(crate) born: u32,
    /// What the line counted when it went into the scrollback.
    pub(crate) counted: u32,
}

/// Memory that a line takes next to its cells, in cells.
const OVERHEAD: u32 = 8;

impl Line {
    pub(crate) fn blank(width: u16, tail: u32, born: u32) -> Self {
        Self { cells: Vec::new(), width, tail, wrapped: false, born, counted: 0 }
    }

    /// A line from its parts; cells beyond the width are cut.
    pub(crate) fn from_cells(mut cells: Vec<Cell>, width: u16, tail: u32) -> Self {
        cells.truncate(usize::from(width));
        Self { cells, width, tail, wrapped: false, born: 0, counted: 0 }
    }

    /// Turns the line into a blank one, keeping its memory.
    pub(crate) fn recycle(&mut self, width: u16, tail: u32, born: u32) {
        self.cells.clear();
        self.width = width;
        self.tail = tail;
        self.wrapped = false;
        self.born = born;
    }

    /// Fills all of the line with copies of one cell, keeping its memory.
    pub(crate) fn fill_with(&mut self, cell: Cell, born: u32) {
        work::did(usize::from(self.width));
        self.recycle(self.width, 0, born);
        self.cells.reserve_exact(usize::from(self.width));
        self.cells.resize(usize::from(self.width), cell);
    }

    /// Notes that the line is about to be printed on: if it was blank, it is born now.
    #[inline]
    pub(crate) fn touch(&mut self, generation: u32) {
        if self.trimmed().is_empty() {
            self.born = generation;
        }
    }

    /// Memory that the line takes, in cells.
    #[inline]
    pub(crate) fn stored(&self) -> u32 {
        self.cells.capacity() as u32 + OVERHEAD
    }

    pub(crate) fn width(&self) -> u16 {
        self.width
    }

    pub(crate) fn tail(&self) -> u32 {
        self.tail
    }

    /// The stored cells without trailing ones that equal the tail.
    pub(crate) fn trimmed(&self) -> &[Cell] {
        let blank = Cell::null(self.tail);
        let kept = self.cells.iter().rposition(|cell| *cell != blank).map_or(0, |last| last + 1);
        &self.cells[..kept]
    }

    #[inline]
    pub(crate) fn get(&self, column: u16) -> Cell {
        self.cells.get(usize::from(column)).copied().unwrap_or(Cell::null(self.tail))
    }

    #[inline]
    pub(crate) fn set(&mut self, column: u16, cell: Cell) {
        let column_index = usize::from(column);
        if let Some(place) = self.cells.get_mut(column_index) {
            *place = cell;
        } else if column < self.width && cell != Cell::null(self.tail) {
            self.pad(column_index);
            self.cells.push(cell);
        }
    }

    /// Stores tail cells explicitly up to `len`.
    fn pad(&mut self, len: usize) {
        if self.cells.len() < len {
            self.cells.resize(len, Cell::null(self.tail));
        }
    }

    /// Writes printable ASCII from `column` on. The caller has made sure that it fits.
    #[inline]
    pub(crate) fn write_ascii(&mut self, column: u16, text: &[u8], style: u32) {
        let start = usize::from(column);
        self.pad(start);
        let overlap = text.len().min(self.cells.len() - start);
        let (over, new) = text.split_at(overlap);
        for (place, &byte) in self.cells[start..start + overlap].iter_mut().zip(over) {
            *place = Cell::new(Printable::ascii(byte), 1, style);
        }
        self.cells.extend(new.iter().map(|&byte| Cell::new(Printable::ascii(byte), 1, style)));
    }

    /// Whether a wide character starts in the cell.
    #[inline]
    pub(crate) fn is_wide(&self, column: u16) -> bool {
        self.get(column).width() == 2
    }

    /// Cells up to the last one with text, its second half included.
    pub(crate) fn text_len(&self) -> u16 {
        self.cells
            .iter()
            .rposition(|cell| cell.has_text())
            .map_or(0, |last| last as u16 + u16::from(self.cells[last].width()))
    }

    /// Cells that count as text of what was printed; `next` is the line that continues this one at `cols` columns.
    pub(crate) fn printed_len(&self, next: Option<&Self>, cols: u16) -> u16 {
        let Some(next) = next else { return self.text_len().min(cols) };
        let last = self.get(cols - 1);
        // A wide character that did not fit left one erased cell behind.
        if !last.has_text() && last.width() == 1 && next.get(0).width() == 2 { cols - 1 } else { cols }
    }

    /// Erases the whole line; `keep_protected` is selective erasing.
    pub(crate) fn fill(&mut self, tail: u32, keep_protected: bool, protected: impl Fn(u32) -> bool) {
        if keep_protected && (protected(self.tail) || self.cells.iter().any(|cell| protected(cell.style))) {
            self.erase(0, self.width, tail, true, protected);
            return;
        }
        self.cells.clear();
        self.tail = tail;
    }

    /// Erases the cells `start..end`, as ED, EL and ECH do, mending halved wide characters at both ends.
    pub(crate) fn erase(
        &mut self,
        start: u16,
        end: u16,
        style: u32,
        keep_protected: bool,
        protected: impl Fn(u32) -> bool,
    ) {
        let null = Cell::null(style);
        let kept = |cell: Cell| keep_protected && protected(cell.style);
        if start > 0 && self.is_wide(start - 1) && !kept(self.get(start - 1)) {
            self.set(start - 1, null);
        }
        if end > 0 && end < self.width && self.is_wide(end - 1) && !kept(self.get(end)) {
            self.set(end, null);
        }
        let end = end.min(self.width);
        if !keep_protected && end == self.width && start <= end {
            let stored = self.cells.len().min(usize::from(start));
            if stored < usize::from(start) && style != self.tail {
                self.pad(usize::from(start));
            }
            self.cells.truncate(usize::from(start));
            self.tail = style;
            return;
        }
        work::did(usize::from(end.saturating_sub(start)));
        for column in start..end {
            if !kept(self.get(column)) {
                self.set(column, null);
            }
        }
    }

    /// Shifts cells right from `column`, as ICH does; those pushed over the end are lost.
    pub(crate) fn insert(&mut self, column: u16, count: u32, style: u32) {
        if self.width == 0 {
            return;
        }
        let column = column % self.width;
        let null = Cell::null(style);
        if column > 0 && self.is_wide(column - 1) {
            self.set(column - 1, null);
            self.set(column, Cell::null(self.get(column).style));
        }
        let room = u32::from(self.width - column);
        self.store_all();
        let at = usize::from(column);
        if count < room {
            let count = count as usize;
            let end = self.cells.len();
            self.cells.copy_within(at..end - count, at + count);
            self.cells[at..at + count].fill(null);
        } else {
            self.cells[at..].fill(null);
        }
        if self.is_wide(self.width - 1) {
            self.set(self.width - 1, null);
        }
    }

    /// Shifts cells left to `column`, as DCH does, filling up at the end.
    pub(crate) fn delete(&mut self, column: u16, count: u32, style: u32) {
        if self.width == 0 {
            return;
        }
        let column = column % self.width;
        let null = Cell::null(style);
        self.store_all();
        let at = usize::from(column);
        let count = count.min(u32::from(self.width - column)) as usize;
        self.cells.copy_within(at + count.., at);
        let end = self.cells.len();
        self.cells[end - count..].fill(null);
        if column > 0 && self.is_wide(column - 1) {
            self.set(column - 1, null);
        }
        if self.get(column).is_spacer() {
            self.set(column, null);
        }
    }

    fn store_all(&mut self) {
        work::did(usize::from(self.width));
        self.pad(usize::from(self.width));
    }

    /// Cuts the line or fills it up with default cells.
    pub(crate) fn resize(&mut self, width: u16) {
        if width < self.width {
            self.cells.truncate(usize::from(width));
        } else if width > self.width && self.tail != 0 {
            self.store_all();
            self.tail = 0;
        }
        self.width = width;
    }

    /// Erases halves of wide characters that have lost their other half.
    pub(crate) fn mend(&mut self) {
        let mut at = 0;
        while let Some(&cell) = self.cells.get(at) {
            if cell.width() == 2 && self.cells.get(at + 1) == Some(&Cell::spacer(cell.style)) {
                at += 2;
                continue;
            }
            if cell.width() == 2 || cell.is_spacer() {
                self.cells[at] = Cell::null(cell.style);
            }
            at += 1;
        }
    }

    /// The line with its halves mended.
    pub(crate) fn mended(&self) -> Self {
        let mut line = self.clone();
        line.mend();
        line
    }

    /// Copies cells from another line (or, after cloning, the same one). Columns beyond either end are skipped.
    pub(crate) fn copy_from(&mut self, source: &[Cell], column: u16) {
        for (cell, column) in source.iter().zip(column..self.width) {
            self.set(column, *cell);
        }
    }

    /// The cells `start..end`, those of the tail included.
    pub(crate) fn copy_out(&self, start: u16, end: u16) -> Vec<Cell> {
        (start..end).map(|column| self.get(column)).collect()
    }

    /// Calls `map` on every style that the line mentions.
    pub(crate) fn styles(&self, mut each: impl FnMut(u32)) {
        each(self.tail);
        self.cells.iter().for_each(|cell| each(cell.style));
    }

    pub(crate) fn cells_mut(&mut self) -> &mut [Cell] {
        &mut self.cells
    }
}
