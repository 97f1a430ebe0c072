//! All that is not cells: titles, colours, tab stops, region, modes, and at last the cursor as it stands.

use std::io::Write as _;

use super::paint::Painter;
use crate::buffer::{Buffer, TabStops};
use crate::cell::Cell;
use crate::charset::Charset;
use crate::modes::{CursorShape, Modes};
use crate::palette::Slot;
use crate::snapshot::encode::mode_flags;
use crate::style::Style;

pub(super) fn titles_and_colors(painter: &mut Painter<'_>) {
    let titles = &painter.state.titles;
    let out = &mut *painter.out;
    for (texts, last, command, push) in
        [(&titles.title_stack, &titles.title, 2, 2), (&titles.icon_stack, &titles.icon, 1, 1)]
    {
        for text in texts {
            let _ = write!(out, "\x1b]{command};{text}\x1b\\\x1b[22;{push}t");
        }
        if !last.is_empty() || !texts.is_empty() {
            let _ = write!(out, "\x1b]{command};{last}\x1b\\");
        }
    }
    for (slot, [r, g, b]) in painter.state.palette.iter() {
        let _ = match slot {
            Slot::Indexed(index) => write!(out, "\x1b]4;{index}"),
            Slot::Foreground => write!(out, "\x1b]10"),
            Slot::Background => write!(out, "\x1b]11"),
            Slot::Cursor => write!(out, "\x1b]12"),
        };
        let _ = write!(out, ";rgb:{r:02x}/{g:02x}/{b:02x}\x1b\\");
    }
}

/// Tab stops and scroll region of a buffer that is shown. Moves the cursor.
pub(super) fn tabs_and_region(painter: &mut Painter<'_>, buffer: &Buffer) {
    if buffer.tabs != TabStops::every_eight(buffer.cols) {
        painter.out.extend_from_slice(b"\x1b[3g");
        for column in buffer.tabs.columns().filter(|column| *column < buffer.cols) {
            let _ = write!(painter.out, "\x1b[{}G\x1bH", column + 1);
        }
    }
    if buffer.top > 0 || buffer.bottom + 1 < buffer.rows {
        let _ = write!(painter.out, "\x1b[{};{}r", buffer.top + 1, buffer.bottom + 1);
    }
    painter.goto(0, 0);
}

/// Codes of the flags among the modes, in the order of `mode_flags`; insert mode and autowrap come with the cursor.
const CODES: [&str; 12] = ["", "20", "?1", "?66", "?6", "", "?12", "", "?45", "?1004", "?2004", "?2026"];

/// Modes and character sets. On a terminal that is not fresh, `all` resets what is off.
pub(super) fn modes(painter: &mut Painter<'_>, all: bool) {
    let state = painter.state;
    let modes = &state.modes;
    let out = &mut *painter.out;
    for (slot, charset) in state.charsets.iter().enumerate() {
        if *charset != Charset::ASCII || all {
            let _ = write!(out, "\x1b{}{}", ['(', ')', '*', '+'][slot], char::from(charset.final_byte()));
        }
    }
    match state.shift {
        0 if all => out.push(0x0f),
        1 => out.push(0x0e),
        2 => out.extend_from_slice(b"\x1bn"),
        3 => out.extend_from_slice(b"\x1bo"),
        _ => {}
    }
    if state.charset != state.charsets[usize::from(state.shift)] {
        // Only restoring a cursor brings a set into use that is not selected.
        out.extend_from_slice(b"\x1b8");
        painter.forget_pen();
    }
    let out = &mut *painter.out;
    let (mut flags, mut defaults) = (*modes, Modes::default());
    for ((flag, default), code) in
        mode_flags(&mut flags).into_iter().zip(mode_flags(&mut defaults)).zip(CODES)
    {
        if all && code == "?2026" {
            // A repaint is a frame of its own: it must not leave output held back.
            continue;
        }
        if !code.is_empty() && (*flag != *default || (all && code != "?12")) {
            let _ = write!(out, "\x1b[{code}{}", if *flag { 'h' } else { 'l' });
        }
    }
    if all {
        out.extend_from_slice(b"\x1b[?1003l\x1b[?1006l");
    }
    for mode in [modes.mouse.mode(), modes.mouse_encoding.mode()].into_iter().flatten() {
        let _ = write!(out, "\x1b[?{mode}h");
    }
    let style = match (modes.cursor_shape, modes.cursor_blink) {
        (CursorShape::Default, None) if all => 0,
        (_, None) => return,
        (CursorShape::Default, Some(blink)) => 8 - u8::from(blink),
        (CursorShape::Block, Some(blink)) => 2 - u8::from(blink),
        (CursorShape::Underline, Some(blink)) => 4 - u8::from(blink),
        (CursorShape::Bar, Some(blink)) => 6 - u8::from(blink),
    };
    let _ = write!(out, "\x1b[{style} q");
}

/// The cursor with its pen, a pending wrap, and the character that a mark may yet join. Comes last.
pub(super) fn cursor(painter: &mut Painter<'_>, real: bool) {
    let state = painter.state;
    let (buffer, modes) = (state.buffer(), &state.modes);
    let row = if modes.origin { buffer.y.saturating_sub(buffer.top) } else { buffer.y };
    let (x, cols) = (buffer.x, state.cols);
    let last = last_printed(buffer, state.join.max(1));
    let waits = x >= cols;
    if waits && state.join == 0 {
        pending_wrap(painter, buffer, row, last, real);
    }
    if modes.insert {
        painter.out.extend_from_slice(b"\x1b[4h");
    }
    if !modes.autowrap {
        painter.out.extend_from_slice(b"\x1b[?7l");
    }
    if modes.cursor_hidden || real {
        painter.out.extend_from_slice(if modes.cursor_hidden { b"\x1b[?25l" } else { b"\x1b[?25h" });
    }
    match last.filter(|_| state.join != 0) {
        Some((column, cell)) => {
            painter.goto(row, column);
            painter.style(state.pen);
            if modes.insert {
                // Makes room, so that inserting the character again leaves the line as it was.
                let _ = write!(painter.out, "\x1b[{}P", cell.width());
            }
            painter.codes(cell);
        }
        None => {
            if !waits {
                painter.goto(row, x);
            }
            painter.style(state.pen);
        }
    }
}

/// The character before the cursor, if it can be printed again.
fn last_printed(buffer: &Buffer, width: u8) -> Option<(u16, Cell)> {
    let line = buffer.row(buffer.y)?;
    let column = buffer.x.checked_sub(u16::from(width))?;
    let cell = line.get(column);
    if cell.is_spacer() {
        let wide = line.get(column.checked_sub(1)?);
        return (wide.width() == 2).then_some((column - 1, wide));
    }
    (cell.has_text() && cell.width() > 0).then_some((column, cell))
}

/// Puts the cursor behind the last column without changing the row.
fn pending_wrap(painter: &mut Painter<'_>, buffer: &Buffer, row: u16, last: Option<(u16, Cell)>, real: bool) {
    if !painter.state.in_alternate && !real {
        // The cursor keeps its place when the alternate screen, empty as it is, is left again.
        painter.out.extend_from_slice(b"\x1b[?47h");
        painter.goto(buffer.y, painter.state.cols - 1);
        painter.out.extend_from_slice(b" \x1b[?47l");
        return;
    }
    if let Some((column, cell)) = last {
        painter.goto(row, column);
        painter.style(*painter.state.styles.style(cell.style));
        painter.codes(cell);
        return;
    }
    painter.goto(row, painter.state.cols - 1);
    let blank = buffer.row(buffer.y).filter(|line| line.trimmed().is_empty());
    if let Some(line) = blank {
        // A row that was erased under a waiting cursor: erase it again.
        painter.style(painter.state.styles.style(line.tail()).erased());
        painter.out.extend_from_slice(b" \x1b[1K");
    } else {
        painter.style(Style::default());
    }
}
