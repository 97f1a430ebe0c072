//! Lines of a screen as bytes for a real terminal: only what changed, in one synchronized frame.

use std::fmt::Write as _;

use jumpseat_engine::api::Size;
use jumpseat_screen::{Color, CursorShape, LineView, Screen, Slot, Style, Underline, without_controls};

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
        let mut pen = Pen::new(screen);
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

/// Most bytes of links in one frame, so that a screen of long ones does not make frames of megabytes: text behind them
/// is drawn without.
const MAX_LINKS: usize = 256 * 1024;

/// What the terminal's pen is set to.
struct Pen<'a> {
    screen: &'a Screen,
    style: Option<Style>,
    link: bool,
    /// Bytes of links that this frame may still have.
    links: usize,
}

impl<'a> Pen<'a> {
    fn new(screen: &'a Screen) -> Self {
        Self { screen, style: None, link: false, links: MAX_LINKS }
    }

    /// Draws the columns `left..left + cols`, the first of them in the window's column `x`.
    fn line(&mut self, line: Option<LineView<'a>>, left: u16, cols: u16, x: u16, out: &mut String) {
        let end = left + cols;
        let mut column = 0;
        let mut blank = 0;
        // Where the terminal's own idea of a character's width may differ from the host's, the place is told again.
        let mut unsure = false;
        for cell in line.iter().flat_map(LineView::cells) {
            let width = u16::from(cell.width);
            let (from, to) = (column, column + width);
            column = to;
            if width == 0 || to <= left || from >= end {
                continue;
            }
            self.style(cell.style, out);
            if unsure {
                let _ = write!(out, "\x1b[{}G", x + from.max(left) - left + 1);
                unsure = false;
            }
            if from < left || to > end {
                // Half of a wide character at the edge.
                out.push(' ');
            } else if cell.text.is_empty() {
                out.extend(std::iter::repeat_n(' ', usize::from(width)));
            } else {
                // No screen holds a control; here it would reach the terminal.
                out.push_str(&without_controls(&cell.text));
                unsure = cell.text.len() > 3;
            }
            blank = to.min(end);
        }
        if unsure {
            let _ = write!(out, "\x1b[{}G", x + blank - left + 1);
        }
        if blank.max(left) < end {
            self.style(&Style::default(), out);
            out.extend(std::iter::repeat_n(' ', usize::from(end - blank.max(left))));
        }
    }

    /// Back to the terminal's own style.
    fn lift(&mut self, out: &mut String) {
        self.end_link(out);
        if self.style.take().is_some() {
            out.push_str("\x1b[m");
        }
    }

    fn end_link(&mut self, out: &mut String) {
        if std::mem::take(&mut self.link) {
            out.push_str("\x1b]8;;\x1b\\");
        }
    }

    fn style(&mut self, style: &Style, out: &mut String) {
        if self.style.as_ref() == Some(style) {
            return;
        }
        self.end_link(out);
        self.sgr(style, out);
        if let Some(link) = self.screen.link(style)
            && let Some(left) = self.links.checked_sub(link.uri().len())
        {
            self.links = left;
            let _ = write!(out, "\x1b]8;;{}\x1b\\", without_controls(link.uri()));
            self.link = true;
        }
        self.style = Some(*style);
    }

    fn sgr(&self, style: &Style, out: &mut String) {
        out.push_str("\x1b[0");
        let flags = [
            (style.bold(), "1"),
            (style.dim(), "2"),
            (style.italic(), "3"),
            (style.blink(), "5"),
            (style.inverse(), "7"),
            (style.hidden(), "8"),
            (style.strike(), "9"),
            (style.overline(), "53"),
        ];
        for (_, code) in flags.into_iter().filter(|(on, _)| *on) {
            let _ = write!(out, ";{code}");
        }
        let underline = match style.underline() {
            Underline::None => "",
            Underline::Single => ";4",
            Underline::Double => ";4:2",
            Underline::Curly => ";4:3",
            Underline::Dotted => ";4:4",
            Underline::Dashed => ";4:5",
        };
        out.push_str(underline);
        self.color(style.foreground(), 30, out);
        self.color(style.background(), 40, out);
        if !underline.is_empty() {
            match style.underline_color() {
                Color::Default => {}
                Color::Base(index) | Color::Indexed(index) => drop(write!(out, ";58:5:{index}")),
                Color::Rgb(r, g, b) => drop(write!(out, ";58:2::{r}:{g}:{b}")),
            }
        }
        out.push('m');
    }

    /// A colour, as the host's program has redefined it if it has.
    fn color(&self, color: Color, base: u16, out: &mut String) {
        let slot = match color {
            Color::Base(index) | Color::Indexed(index) => Some(Slot::Indexed(index)),
            Color::Default if base == 30 => Some(Slot::Foreground),
            Color::Default => Some(Slot::Background),
            Color::Rgb(..) => None,
        };
        let color = slot
            .and_then(|slot| self.screen.palette().color(slot))
            .map_or(color, |[r, g, b]| Color::Rgb(r, g, b));
        let _ = match color {
            Color::Default => Ok(()),
            Color::Base(index @ 0..8) => write!(out, ";{}", base + u16::from(index)),
            Color::Base(index) => write!(out, ";{}", base + 60 + u16::from(index.saturating_sub(8).min(7))),
            Color::Indexed(index) => write!(out, ";{};5;{index}", base + 8),
            Color::Rgb(r, g, b) => write!(out, ";{};2;{r};{g};{b}", base + 8),
        };
    }
}

#[cfg(test)]
mod tests;
