//! What the ANSI form cannot express: states that no sequence produces from outside. `docs/design/screen.md` lists
//! them for readers; the tests use this to know when to expect less than everything.

use crate::buffer::{Buffer, Saved};
use crate::cell::Cell;
use crate::charset::Charset;
use crate::line::Line;
use crate::screen::Screen;
use crate::state::State;
use crate::style::{Style, UNDERLINE_MASK, bg, fg};

impl Screen {
    /// What of this screen `write_ansi` cannot hand on, in words; nothing for nearly every screen.
    pub fn ansi_losses(&self) -> Vec<&'static str> {
        let state = &self.state;
        let buffer = state.buffer();
        let mut losses = Vec::new();
        let mut note = |lost: bool, what| {
            if lost {
                losses.push(what);
            }
        };
        note(state.rows == 1, "one row: lines scroll out before they can be mended");
        note(buffer.x > state.cols, "a lone mark behind a pending wrap");
        note(!is_consistent(state.pen), "a pen whose underline or link a restored cursor hid");
        note(
            state.charset != state.charsets[usize::from(state.shift)]
                && state.charset != buffer.saved.charset,
            "a character set that is neither selected nor saved",
        );
        note(pending_is_lost(state, buffer), "a wrap pending behind an erased cell of the alternate screen");
        note(join_is_lost(state, buffer), "a character to combine with that cannot be printed again");
        note(
            state.modes.origin && !(buffer.top..=buffer.bottom).contains(&buffer.y),
            "a cursor outside the region in origin mode",
        );
        note(
            !state.in_alternate && state.alternate.saved != Saved::default(),
            "the hidden screen's saved cursor",
        );
        let shown: &[&Buffer] =
            if state.in_alternate { &[&state.normal, &state.alternate] } else { &[&state.normal] };
        for buffer in shown {
            let first = buffer.lines.front().filter(|line| line.wrapped);
            note(
                first.is_some_and(|line| buffer.base == 0 || line.get(line.text_len()).style != 0),
                "that the first line continues one that was dropped",
            );
        }
        for buffer in shown {
            note(buffer.tabs.columns().any(|column| column >= state.cols), "tab stops beyond the margin");
            let saved = &buffer.saved;
            note(saved.y >= buffer.lines.len(), "a saved cursor below the screen");
            note(
                (saved.bg & bg::EXTENDED != 0) != (saved.fg & fg::UNDERLINE != 0),
                "a saved pen with a link or a hidden underline",
            );
            note(buffer.lines.iter().any(|line| line.width() != state.cols), "cells beyond the margin");
            note(
                buffer.lines.iter().any(|line| is_irregular(state, line)),
                "halves of wide characters and the like",
            );
        }
        losses
    }
}

/// Whether the flags say what the words hold.
fn is_consistent(style: Style) -> bool {
    let kind = style.ext & UNDERLINE_MASK != 0;
    (style.bg & bg::EXTENDED != 0) == (kind || style.link != 0) && (style.fg & fg::UNDERLINE != 0) == kind
}

fn is_irregular(state: &State, line: &Line) -> bool {
    let mut column = 0;
    while column < line.width() {
        let cell = line.get(column);
        let codes = state.codes(cell);
        let own = codes.first().map(|code| state.options.widths.width(*code));
        let style = state.styles.style(cell.style);
        let hidden = style.bg & bg::EXTENDED != 0 && style.link == 0 && !is_consistent(*style);
        let wide = cell.width() == 2;
        let halved = wide
            && (column + 1 >= line.width()
                || !line.get(column + 1).is_spacer()
                || line.get(column + 1).style != cell.style);
        let odd = match own {
            Some(0) => codes.len() > 1 || cell.width() != 0,
            Some(width) => width != cell.width(),
            None => cell.width() != 1,
        };
        if hidden || halved || odd {
            return true;
        }
        column += u16::from(cell.width().max(1));
    }
    false
}

fn before_cursor(buffer: &Buffer, width: u8) -> Option<Cell> {
    let line = buffer.row(buffer.y)?;
    let column = buffer.x.checked_sub(u16::from(width))?;
    let cell = line.get(column);
    let cell = if cell.is_spacer() { line.get(column.checked_sub(1)?) } else { cell };
    (cell.has_text() && cell.width() > 0).then_some(cell)
}

fn pending_is_lost(state: &State, buffer: &Buffer) -> bool {
    let blank = |line: &Line| line.trimmed().is_empty();
    state.in_alternate
        && buffer.x >= state.cols
        && state.join == 0
        && before_cursor(buffer, 1).is_none()
        && !buffer.row(buffer.y).is_some_and(blank)
}

fn join_is_lost(state: &State, buffer: &Buffer) -> bool {
    if state.join == 0 {
        return false;
    }
    let Some(cell) = before_cursor(buffer, state.join) else { return true };
    let codes = state.codes(cell);
    let remapped = |code: &u32| {
        state.charset != Charset::ASCII && *code < 127 && state.charset.map(*code as u8).code() != *code
    };
    cell.width() != state.join
        || *state.styles.style(cell.style) != state.pen.normalized()
        || codes.iter().any(remapped)
}
