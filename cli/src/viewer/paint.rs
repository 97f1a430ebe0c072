//! Lines of a screen as bytes for a real terminal: only what changed, in one synchronized frame.

use std::fmt::Write as _;

use jumpseat_engine::api::Size;
use jumpseat_screen::{CursorShape, LinePainter, LineView, Screen};

use super::view::{Frame, View, above};

/// Draws windows, and remembers what the last one was.
#[derive(Default, Debug)]
pub(crate) struct Painter {
    last: Option<Drawn>,
    shape: Option<(CursorShape, bool)>,
}

/// What decides whether rows that did not change are still in place.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Drawn {
    frame: Frame,
    window: Size,
    alternate: bool,
    /// The status line as it was.
    status: String,
}

impl Painter {
    /// Draws everything again next time: something else was drawn over it.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// One frame: the rows of `changed` (all, if the window moved), the status line below them, the cursor.
    /// `window` is the whole terminal; its last row is the status line's. `status` is ready for the terminal.
    pub(crate) fn paint(
        &mut self,
        screen: &Screen,
        changed: std::ops::Range<u16>,
        view: &View,
        window: Size,
        status: &str,
    ) -> Vec<u8> {
        let inside = Size { cols: window.cols, rows: window.rows.saturating_sub(1).max(1) };
        let frame = view.frame(screen, inside);
        let now = Drawn { frame, window, alternate: screen.in_alternate(), status: status.to_owned() };
        // Nothing wraps: a character that this terminal finds wider than the host's does stays in its row.
        let mut out = String::from("\x1b[?2026h\x1b[?25l\x1b[?7l");
        let kept = self.last.as_ref().filter(|last| {
            (&last.frame, last.window, last.alternate) == (&now.frame, now.window, now.alternate)
        });
        let with_status = kept.is_none_or(|last| last.status != now.status);
        if kept.is_none() {
            out.push_str("\x1b[m\x1b[2J");
            edge(&now.frame, inside, &mut out);
        }
        let mut pen = LinePainter::new(screen);
        for row in 0..now.frame.rows {
            let line = now.frame.first + u64::from(row);
            let changed = line
                .checked_sub(above(screen))
                .is_some_and(|row| u16::try_from(row).is_ok_and(|row| changed.contains(&row)));
            if kept.is_none() || changed {
                let _ = write!(out, "\x1b[{};{}H", now.frame.y + row + 1, now.frame.x + 1);
                let (left, cols) = (now.frame.left, now.frame.cols);
                pen.line(line_at(screen, line), left, cols, now.frame.x, &mut out);
            }
        }
        pen.lift(&mut out);
        if with_status && window.rows > 1 {
            let _ = write!(out, "\x1b[{};1H{status}\x1b[m", window.rows);
        }
        self.cursor(screen, &now.frame, &mut out);
        out.push_str("\x1b[?7h\x1b[?2026l");
        self.last = Some(now);
        out.into_bytes()
    }

    fn cursor(&mut self, screen: &Screen, frame: &Frame, out: &mut String) {
        let cursor = screen.cursor();
        let column = cursor.column.min(screen.size().0 - 1);
        let inside = (frame.left..frame.left + frame.cols).contains(&column);
        let row = frame.window_row(screen, cursor.row).filter(|_| cursor.visible && inside);
        let Some(row) = row else { return };
        let shape = (cursor.shape, cursor.blink.unwrap_or(true));
        if self.shape != Some(shape) {
            self.shape = Some(shape);
            let number = match shape.0 {
                CursorShape::Default => 0,
                CursorShape::Block => 1,
                CursorShape::Underline => 3,
                CursorShape::Bar => 5,
            };
            let _ = write!(out, "\x1b[{} q", if number > 0 && !shape.1 { number + 1 } else { number });
        }
        let _ = write!(out, "\x1b[{};{}H\x1b[?25h", row + 1, frame.x + column - frame.left + 1);
    }
}

fn line_at(screen: &Screen, line: u64) -> Option<LineView<'_>> {
    match line.checked_sub(above(screen)) {
        Some(row) => Some(screen.row(u16::try_from(row).ok()?)),
        None => screen.line(screen.lines().start + line),
    }
}

/// Marks where the host's terminal ends in a larger window.
fn edge(frame: &Frame, inside: Size, out: &mut String) {
    out.push_str("\x1b[2m");
    let bottom = frame.y + frame.rows;
    let across = "─".repeat(usize::from(frame.cols));
    if frame.y > 0 {
        let _ = write!(out, "\x1b[{};{}H{across}", frame.y, frame.x + 1);
    }
    if bottom < inside.rows {
        let _ = write!(out, "\x1b[{};{}H{across}", bottom + 1, frame.x + 1);
    }
    for row in frame.y..bottom {
        if frame.x > 0 {
            let _ = write!(out, "\x1b[{};{}H│", row + 1, frame.x);
        }
        if frame.x + frame.cols < inside.cols {
            let _ = write!(out, "\x1b[{};{}H│", row + 1, frame.x + frame.cols + 1);
        }
    }
    out.push_str("\x1b[m");
}

#[cfg(test)]
mod tests;
