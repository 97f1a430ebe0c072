//! A client's window on a terminal: the host's screen as bytes for a real terminal of another size.
//!
//! ```text
//!   scrollback of the client's terminal    lines that scrolled out at the host, in order
//!  ┌──────────────────────────────────┐
//!  │ the host's screen, from its top  │    in a lower window: the rows around the cursor
//!  │──────────────────────────────────│    the edge, in a higher window
//!  │                                  │
//!  └──────────────────────────────────┘
//! ```
//!
//! It is drawn when the client takes it: what came and went in between is never drawn, except that lines which scrolled out go
//! to the client's scrollback, as many as that keeps. Lines that the margin wrapped are printed so that the client's terminal
//! knows them as one line.

use std::fmt::Write as _;

use jumpseat_api::Size;
use jumpseat_screen::{CursorShape, LinePainter, LineView, Modes, Screen};

use crate::screens::Shown;

/// Clears a terminal and what it remembers, scrollback included.
const AFRESH: &str = "\x1bc\x1b[3J";

/// Largest window, in columns and rows.
const MAX_SIDE: u16 = 1_000;

/// What a client's terminal shows of a screen.
pub(crate) struct Window {
    size: Size,
    /// Lines that the client's scrollback keeps.
    history: u64,
    /// The bell rang.
    bell: bool,
    drawn: Option<Drawn>,
}

/// What it was when it was drawn last.
struct Drawn {
    /// The host's size: with another one, lines have other numbers.
    host: (u16, u16),
    /// How often the host's scrollback was erased, its first line, and the snapshot that they are of.
    erasures: u64,
    first: u64,
    restored: u64,
    /// The first line that is not in the client's scrollback.
    next: u64,
    in_alternate: bool,
    normal: Vec<Row>,
    alternate: Vec<Row>,
    modes: Modes,
}

/// A row of the window as it was drawn.
#[derive(Clone, PartialEq, Eq, Default)]
struct Row {
    text: String,
    /// It continues the row above.
    wrapped: bool,
    /// Its last column is printed: what continues it is printed over the margin.
    full: bool,
}

impl Window {
    pub(crate) fn new(size: Size, history: u32) -> Self {
        let size = Size { cols: size.cols.clamp(1, MAX_SIDE), rows: size.rows.clamp(1, MAX_SIDE) };
        Self { size, history: history.into(), bell: false, drawn: None }
    }

    /// Everything is drawn again.
    pub(crate) fn forget(&mut self) {
        self.drawn = None;
    }

    pub(crate) fn ring(&mut self) {
        self.bell = true;
    }

    /// What makes the client's terminal show the screen; nothing if it does.
    pub(crate) fn draw(&mut self, shown: &Shown) -> Vec<u8> {
        let screen = &shown.screen;
        let mut out = String::new();
        let first = screen.lines().start;
        let top = first + screen.scrollback_len() as u64;
        let kept = first.max(top.saturating_sub(self.history));
        let mut drawn = match self.drawn.take() {
            Some(drawn) if drawn.fits(shown) && drawn.next <= top => drawn,
            _ => {
                out.push_str(AFRESH);
                Drawn::fresh(shown, kept)
            }
        };
        if drawn.in_alternate && !screen.in_alternate() {
            out.push_str("\x1b[?1049l");
        }
        // While the alternate screen shows, lines do not scroll out.
        if !screen.in_alternate() {
            let gone = (drawn.next.max(kept)..top).map(|number| screen.line(number));
            let gone = self.joined(screen, gone.chain([Some(screen.row(0))]).collect::<Vec<_>>().as_slice());
            // Of a glimpse nothing scrolls out: what came before it comes with the next whole snapshot.
            let gone = if shown.scrollback { &gone[..gone.len() - 1] } else { &[] };
            if shown.scrollback {
                drawn.next = top;
            }
            let rows = self.rows(screen);
            scroll(&mut drawn.normal, gone, &rows, &mut out);
            update(&mut drawn.normal, rows, &mut out);
        } else {
            if !drawn.in_alternate {
                out.push_str("\x1b[?1049h\x1b[H\x1b[2J");
                drawn.alternate = vec![Row::default(); usize::from(self.size.rows)];
            }
            update(&mut drawn.alternate, self.rows(screen), &mut out);
        }
        (drawn.in_alternate, drawn.first, drawn.restored) = (screen.in_alternate(), first, shown.restored);
        modes(&mut drawn.modes, screen.modes(), &mut out);
        if std::mem::take(&mut self.bell) {
            out.push('\x07');
        }
        self.cursor(screen, &mut out);
        self.drawn = Some(drawn);
        format!("\x1b[?2026h\x1b[?25l{out}\x1b[?2026l").into_bytes()
    }

    /// How many of the host's columns and rows show, and the first of each.
    fn part(&self, screen: &Screen) -> (Size, u16, u16) {
        let (cols, rows) = screen.size();
        let shown = Size { cols: cols.min(self.size.cols), rows: rows.min(self.size.rows) };
        let cursor = screen.cursor();
        let row = (cursor.row + 1).saturating_sub(shown.rows);
        // A few columns beyond the cursor, so that what comes next is seen.
        let ahead = (shown.cols / 4).min(8);
        let column = (cursor.column + 1 + ahead).saturating_sub(shown.cols).min(cols - shown.cols);
        (shown, row, column)
    }

    /// The rows of the window, from its top.
    fn rows(&self, screen: &Screen) -> Vec<Row> {
        let (shown, first, _) = self.part(screen);
        let lines: Vec<_> = (first..first + shown.rows).map(|row| Some(screen.row(row))).collect();
        let mut rows = self.joined(screen, &lines);
        if shown.rows < self.size.rows {
            let across = "─".repeat(usize::from(shown.cols));
            rows.push(Row { text: format!("\x1b[0;2m{across}\x1b[m"), ..Row::default() });
        }
        rows.resize(usize::from(self.size.rows), Row::default());
        rows
    }

    /// Lines that follow each other. They can be joined where the margins are in the same place.
    fn joined<'s>(&self, screen: &'s Screen, lines: &[Option<LineView<'s>>]) -> Vec<Row> {
        let (shown, _, left) = self.part(screen);
        let joins = shown.cols == screen.size().0 && shown.cols == self.size.cols;
        let is_wrapped = |line: Option<&Option<LineView<'s>>>| {
            joins && line.is_some_and(|line| line.is_some_and(|line| line.is_wrapped()))
        };
        // One for all of them: it bounds what links may take.
        let mut painter = LinePainter::new(screen);
        let row = |(nth, line): (usize, &Option<LineView<'s>>)| {
            let mut text = String::new();
            let drawn = painter.text(*line, left, shown.cols, 0, &mut text);
            let goes_on = is_wrapped(lines.get(nth + 1));
            if goes_on {
                // A wide character that did not fit left a blank.
                painter.line(None, 0, shown.cols - drawn, drawn, &mut text);
            }
            painter.lift(&mut text);
            Row { text, wrapped: is_wrapped(Some(line)), full: goes_on || drawn == shown.cols }
        };
        lines.iter().enumerate().map(row).collect()
    }

    fn cursor(&self, screen: &Screen, out: &mut String) {
        let cursor = screen.cursor();
        let (shown, first, left) = self.part(screen);
        let column = cursor.column.min(screen.size().0 - 1);
        let inside = |at: u16, from: u16, len: u16| at >= from && at - from < len;
        if !inside(column, left, shown.cols) || !inside(cursor.row, first, shown.rows) {
            return;
        }
        let _ = write!(out, "\x1b[{};{}H", cursor.row - first + 1, column - left + 1);
        if cursor.visible {
            out.push_str("\x1b[?25h");
        }
    }
}

impl Drawn {
    /// Whether its lines are still called the same, and there.
    fn fits(&self, shown: &Shown) -> bool {
        let Shown { screen, scrollback, restored } = shown;
        // A snapshot does not say that something was erased, but lines are missing without need.
        let first = screen.lines().start;
        let erased = *scrollback
            && *restored != self.restored
            && first > self.first
            && screen.scrollback_len() < screen.options().scrollback;
        self.host == screen.size() && !erased && (!scrollback || self.erasures == screen.erasures())
    }

    fn fresh(shown: &Shown, next: u64) -> Self {
        let Shown { screen, restored, .. } = shown;
        Self {
            first: screen.lines().start,
            restored: *restored,
            host: screen.size(),
            erasures: screen.erasures(),
            next,
            in_alternate: false,
            normal: Vec::new(),
            alternate: Vec::new(),
            modes: Modes::default(),
        }
    }
}

/// Moves lines into the client's scrollback: `gone` left the host's screen, `rows` is what shows now.
fn scroll(drawn: &mut Vec<Row>, gone: &[Row], rows: &[Row], out: &mut String) {
    if gone.is_empty() {
        drawn.resize(rows.len(), Row::default());
        return;
    }
    if drawn.len() == rows.len() && drawn.starts_with(gone) {
        // They are in the upper rows already.
        let _ = write!(out, "\x1b[{};1H", rows.len());
        out.extend(std::iter::repeat_n('\n', gone.len()));
        drawn.drain(..gone.len());
        drawn.resize(rows.len(), Row::default());
        return;
    }
    // Printed from the top: as many rows scroll out as there are lines that are gone.
    out.push_str("\x1b[H");
    print(gone.iter().chain(rows), out);
    drawn.clear();
    drawn.extend_from_slice(rows);
}

/// Draws the rows that are not as they were drawn.
fn update(drawn: &mut Vec<Row>, rows: Vec<Row>, out: &mut String) {
    let mut at = 0;
    while at < rows.len() {
        let len = 1 + rows[at + 1..].iter().take_while(|row| row.wrapped).count();
        // Lines that are one are printed as one.
        if drawn.get(at..at + len) != Some(&rows[at..at + len]) {
            let _ = write!(out, "\x1b[{};1H", at + 1);
            print(&rows[at..at + len], out);
        }
        at += len;
    }
    *drawn = rows;
}

/// Prints rows one below the other.
fn print<'a>(rows: impl IntoIterator<Item = &'a Row>, out: &mut String) {
    let mut over_the_margin = false;
    for (nth, row) in rows.into_iter().enumerate() {
        // An empty one prints nothing that would go over the margin.
        let joins = row.wrapped && over_the_margin && !row.text.is_empty();
        if nth > 0 && !joins {
            out.push_str("\r\n");
        }
        // Erasing the row would part it from the one above.
        if !row.wrapped {
            out.push_str("\x1b[2K");
        }
        out.push_str(&row.text);
        if row.wrapped && !row.full {
            out.push_str("\x1b[K");
        }
        over_the_margin = row.full;
    }
}

/// Modes that decide what the client's terminal sends.
fn modes(drawn: &mut Modes, now: &Modes, out: &mut String) {
    let flags = [
        (drawn.application_cursor, now.application_cursor, "1"),
        (drawn.application_keypad, now.application_keypad, "66"),
        (drawn.focus_events, now.focus_events, "1004"),
        (drawn.bracketed_paste, now.bracketed_paste, "2004"),
    ];
    for (_, on, mode) in flags.into_iter().filter(|(was, on, _)| was != on) {
        let _ = write!(out, "\x1b[?{mode}{}", if on { 'h' } else { 'l' });
    }
    for (was, is) in
        [(drawn.mouse.mode(), now.mouse.mode()), (drawn.mouse_encoding.mode(), now.mouse_encoding.mode())]
    {
        if was != is {
            for (mode, last) in was.map(|mode| (mode, 'l')).into_iter().chain(is.map(|mode| (mode, 'h'))) {
                let _ = write!(out, "\x1b[?{mode}{last}");
            }
        }
    }
    if (drawn.cursor_shape, drawn.cursor_blink) != (now.cursor_shape, now.cursor_blink) {
        let steady = u8::from(now.cursor_blink == Some(false));
        let number = match now.cursor_shape {
            CursorShape::Default => 0,
            CursorShape::Block => 1 + steady,
            CursorShape::Underline => 3 + steady,
            CursorShape::Bar => 5 + steady,
        };
        let _ = write!(out, "\x1b[{number} q");
    }
    *drawn = *now;
}

#[cfg(test)]
mod tests;
