//! A buffer of cells as bytes for the terminal.

use std::fmt::Write as _;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::Line,
};
use unicode_width::UnicodeWidthStr as _;

/// Before anything of ours is drawn over a program's picture: nothing the program left set may distort it.
const PLAIN: &str = "\x1b[?2026l\x1b[?25l\x1b[?6l\x1b[?7h\x1b[4l\x1b[r\x1b(B\x0f";

/// Draws this part of the buffer at its place; afterwards the pen is plain and the cursor hidden.
pub(crate) fn paint(buffer: &Buffer, area: Rect) -> Vec<u8> {
    let mut out = String::from("\x1b[?2026h");
    out.push_str(&PLAIN["\x1b[?2026l".len()..]);
    for y in area.top()..area.bottom() {
        let _ = write!(out, "\x1b[{};{}H", y + 1, area.x + 1);
        cells(buffer, Rect { y, height: 1, ..area }, &mut out);
    }
    out.push_str("\x1b[m\x1b[?2026l");
    out.into_bytes()
}

/// The first row of a buffer, from where the cursor is.
pub(crate) fn row(buffer: &Buffer) -> String {
    let mut out = String::new();
    cells(buffer, buffer.area, &mut out);
    out
}

/// A line of any length, from where the cursor is; afterwards the pen is plain.
pub(crate) fn line(line: &Line<'_>) -> String {
    let mut out = String::new();
    for span in &line.spans {
        if span.style == Style::new() {
            out.push_str(&span.content);
        } else {
            sgr(span.style, &mut out);
            out.push_str(&span.content);
            out.push_str("\x1b[m");
        }
    }
    out
}

fn cells(buffer: &Buffer, row: Rect, out: &mut String) {
    let mut pen = None;
    let mut x = row.left();
    while x < row.right() {
        let Some(cell) = buffer.cell((x, row.y)) else { break };
        let style = cell.style();
        if pen != Some(style) {
            sgr(style, out);
            pen = Some(style);
        }
        out.push_str(cell.symbol());
        x += u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
    }
}

fn sgr(style: Style, out: &mut String) {
    out.push_str("\x1b[0");
    let codes = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
    ];
    for (modifier, code) in codes {
        if style.add_modifier.contains(modifier) {
            let _ = write!(out, ";{code}");
        }
    }
    color(style.fg, 30, out);
    color(style.bg, 40, out);
    out.push('m');
}

/// The colours that are used here: the terminal's own base ones, which its person chose.
fn color(color: Option<Color>, base: u8, out: &mut String) {
    let code = match color {
        Some(Color::Black) => 0,
        Some(Color::Red) => 1,
        Some(Color::Green) => 2,
        Some(Color::Yellow) => 3,
        Some(Color::Blue) => 4,
        Some(Color::Magenta) => 5,
        Some(Color::Cyan) => 6,
        Some(Color::Gray) => 7,
        _ => return,
    };
    let _ = write!(out, ";{}", base + code);
}

#[cfg(test)]
mod tests {
    use jumpseat_screen::{Options, Screen};
    use ratatui::widgets::Widget as _;

    use super::*;

    #[test]
    fn it_lands_where_it_belongs_whatever_was_set() {
        let mut screen = Screen::new(Options { cols: 20, rows: 5, ..Options::default() });
        // A scroll region with rows counted from it, the drawing set, insert mode.
        screen.feed(0, b"\x1b[3;4r\x1b[?6h\x1b(0\x1b[4h");
        let area = Rect { x: 2, y: 1, width: 10, height: 1 };
        let mut buffer = Buffer::empty(Rect { x: 0, y: 0, width: 20, height: 5 });
        Line::styled("hello 山", Style::new().fg(Color::Yellow)).render(area, &mut buffer);
        screen.feed(0, &paint(&buffer, area));
        assert_eq!(screen.row(1).text(), "  hello 山");
        assert_eq!(screen.row(0).text(), "");
    }
}
