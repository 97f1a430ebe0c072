//! The ANSI form: bytes after which a fresh terminal shows the same and goes on alike.
//!
//! Lines are printed from the top; a line that continues another is reached by printing over the margin, so that
//! the terminal knows it as wrapped and reflows it later. Saved cursors are saved while their line is at hand.

mod finish;
mod paint;

use std::io::Write as _;

use paint::Painter;

use super::Selection;
use crate::buffer::Buffer;
use crate::charset::Charset;
use crate::line::Line;
use crate::screen::{Screen, Start};
use crate::style::Style;

/// Paints in at most about `most` bytes: without links if it does not fit, without what is above the screen, at last
/// the text alone. A few bytes of output can make a screen whose every cell takes a link's length to paint.
pub(crate) fn write_ansi(screen: &Screen, start: Start, most: usize, out: &mut Vec<u8>) {
    let state = &screen.state;
    let len = out.len();
    let generation = Selection::new(screen, start).generation;
    let seen = Selection { first: state.normal.base, generation };
    let full = Painter::new(state, out, most);
    let fits = paint(full, Selection::new(screen, start))
        || {
            out.truncate(len);
            paint(Painter::new(state, out, most).without_links(), Selection::new(screen, start))
        }
        || {
            out.truncate(len);
            paint(Painter::new(state, out, most).without_links(), seen)
        };
    if !fits {
        out.truncate(len);
        plain(&mut Painter::new(state, out, usize::MAX), generation);
    }
    out.extend_from_slice(&screen.scanner.pending());
}

/// Returns whether it fits.
fn paint(mut painter: Painter<'_>, selection: Selection) -> bool {
    let state = painter.state;
    finish::titles_and_colors(&mut painter);
    normal(&mut painter, selection);
    finish::tabs_and_region(&mut painter, &state.normal);
    if state.in_alternate {
        painter.goto(state.normal.y, state.normal.x.min(state.cols - 1));
        painter.style(Style::default());
        painter.out.extend_from_slice(b"\x1b[?47h");
        alternate(&mut painter);
        finish::tabs_and_region(&mut painter, &state.alternate);
    }
    finish::modes(&mut painter, false);
    finish::cursor(&mut painter, false);
    !painter.is_over()
}

/// The characters of the screen without their marks and styles: a few bytes for each cell.
fn plain(painter: &mut Painter<'_>, generation: u32) {
    let state = painter.state;
    if state.in_alternate {
        painter.out.extend_from_slice(b"\x1b[?47h");
    }
    for row in 0..state.rows {
        let line = state.buffer().row(row);
        let Some(line) = line.filter(|line| state.in_alternate || line.born >= generation) else { continue };
        painter.goto(row, 0);
        painter.characters(line);
    }
    finish::tabs_and_region(painter, state.buffer());
    finish::modes(painter, false);
    finish::cursor(painter, false);
}

/// Paints in at most about `most` bytes: without links if it does not fit, at last the text alone.
pub(crate) fn write_viewport_ansi(screen: &Screen, most: usize, out: &mut Vec<u8>) {
    let state = &screen.state;
    let len = out.len();
    let fits = paint_viewport(Painter::new(state, out, most)) || {
        out.truncate(len);
        paint_viewport(Painter::new(state, out, most).without_links())
    };
    if !fits {
        out.truncate(len);
        let mut painter = Painter::new(state, out, usize::MAX);
        painter.out.extend_from_slice(AFRESH);
        for row in 0..state.rows {
            painter.goto(row, 0);
            painter.out.extend_from_slice(b"\x1b[2K");
            state.buffer().row(row).into_iter().for_each(|line| painter.characters(line));
        }
        finish(&mut painter);
    }
    out.extend_from_slice(&screen.scanner.pending());
}

/// Whatever drew over the screen may have left anything set that would distort the painting.
const AFRESH: &[u8] = b"\x1b[?25l\x1b[r\x1b[?6l\x1b[?7h\x1b[4l\x1b[20l\x1b(B\x0f\x1b]8;;\x1b\\\x1b[m";

/// Returns whether it fits.
fn paint_viewport(mut painter: Painter<'_>) -> bool {
    let state = painter.state;
    painter.out.extend_from_slice(AFRESH);
    let buffer = state.buffer();
    for row in 0..state.rows {
        painter.goto(row, 0);
        painter.style(Style::default());
        painter.out.extend_from_slice(b"\x1b[2K");
        if let Some(line) = buffer.row(row) {
            painter.line(line, 0, 0);
        }
    }
    finish(&mut painter);
    !painter.is_over()
}

fn finish(painter: &mut Painter<'_>) {
    let buffer = painter.state.buffer();
    save_cursor(painter, buffer, u16::try_from(buffer.saved.y.saturating_sub(buffer.base)).ok());
    finish::tabs_and_region(painter, buffer);
    finish::modes(painter, true);
    finish::cursor(painter, true);
}

/// Prints the scrollback and the viewport of the normal buffer.
fn normal(painter: &mut Painter<'_>, selection: Selection) {
    let state = painter.state;
    let buffer = &state.normal;
    let blank = Line::blank(state.cols, 0, 0);
    let shown = |index: usize| {
        let line = buffer.lines.get(index).filter(|line| selection.shows(line));
        line.unwrap_or(&blank)
    };
    let saved = buffer.saved.y.clamp(selection.first, buffer.lines.len().max(1) - 1);
    for index in selection.first..buffer.lines.len() {
        if painter.is_over() {
            return;
        }
        let line = shown(index);
        let scrolled = index - selection.first >= usize::from(state.rows);
        let mut done = 0;
        let mut fill = 0;
        if selection.wraps(|index| buffer.lines.get(index), index) {
            (done, fill) = painter.wrap_into(shown(index - 1), line, scrolled);
        } else if index > selection.first {
            painter.next_line();
        }
        if index == saved {
            save_cursor(painter, buffer, None);
            // The place was written over to get behind the last column.
            done = 0;
        }
        painter.line(line, done, fill);
    }
}

/// Prints the rows of the alternate screen, which is blank.
fn alternate(painter: &mut Painter<'_>) {
    let state = painter.state;
    let buffer = &state.alternate;
    for row in 0..state.rows {
        let Some(line) = buffer.row(row).filter(|_| !painter.is_over()) else { continue };
        let above = row.checked_sub(1).and_then(|above| buffer.row(above));
        let mut done = 0;
        match above.filter(|_| line.wrapped) {
            Some(above) => (done, _) = painter.wrap_into(above, line, false),
            None => painter.goto(row, 0),
        }
        if usize::from(row) == buffer.saved.y.min(usize::from(state.rows) - 1) {
            save_cursor(painter, buffer, None);
            done = 0;
        }
        painter.line(line, done, 0);
    }
}

/// Saves the cursor as the buffer has it saved, in the given row or the one that the painter is in, and clears
/// the row's beginning again if it had to be written on.
fn save_cursor(painter: &mut Painter<'_>, buffer: &Buffer, row: Option<u16>) {
    let saved = &buffer.saved;
    if *saved == crate::buffer::Saved::default() && row.is_none() {
        return;
    }
    if let Some(row) = row {
        painter.goto(row.min(buffer.rows - 1), 0);
    }
    let erase = saved.x >= buffer.cols && row.is_none();
    if erase {
        painter.behind_last_column();
    } else {
        painter.column(saved.x.min(buffer.cols - 1));
    }
    painter.style(Style { fg: saved.fg, bg: saved.bg, ..Style::default() });
    if saved.charset != Charset::ASCII {
        let _ = write!(painter.out, "\x1b({}", char::from(saved.charset.final_byte()));
    }
    painter.out.extend_from_slice(b"\x1b7");
    if saved.charset != Charset::ASCII {
        painter.out.extend_from_slice(b"\x1b(B");
    }
    if erase {
        painter.erase(buffer.cols - 1, 1, 0);
    }
    painter.column(0);
}
