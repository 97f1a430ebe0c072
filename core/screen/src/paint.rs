//! Lines of a screen as bytes for a real terminal.

use std::fmt::Write as _;

use crate::{Color, LineView, Screen, Slot, Style, Underline, without_controls};

/// Most bytes of links in one frame, so that a screen of long ones does not make frames of megabytes: text behind them
/// is drawn without.
const MAX_LINKS: usize = 256 * 1024;

/// Draws lines, and knows what style the terminal is in. Nothing wraps while it draws: a character that the terminal finds
/// wider than the host's stays in its row.
pub struct LinePainter<'a> {
    screen: &'a Screen,
    style: Option<Style>,
    link: bool,
    /// Bytes of links that this frame may still have.
    links: usize,
}

impl<'a> LinePainter<'a> {
    /// For lines of this screen, on a terminal whose style is not known.
    pub fn new(screen: &'a Screen) -> Self {
        Self { screen, style: None, link: false, links: MAX_LINKS }
    }

    /// Draws the columns `left..left + cols`, the first of them in the terminal's column `x`; blanks up to the last one.
    pub fn line(&mut self, line: Option<LineView<'a>>, left: u16, cols: u16, x: u16, out: &mut String) {
        let drawn = self.text(line, left, cols, x, out);
        if drawn < cols {
            self.style(&Style::default(), out);
            out.extend(std::iter::repeat_n(' ', usize::from(cols - drawn)));
        }
    }

    /// The same without the blanks at the end. Returns how many columns it drew.
    pub fn text(
        &mut self,
        line: Option<LineView<'a>>,
        left: u16,
        cols: u16,
        x: u16,
        out: &mut String,
    ) -> u16 {
        let end = left + cols;
        let mut column = 0;
        let mut blank = 0;
        // Where the terminal's own idea of a character's width may differ from the host's, the place is told again.
        let mut unsure = false;
        for cell in line.iter().flat_map(LineView::drawn) {
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
        // Behind the last column there is none to go to.
        if unsure && blank < end {
            let _ = write!(out, "\x1b[{}G", x + blank - left + 1);
        }
        blank.max(left) - left
    }

    /// Back to the terminal's own style.
    pub fn lift(&mut self, out: &mut String) {
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
