//! Looking at lines: cells, runs of one style, text.

use std::ops::Range;

use crate::buffer::Buffer;
use crate::cell::Cell;
use crate::line::Line;
use crate::screen::Screen;
use crate::state::State;
use crate::style::Style;

impl Screen {
    /// A row of the viewport; beyond the last one, the last.
    pub fn row(&self, row: u16) -> LineView<'_> {
        let buffer = self.state.buffer();
        LineView::new(&self.state, buffer.row(row.min(self.state.rows - 1)), self.state.cols)
    }

    /// A line of the normal screen by its absolute number.
    pub fn line(&self, number: u64) -> Option<LineView<'_>> {
        let normal = &self.state.normal;
        let index = usize::try_from(number.checked_sub(normal.dropped)?).ok()?;
        let line = normal.lines.get(index)?;
        Some(LineView::new(&self.state, Some(line), self.state.cols))
    }

    /// The text of lines of the normal screen by their absolute numbers: as programs printed it, so that what the margin
    /// wrapped is one line. The first is never taken for the rest of one.
    pub fn printed(&self, lines: Range<u64>) -> String {
        let normal = &self.state.normal;
        let index = |number: u64| (number.saturating_sub(normal.dropped) as usize).min(normal.lines.len());
        self.joined(normal, index(lines.start)..index(lines.end))
    }

    /// The same of what shows.
    pub fn printed_in_view(&self) -> String {
        let buffer = self.state.buffer();
        self.joined(buffer, buffer.base..buffer.lines.len())
    }

    fn joined(&self, buffer: &Buffer, rows: Range<usize>) -> String {
        let mut text = String::new();
        let mut lines = buffer.lines.range(rows.start.min(rows.end)..rows.end).peekable();
        while let Some(line) = lines.next() {
            let next = lines.peek().copied().filter(|next| next.wrapped);
            LineView::new(&self.state, Some(line), self.state.cols).push_printed(next, &mut text);
            if next.is_none() && lines.peek().is_some() {
                text.push('\n');
            }
        }
        text
    }
}

/// One line as it shows.
#[derive(Clone, Copy)]
pub struct LineView<'a> {
    state: &'a State,
    line: Option<&'a Line>,
    cols: u16,
}

/// One cell as it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellView<'a> {
    /// The character with its marks; empty in an erased cell and in the second half of a wide character.
    pub text: String,
    /// Cells it fills: 1, 2, or 0 for the second half of a wide character.
    pub width: u8,
    /// How it is drawn.
    pub style: &'a Style,
}

/// Neighbouring cells of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// Its text, with spaces for erased cells.
    pub text: String,
    /// Column of its first cell.
    pub column: u16,
    /// Cells it fills.
    pub width: u16,
    /// How it is drawn.
    pub style: &'a Style,
}

impl<'a> LineView<'a> {
    pub(crate) fn new(state: &'a State, line: Option<&'a Line>, cols: u16) -> Self {
        Self { state, line, cols }
    }

    /// Whether it continues the line above.
    pub fn is_wrapped(&self) -> bool {
        self.line.is_some_and(|line| line.wrapped)
    }

    /// All its cells.
    pub fn cells(&self) -> impl Iterator<Item = CellView<'a>> + use<'a> {
        let this = *self;
        (0..self.cols).map(move |column| {
            let cell = this.cell(column);
            let mut text = String::new();
            this.push_text(cell, &mut text);
            CellView { text, width: cell.width(), style: this.state.styles.style(cell.style) }
        })
    }

    /// Its cells without erased cells of the default style at the end.
    pub fn drawn(&self) -> impl Iterator<Item = CellView<'a>> + use<'a> {
        self.cells().take(usize::from(self.drawn_len()))
    }

    /// Its cells as runs, without erased cells of the default style at the end.
    pub fn runs(&self) -> Vec<Run<'a>> {
        let mut runs: Vec<Run<'a>> = Vec::new();
        let mut last = None;
        for column in 0..self.drawn_len() {
            let cell = self.cell(column);
            if last != Some(cell.style) || runs.is_empty() {
                let style = self.state.styles.style(cell.style);
                runs.push(Run { text: String::new(), column, width: 0, style });
                last = Some(cell.style);
            }
            if let Some(run) = runs.last_mut() {
                run.width += 1;
                if !cell.has_text() && cell.width() > 0 {
                    run.text.push(' ');
                }
                self.push_text(cell, &mut run.text);
            }
        }
        runs
    }

    /// Its text, trimmed at the end: what shows in this row. [`Screen::printed`] is what was printed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for column in 0..self.drawn_len() {
            let cell = self.cell(column);
            if !cell.has_text() && cell.width() > 0 {
                text.push(' ');
            }
            self.push_text(cell, &mut text);
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// Appends its text as the program printed it, blanks at the end included; `next` is the line that continues it.
    fn push_printed(&self, next: Option<&Line>, text: &mut String) {
        let end = self.line.map_or(0, |line| line.printed_len(next, self.cols));
        for column in 0..end {
            let cell = self.cell(column);
            if !cell.has_text() && cell.width() > 0 {
                text.push(' ');
            }
            self.push_text(cell, text);
        }
    }

    fn drawn_len(&self) -> u16 {
        let Some(line) = self.line else { return 0 };
        if line.tail() != 0 {
            return self.cols;
        }
        (line.trimmed().len() as u16).min(self.cols)
    }

    fn cell(&self, column: u16) -> Cell {
        self.line.map_or(Cell::null(0), |line| line.get(column))
    }

    fn push_text(&self, cell: Cell, text: &mut String) {
        if cell.is_cluster() {
            text.extend(self.state.codes(cell).into_iter().filter_map(char::from_u32));
        } else if cell.has_text() {
            text.extend(char::from_u32(cell.text()));
        }
    }
}
