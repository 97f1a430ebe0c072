//! Everything a screen shows and remembers as lines of text, in the same form as the xterm.js referee writes it.

mod losses;

use std::fmt::Write as _;

use crate::buffer::Buffer;
use crate::cell::Cell;
use crate::line::Line;
use crate::modes::{CursorShape, MouseEncoding, MouseProtocol};
use crate::screen::Screen;
use crate::state::State;
use crate::style::{Color, Style, UNDERLINE_MASK, UNDERLINE_SHIFT, bg, fg};

impl Screen {
    /// A dump to compare with `tests/xterm/referee.mjs`.
    pub fn dump(&self) -> String {
        let state = &self.state;
        let (buffer, modes) = (state.buffer(), &state.modes);
        let mut out = String::new();
        let flag = u8::from;
        let _ = writeln!(out, "size {}x{}", state.cols, state.rows);
        let _ = writeln!(out, "alt {}", flag(state.in_alternate));
        let _ = writeln!(out, "cursor {} {} base {}", buffer.x, buffer.y, buffer.base);
        let _ = writeln!(out, "region {} {}", buffer.top, buffer.bottom);
        let saved = &buffer.saved;
        let style = Style { fg: saved.fg, bg: saved.bg, ..Style::default() };
        let _ = writeln!(out, "saved {} {} {}", saved.x, saved.y, words(state, style));
        let tabs: Vec<String> =
            buffer.tabs.columns().filter(|c| *c < state.cols).map(|c| c.to_string()).collect();
        let _ = writeln!(out, "tabs {}", tabs.join(","));
        let _ = writeln!(
            out,
            "modes irm{} lnm{} ckm{} kpm{} om{} awm{} blink{} hidden{} rw{} focus{} paste{} sync{}",
            flag(modes.insert),
            flag(modes.newline),
            flag(modes.application_cursor),
            flag(modes.application_keypad),
            flag(modes.origin),
            flag(modes.autowrap),
            flag(modes.blink),
            flag(modes.cursor_hidden),
            flag(modes.reverse_wrap),
            flag(modes.focus_events),
            flag(modes.bracketed_paste),
            flag(modes.synchronized),
        );
        let mouse = match modes.mouse {
            MouseProtocol::Off => "NONE",
            MouseProtocol::X10 => "X10",
            MouseProtocol::Buttons => "VT200",
            MouseProtocol::Drag => "DRAG",
            MouseProtocol::Any => "ANY",
        };
        let encoding = match modes.mouse_encoding {
            MouseEncoding::Default => "DEFAULT",
            MouseEncoding::Sgr => "SGR",
            MouseEncoding::SgrPixels => "SGR_PIXELS",
        };
        let shape = match modes.cursor_shape {
            CursorShape::Default => "undefined",
            CursorShape::Block => "block",
            CursorShape::Underline => "underline",
            CursorShape::Bar => "bar",
        };
        let blink = modes.cursor_blink.map_or("undefined".to_owned(), |blink| blink.to_string());
        let _ = writeln!(out, "mouse {mouse} {encoding} cursor {shape} {blink}");
        let _ = writeln!(out, "title {}", hex(state.titles.title.as_bytes()));
        let _ = writeln!(out, "pen {}", words(state, state.pen));
        dump_lines(&mut out, state, &state.normal, 'N');
        if state.in_alternate {
            dump_lines(&mut out, state, &state.alternate, 'A');
        }
        out
    }
}

fn dump_lines(out: &mut String, state: &State, buffer: &Buffer, name: char) {
    for (index, line) in buffer.lines.iter().enumerate() {
        let _ = write!(out, "{name}{index} w{}", u8::from(line.wrapped && index > 0));
        dump_cells(out, state, line);
        out.push('\n');
    }
}

fn dump_cells(out: &mut String, state: &State, line: &Line) {
    let mut runs: Vec<(usize, Cell)> = Vec::new();
    for column in 0..state.cols {
        let cell = line.get(column);
        match runs.last_mut() {
            Some((count, last)) if *last == cell => *count += 1,
            _ => runs.push((1, cell)),
        }
    }
    if runs.last().is_some_and(|(_, cell)| *cell == Cell::null(0)) {
        runs.pop();
    }
    for (count, cell) in runs {
        let codes: Vec<String> = state.codes(cell).iter().map(|code| format!("{code:x}")).collect();
        let _ = write!(out, " {count}x{}/{}", codes.join("+"), cell.width());
        if cell.style != 0 {
            let _ = write!(out, "/{}", words(state, *state.styles.style(cell.style)));
        }
    }
}

/// Foreground, background, underline kind, underline colour, link.
fn words(state: &State, style: Style) -> String {
    let style = style.normalized();
    let kind = match (style.ext & UNDERLINE_MASK) >> UNDERLINE_SHIFT {
        _ if style.fg & fg::UNDERLINE == 0 => 0,
        kind => kind.max(1),
    };
    let color = Color::unpack(style.ext).pack();
    let link = state.links.link(style.link).map_or(String::new(), |link| {
        format!("{}@{}", hex(link.id().unwrap_or("").as_bytes()), hex(link.uri().as_bytes()))
    });
    format!("{:x}/{:x}/{kind}/{color:x}/{link}", style.fg, style.bg & !bg::EXTENDED)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
