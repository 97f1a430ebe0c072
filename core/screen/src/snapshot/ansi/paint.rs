//! Painting lines: text with its styles, and erased cells in the colour they were erased to.

use std::io::Write as _;

use crate::cell::Cell;
use crate::line::Line;
use crate::state::State;
use crate::style::{COLOR_MASK, Color, Style, UNDERLINE_MASK, UNDERLINE_SHIFT, bg, fg};
use crate::utf8;

/// Writes to a terminal whose pen and cursor column it keeps track of.
pub(super) struct Painter<'a> {
    pub(super) state: &'a State,
    pub(super) out: &'a mut Vec<u8>,
    pen: Style,
    x: u16,
    cols: u16,
    /// Links are left out.
    linkless: bool,
    /// Length of `out` from which on nothing more is painted.
    end: usize,
}

impl<'a> Painter<'a> {
    /// Stops soon after `most` bytes, which makes what it painted worth nothing.
    pub(super) fn new(state: &'a State, out: &'a mut Vec<u8>, most: usize) -> Self {
        let end = out.len().saturating_add(most);
        Self { state, out, pen: Style::default(), x: 0, cols: state.cols, linkless: false, end }
    }

    pub(super) fn without_links(mut self) -> Self {
        self.linkless = true;
        self
    }

    /// Whether it painted more than it may.
    pub(super) fn is_over(&self) -> bool {
        self.out.len() > self.end
    }

    pub(super) fn goto(&mut self, row: u16, column: u16) {
        let _ = write!(self.out, "\x1b[{};{}H", row + 1, column + 1);
        self.x = column;
    }

    pub(super) fn column(&mut self, column: u16) {
        if self.x != column {
            let _ = write!(self.out, "\x1b[{}G", column + 1);
            self.x = column;
        }
    }

    /// A line that does not continue the one before; a new one comes in the default colour.
    pub(super) fn next_line(&mut self) {
        if self.pen.bg & COLOR_MASK != 0 {
            self.style(Style { link: self.pen.link, ..Style::default() });
        }
        self.out.extend_from_slice(b"\r\n");
        self.x = 0;
    }

    /// Changes the pen.
    pub(super) fn style(&mut self, style: Style) {
        let style = if self.linkless { Style { link: 0, ..style } } else { style };
        if style == self.pen {
            return;
        }
        if style.link != self.pen.link {
            self.out.extend_from_slice(b"\x1b]8;");
            if let Some(link) = self.state.links.link(style.link) {
                if let Some(id) = link.id() {
                    let _ = write!(self.out, "id={id}");
                }
                let _ = write!(self.out, ";{}", link.uri());
            } else {
                self.out.push(b';');
            }
            self.out.extend_from_slice(b"\x1b\\");
        }
        let link_free = |style: Style| Style { link: 0, bg: style.bg & !bg::EXTENDED, ..style };
        if link_free(style) != link_free(self.pen) {
            sgr(self.out, style);
        }
        self.pen = style;
    }

    /// Puts the pen into a known state after something else has changed it.
    pub(super) fn forget_pen(&mut self) {
        self.out.extend_from_slice(b"\x1b[m");
        self.pen = Style { link: self.pen.link, ..Style::default() };
    }

    fn cell_style(&mut self, index: u32) {
        self.style(*self.state.styles.style(index));
    }

    /// Erases cells to a style that is a background alone.
    pub(super) fn erase(&mut self, column: u16, count: u16, style: u32) {
        let background = Style { link: self.pen.link, ..self.state.styles.style(style).erased() };
        if self.pen.bg & COLOR_MASK != background.bg {
            self.style(background);
        }
        self.column(column);
        let _ = write!(self.out, "\x1b[{count}X");
    }

    fn is_background(&self, style: u32) -> bool {
        let style = self.state.styles.style(style);
        *style == style.erased()
    }

    /// Paints a line from column `from` on over a row that is erased to the style `fill`.
    pub(super) fn line(&mut self, line: &Line, from: u16, fill: u32) {
        let cells = line.trimmed();
        let end = (cells.len() as u16).min(self.cols);
        let mut dirty = None;
        if from + 1 < self.cols {
            let last = line.get(self.cols - 1);
            if is_null(last) && !self.is_background(last.style) {
                self.styled_null_at_end(last.style);
                dirty = Some(self.cols - 2);
            }
        }
        let mut column = from;
        while column < end && !self.is_over() {
            let cell = line.get(column);
            if !is_null(cell) {
                self.text(cell, column);
                column += 1;
                continue;
            }
            let mut stop = column + 1;
            while stop < end && line.get(stop) == cell {
                stop += 1;
            }
            dirty = self.nulls(column, stop, cell.style, fill, dirty);
            column = stop;
        }
        let tail = line.tail();
        if end.max(from) < self.cols {
            self.nulls(end.max(from), self.cols, tail, fill, dirty);
        }
    }

    /// Erased cells `start..end`. Returns the column behind, if making them left something there.
    fn nulls(&mut self, start: u16, end: u16, style: u32, fill: u32, dirty: Option<u16>) -> Option<u16> {
        if self.is_background(style) {
            if style != fill || dirty.is_some_and(|dirty| (start..end).contains(&dirty)) {
                self.erase(start, end - start, style);
            }
            return dirty.filter(|dirty| *dirty >= end);
        }
        // The last column was seen to at the line's start.
        let end = end.min(self.cols - 1);
        for column in start..end {
            if self.is_over() {
                break;
            }
            // Printing over the second half of a wide character erases its first half in the pen's style.
            self.column(column);
            self.out.extend_from_slice("\u{3000}".as_bytes());
            self.x = column + 2;
            self.column(column + 1);
            self.cell_style(style);
            self.out.push(b' ');
            self.x = column + 2;
        }
        if end < self.cols { Some(end) } else { None }
    }

    /// An erased cell in the last column with more than a background: what a wide character's second half becomes
    /// when its first is printed over.
    fn styled_null_at_end(&mut self, style: u32) {
        self.column(self.cols - 2);
        self.out.extend_from_slice("\u{3000}".as_bytes());
        self.x = self.cols;
        self.column(self.cols - 2);
        self.cell_style(style);
        self.out.push(b' ');
        self.x = self.cols - 1;
    }

    fn text(&mut self, cell: Cell, column: u16) {
        if cell.is_spacer() {
            return;
        }
        self.cell_style(cell.style);
        if cell.width() == 0 && self.x == column {
            // A mark that stands alone must not join what is before it: any sequence parts them.
            self.x = self.cols;
        }
        self.column(column);
        self.codes(cell);
        self.x = column + u16::from(cell.width().max(1));
    }

    /// Prints the characters of a line alone, without marks and styles.
    pub(super) fn characters(&mut self, line: &Line) {
        let end = line.text_len().min(self.cols);
        for cell in (0..end).map(|column| line.get(column)).filter(|cell| !cell.is_spacer()) {
            let code = match cell.width() {
                0 => None,
                _ if cell.is_cluster() => self.state.codes(cell).first().copied(),
                _ => cell.has_text().then(|| cell.text()),
            };
            utf8::push(self.out, code.unwrap_or(u32::from(b' ')));
        }
        self.x = self.cols;
    }

    /// Prints what is in a cell.
    pub(super) fn codes(&mut self, cell: Cell) {
        if cell.is_cluster() {
            self.state.codes(cell).into_iter().for_each(|code| utf8::push(self.out, code));
        } else {
            utf8::push(self.out, cell.text());
        }
    }

    /// Brings the cursor behind the last column by printing a space there.
    pub(super) fn behind_last_column(&mut self) {
        self.column(self.cols - 1);
        self.out.push(b' ');
        self.x = self.cols;
    }

    /// Gets from `above` to the line that continues it by printing on. Returns how many columns that painted, and
    /// the style that the rest of the row is erased to.
    pub(super) fn wrap_into(&mut self, above: &Line, line: &Line, scrolled: bool) -> (u16, u32) {
        let first = line.get(0);
        let last = above.get(self.cols - 1);
        let left_over = is_null(last) && first.width() == 2 && last.style == first.style;
        let mut mend = false;
        if left_over {
            self.column(self.cols - 1);
        } else if self.x != self.cols {
            mend = is_null(last) || last.width() == 0;
            if mend && !last.is_spacer() {
                self.behind_last_column();
            } else {
                self.reprint_last(above, last);
            }
        }
        let printable = first.has_text() && first.width() > 0;
        if printable {
            self.cell_style(first.style);
            self.codes(first);
        } else {
            self.style(Style { link: self.pen.link, ..Style::default() });
            self.out.push(b' ');
        }
        let width = if printable { u16::from(first.width()) } else { 1 };
        let fill = if scrolled { self.pen.erased() } else { Style::default() };
        self.x = width;
        if mend && !last.is_spacer() && self.state.rows > 1 {
            self.out.extend_from_slice(b"\x1b[A");
            self.mend_last(above, last);
            self.out.extend_from_slice(b"\x1b[B");
        }
        if fill != Style::default() && width < self.cols {
            // Back to a row in the default colour, which most lines have.
            self.erase(width, self.cols - width, 0);
        }
        if printable {
            (width, 0)
        } else {
            self.erase(0, 1, 0);
            (0, 0)
        }
    }

    /// Erases the last cell of a row again, which was printed on to get behind it.
    fn mend_last(&mut self, line: &Line, last: Cell) {
        if self.is_background(last.style) {
            self.erase(self.cols - 1, 1, last.style);
            return;
        }
        self.styled_null_at_end(last.style);
        let column = self.cols - 2;
        let before = line.get(column);
        if is_null(before) {
            self.nulls(column, column + 1, before.style, 0, Some(column));
        } else if before.is_spacer() && column > 0 {
            self.text(line.get(column - 1), column - 1);
        } else {
            self.text(before, column);
        }
    }

    /// Prints the last character of a line again to get behind it.
    fn reprint_last(&mut self, line: &Line, last: Cell) {
        let (column, cell) =
            if last.is_spacer() { (self.cols - 2, line.get(self.cols - 2)) } else { (self.cols - 1, last) };
        self.cell_style(cell.style);
        self.column(column);
        self.codes(cell);
        self.x = self.cols;
    }
}

fn is_null(cell: Cell) -> bool {
    !cell.has_text() && cell.width() == 1
}

/// The sequence that sets the pen to a style, links apart.
fn sgr(out: &mut Vec<u8>, style: Style) {
    out.extend_from_slice(b"\x1b[");
    let start = out.len();
    let flags = [
        (style.fg & fg::BOLD, ";1"),
        (style.bg & bg::DIM, ";2"),
        (style.bg & bg::ITALIC, ";3"),
        (style.fg & fg::BLINK, ";5"),
        (style.fg & fg::INVERSE, ";7"),
        (style.fg & fg::HIDDEN, ";8"),
        (style.fg & fg::STRIKE, ";9"),
        (style.bg & bg::OVERLINE, ";53"),
    ];
    for (_, code) in flags.iter().filter(|(set, _)| *set != 0) {
        out.extend_from_slice(code.as_bytes());
    }
    if style.fg & fg::UNDERLINE != 0 {
        match (style.ext & UNDERLINE_MASK) >> UNDERLINE_SHIFT {
            0 | 1 => out.extend_from_slice(b";4"),
            kind => {
                let _ = write!(out, ";4:{kind}");
            }
        }
    }
    color(out, Color::unpack(style.fg), 38);
    color(out, Color::unpack(style.bg), 48);
    color(out, Color::unpack(style.ext), 58);
    if out.len() > start {
        // All of it follows a reset.
        out.insert(start, b'0');
    }
    out.push(b'm');
    if style.bg & bg::PROTECTED != 0 {
        out.extend_from_slice(b"\x1b[1\"q");
    }
}

fn color(out: &mut Vec<u8>, color: Color, target: u8) {
    let _ = match color {
        Color::Default => Ok(()),
        Color::Base(n @ 0..8) if target != 58 => write!(out, ";{}", target - 8 + n),
        Color::Base(n @ 8..16) if target != 58 => write!(out, ";{}", target + 52 - 8 + n),
        // A snapshot from outside may name a base colour that there is not.
        Color::Base(n) | Color::Indexed(n) => write!(out, ";{target};5;{n}"),
        // Colons only where every terminal that knows the code knows them.
        Color::Rgb(r, g, b) if target == 58 => write!(out, ";58:2::{r}:{g}:{b}"),
        Color::Rgb(r, g, b) => write!(out, ";{target};2;{r};{g};{b}"),
    };
}
