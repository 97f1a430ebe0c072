//! How large a screen is, and what it keeps.

use crate::{MAX_SCROLLBACK, MAX_SIZE, Widths};

/// How large a screen is and what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns, 2 – [`MAX_SIZE`].
    pub cols: u16,
    /// Rows, 1 – [`MAX_SIZE`].
    pub rows: u16,
    /// Most lines kept above the viewport, up to [`MAX_SCROLLBACK`].
    pub scrollback: usize,
    /// How wide characters are.
    pub widths: Widths,
    /// Most cells stored, eight bytes each, at least [`MIN_CELLS`]. Beyond it the oldest lines go.
    pub cells: usize,
}

/// Fewest cells that a screen may store: blank lines take some, too.
pub const MIN_CELLS: usize = 1 << 16;

impl Default for Options {
    fn default() -> Self {
        Self { cols: 80, rows: 24, scrollback: 10_000, widths: Widths::default(), cells: 16 << 20 }
    }
}

impl Options {
    pub(crate) fn clamped(mut self) -> Self {
        (self.cols, self.rows) = clamp_size(self.cols, self.rows);
        self.scrollback = self.scrollback.min(MAX_SCROLLBACK);
        self.cells = self.cells.max(MIN_CELLS);
        self
    }
}

pub(crate) fn clamp_size(cols: u16, rows: u16) -> (u16, u16) {
    // A wide character needs two columns.
    (cols.clamp(2, MAX_SIZE), rows.clamp(1, MAX_SIZE))
}
