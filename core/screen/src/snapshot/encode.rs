//! The binary form: a head, tables, then line after line, each with its runs and their text in place.
//!
//! ```text
//! "JS" version | head | styles | links | lines     (each part: length, bytes)
//! line = flags [width] [tail] [born] run* 0        run = length and kind, style, text or marks
//! ```

use super::wire::{put, put_bytes, put_option, put_option_bytes};
use super::{MAGIC, Selection, VERSION};
use crate::blocks::{Blocks, Place};
use crate::buffer::Buffer;
use crate::cell::{Cell, Printable};
use crate::line::Line;
use crate::modes::Modes;
use crate::palette::Slot;
use crate::screen::{Screen, Start};
use crate::state::State;
use crate::utf8;

/// Kinds of runs, in the low two bits of a run's first number; the count of cells is above them.
pub(super) mod kind {
    /// Printable ASCII: a byte for each cell.
    pub(crate) const ASCII: u64 = 0;
    /// Erased cells.
    pub(crate) const NULL: u64 = 1;
    /// Combining marks that stand alone, a code point for each cell.
    pub(crate) const MARK: u64 = 2;
    /// Printed characters, as UTF-8 with its length in bytes; widths follow from the tables.
    pub(crate) const TEXT: u64 = 3;
}

/// Flags of a line.
pub(super) mod flag {
    pub(crate) const WRAPPED: u64 = 1;
    /// The line's width differs from the screen's.
    pub(crate) const WIDTH: u64 = 2;
    /// The tail is not of the default style.
    pub(crate) const TAIL: u64 = 4;
    /// The generation differs from the line's before.
    pub(crate) const BORN: u64 = 8;
}

/// The bytes, and the cells that they make whoever decodes them store.
pub(crate) fn encode(screen: &Screen, start: Start) -> (Vec<u8>, usize) {
    let state = &screen.state;
    let selection = Selection::new(screen, start);
    let mut encoder = Encoder::new(state);
    encoder.buffer(&state.normal, Some(selection));
    encoder.buffer(&state.alternate, None);
    let mut head = Vec::new();
    write_head(&mut head, screen, selection, &mut encoder);
    let mut out = Vec::with_capacity(head.len() + encoder.lines.len() + 1024);
    out.extend_from_slice(&MAGIC);
    out.push(VERSION);
    put_bytes(&mut out, &head);
    put_bytes(&mut out, &encoder.style_part());
    put_bytes(&mut out, &encoder.link_part());
    put_bytes(&mut out, &encoder.lines);
    (out, encoder.cells)
}

struct Encoder<'a> {
    state: &'a State,
    /// The number of each style in this snapshot, by index; 0 is the default style, `UNUSED` none yet.
    numbers: Vec<u32>,
    styles: Vec<u32>,
    link_numbers: Vec<u32>,
    links: Vec<u32>,
    lines: Vec<u8>,
    /// Cells in those lines.
    cells: usize,
    /// The text of the run at hand.
    text: Vec<u8>,
}

const UNUSED: u32 = u32::MAX;

impl<'a> Encoder<'a> {
    fn new(state: &'a State) -> Self {
        let mut numbers = vec![UNUSED; state.styles.len()];
        numbers[0] = 0;
        Self {
            state,
            numbers,
            styles: Vec::new(),
            link_numbers: vec![0; state.links.len() + 1],
            links: Vec::new(),
            lines: Vec::new(),
            cells: 0,
            text: Vec::new(),
        }
    }

    #[inline]
    fn number(&mut self, style: u32) -> u32 {
        let number = self.numbers[style as usize];
        if number != UNUSED {
            return number;
        }
        self.styles.push(style);
        let number = self.styles.len() as u32;
        self.numbers[style as usize] = number;
        number
    }

    fn link_number(&mut self, link: u32) -> u32 {
        let Some(&number) = self.link_numbers.get(link as usize) else { return 0 };
        if link == 0 || number != 0 || self.state.links.link(link).is_none() {
            return number;
        }
        self.links.push(link);
        self.link_numbers[link as usize] = self.links.len() as u32;
        self.links.len() as u32
    }

    fn style_part(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.styles.len() as u64);
        for style in std::mem::take(&mut self.styles) {
            let style = *self.state.styles.style(style);
            for word in [style.fg, style.bg, style.ext, self.link_number(style.link)] {
                put(&mut out, u64::from(word));
            }
        }
        out
    }

    fn link_part(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.links.len() as u64);
        for link in self.links.iter().filter_map(|&link| self.state.links.link(link)) {
            put_option_bytes(&mut out, link.id());
            put_bytes(&mut out, link.uri().as_bytes());
        }
        out
    }

    fn buffer(&mut self, buffer: &Buffer, selection: Option<Selection>) {
        let first = selection.map_or(0, |selection| selection.first);
        put(&mut self.lines, (buffer.lines.len() - first) as u64);
        let mut born = 0;
        for index in first..buffer.lines.len() {
            let line = &buffer.lines[index];
            match selection {
                Some(selection) if !selection.shows(line) => {
                    let blank = Line::blank(buffer.cols, 0, line.born);
                    self.line(&blank, false, buffer.cols, &mut born);
                }
                Some(selection) => {
                    let wrapped = if selection.first == 0 && index == 0 {
                        line.wrapped
                    } else {
                        selection.wraps(|index| buffer.lines.get(index), index)
                    };
                    self.line(line, wrapped, buffer.cols, &mut born);
                }
                None => self.line(line, line.wrapped, buffer.cols, &mut born),
            }
        }
    }

    fn line(&mut self, line: &Line, wrapped: bool, cols: u16, born: &mut u32) {
        let mut flags = 0;
        if wrapped {
            flags |= flag::WRAPPED;
        }
        if line.width() != cols {
            flags |= flag::WIDTH;
        }
        if line.tail() != 0 {
            flags |= flag::TAIL;
        }
        if line.born != *born {
            flags |= flag::BORN;
        }
        put(&mut self.lines, flags);
        if flags & flag::WIDTH != 0 {
            put(&mut self.lines, u64::from(line.width()));
        }
        if flags & flag::TAIL != 0 {
            let tail = self.number(line.tail());
            put(&mut self.lines, u64::from(tail));
        }
        if flags & flag::BORN != 0 {
            put(&mut self.lines, u64::from(line.born));
            *born = line.born;
        }
        let mended;
        let cells = if line.width() > self.state.cols {
            // Halves of wide characters can lie beyond the margin, where printing does not mend them.
            mended = line.mended();
            mended.trimmed()
        } else {
            line.trimmed()
        };
        self.cells += cells.len();
        let mut at = 0;
        while at < cells.len() {
            at += self.run(&cells[at..]);
        }
        self.lines.push(0);
    }

    /// Writes the run at the start of these cells. Returns its length.
    fn run(&mut self, cells: &[Cell]) -> usize {
        let style = cells[0].style;
        let mut len = 0;
        self.text.clear();
        while len < cells.len() && cells[len].style == style {
            let ascii = ascii_run(&cells[len..], style, &mut self.text);
            len += ascii;
            if ascii == 0 {
                let taken = self.character(&cells[len..]);
                if taken == 0 {
                    break;
                }
                len += taken;
            }
        }
        if len > 0 {
            if self.text.is_ascii() {
                self.put_run(len, kind::ASCII, style);
                self.lines.extend_from_slice(&self.text);
            } else {
                self.put_run(len, kind::TEXT, style);
                put_bytes(&mut self.lines, &self.text);
            }
            return len;
        }
        let nulls = cells.iter().take_while(|cell| **cell == Cell::null(style)).count();
        if nulls > 0 {
            self.put_run(nulls, kind::NULL, style);
            return nulls;
        }
        // What is neither printed nor erased is a mark that stands alone.
        self.put_run(1, kind::MARK, style);
        put(&mut self.lines, u64::from(cells[0].text()));
        1
    }

    fn put_run(&mut self, len: usize, kind: u64, style: u32) {
        let number = self.number(style);
        put(&mut self.lines, (len as u64) << 2 | kind);
        put(&mut self.lines, u64::from(number));
    }

    /// Writes one printed character if its cells are as printing leaves them. Returns how many cells it took.
    fn character(&mut self, cells: &[Cell]) -> usize {
        let cell = cells[0];
        if !cell.has_text() || cell.width() == 0 {
            return 0;
        }
        let taken = usize::from(cell.width());
        if taken == 2 && cells.get(1).is_none_or(|next| !next.is_spacer() || next.style != cell.style) {
            return 0;
        }
        if !cell.is_cluster() {
            utf8::push(&mut self.text, cell.text());
            return taken;
        }
        self.state.codes(cell).into_iter().for_each(|code| utf8::push(&mut self.text, code));
        taken
    }
}

/// Writes the leading printable ASCII of one style. Returns its length.
#[inline]
fn ascii_run(cells: &[Cell], style: u32, text: &mut Vec<u8>) -> usize {
    let is_ascii = |cell: &Cell| {
        (0x20..0x7f).contains(&cell.text())
            && *cell == Cell::new(Printable::ascii(cell.text() as u8), 1, style)
    };
    let len = cells.iter().take_while(|cell| is_ascii(cell)).count();
    text.extend(cells[..len].iter().map(|cell| cell.text() as u8));
    len
}

fn write_head(out: &mut Vec<u8>, screen: &Screen, selection: Selection, encoder: &mut Encoder<'_>) {
    let state = &screen.state;
    put(out, u64::from(state.cols));
    put(out, u64::from(state.rows));
    put(out, state.options.scrollback as u64);
    out.push(state.options.widths as u8);
    out.push(u8::from(state.in_alternate));
    write_buffer(out, &state.normal, selection.first);
    write_buffer(out, &state.alternate, 0);
    let pen = state.pen;
    for word in [pen.fg, pen.bg, pen.ext, encoder.link_number(pen.link)] {
        put(out, u64::from(word));
    }
    write_modes(out, &state.modes);
    out.push(state.charset.final_byte());
    out.extend(state.charsets.iter().map(|charset| charset.final_byte()));
    out.push(state.shift);
    out.push(state.join);
    out.push(u8::from(state.in_text));
    put(out, u64::from(state.work.left));
    let titles = &state.titles;
    for text in [&titles.title, &titles.icon] {
        put_bytes(out, text.as_bytes());
    }
    for stack in [&titles.title_stack, &titles.icon_stack] {
        put(out, stack.len() as u64);
        stack.iter().for_each(|text| put_bytes(out, text.as_bytes()));
    }
    put(out, state.palette.iter().count() as u64);
    for (slot, color) in state.palette.iter() {
        let number = match slot {
            Slot::Indexed(index) => u64::from(index),
            Slot::Foreground => 256,
            Slot::Background => 257,
            Slot::Cursor => 258,
        };
        put(out, number);
        out.extend_from_slice(&color);
    }
    put(out, u64::from(state.generation));
    write_blocks(out, &state.blocks, selection.generation);
    put_bytes(out, &screen.scanner.pending());
}

fn write_buffer(out: &mut Vec<u8>, buffer: &Buffer, first: usize) {
    put(out, buffer.dropped + first as u64);
    for value in [buffer.x, buffer.y, buffer.top, buffer.bottom] {
        put(out, u64::from(value));
    }
    let tabs: Vec<u16> = buffer.tabs.columns().collect();
    put(out, tabs.len() as u64);
    tabs.iter().for_each(|&column| put(out, u64::from(column)));
    let saved = &buffer.saved;
    put(out, u64::from(saved.x));
    put(out, saved.y.saturating_sub(first) as u64);
    put(out, u64::from(saved.fg));
    put(out, u64::from(saved.bg));
    out.push(saved.charset.final_byte());
}

fn write_modes(out: &mut Vec<u8>, modes: &Modes) {
    let bits =
        mode_flags(&mut modes.clone()).iter().rev().fold(0, |bits, flag| bits << 1 | u64::from(**flag));
    put(out, bits);
    out.push(modes.mouse as u8);
    out.push(modes.mouse_encoding as u8);
    out.push(modes.cursor_shape as u8);
    put_option(out, modes.cursor_blink.map(u64::from));
}

/// The flags among the modes, in the order of their bits.
pub(super) fn mode_flags(modes: &mut Modes) -> [&mut bool; 12] {
    [
        &mut modes.insert,
        &mut modes.newline,
        &mut modes.application_cursor,
        &mut modes.application_keypad,
        &mut modes.origin,
        &mut modes.autowrap,
        &mut modes.blink,
        &mut modes.cursor_hidden,
        &mut modes.reverse_wrap,
        &mut modes.focus_events,
        &mut modes.bracketed_paste,
        &mut modes.synchronized,
    ]
}

fn write_blocks(out: &mut Vec<u8>, blocks: &Blocks, generation: u32) {
    let shown: Vec<_> = blocks.list.iter().filter(|block| block.generation >= generation).collect();
    put(out, shown.len() as u64);
    for block in shown {
        put(out, block.id.0);
        put_option_bytes(out, block.command_line.as_deref());
        put_option_bytes(out, block.cwd.as_deref());
        put_option(out, block.exit_code.map(|code| u64::from(code as u32)));
        put(out, block.started);
        put_option(out, block.finished);
        out.push(u8::from(block.proven) | u8::from(block.erased) << 1);
        for place in [block.prompt, block.output, block.end] {
            write_place(out, place);
        }
        put(out, u64::from(block.generation));
    }
    put(out, blocks.next_id);
    for place in [blocks.prompt, blocks.command] {
        out.push(u8::from(place.is_some()));
        if let Some(place) = place {
            write_place(out, place);
        }
    }
    put_option_bytes(out, blocks.announced.as_ref().map(|line| line.text.as_str()));
    put_option_bytes(out, blocks.cwd.as_deref());
    let if_typed = blocks.announced.as_ref().is_some_and(|line| line.if_typed);
    out.push(u8::from(blocks.running) | u8::from(blocks.proves) << 1 | u8::from(if_typed) << 2);
    put(out, u64::from(blocks.generation));
}

fn write_place(out: &mut Vec<u8>, place: Place) {
    put(out, place.line);
    put(out, u64::from(place.column));
}
