//! Reading the binary form. The bytes may come from anyone: nothing panics, nothing grows past the limits, and nothing is
//! accepted that a screen which was fed could not hold (JS-SNAP-6).

use std::collections::VecDeque;

use super::encode::{flag, kind, mode_flags};
use super::error::DecodeError;
use super::wire::Reader;
use super::{MAGIC, VERSION};
use crate::blocks::{self, Block, BlockId, Blocks, MAX_BLOCKS, MAX_TEXT, MAX_TEXTS, Place};
use crate::buffer::{Buffer, Saved, TabStops};
use crate::cell::{Cell, Printable};
use crate::charset::Charset;
use crate::line::Line;
use crate::link::{Link, MAX_URI};
use crate::modes::{CursorShape, Modes, MouseEncoding, MouseProtocol};
use crate::options::Options;
use crate::palette::Slot;
use crate::scan::Scanner;
use crate::screen::Screen;
use crate::state::State;
use crate::style::Style;
use crate::text;
use crate::utf8::{self, Decoded};
use crate::{MAX_SCROLLBACK, MAX_SIZE, MIN_CELLS, Widths};

/// What decoding may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a snapshot, uncompressed.
    pub bytes: usize,
    /// Cells stored in all lines together; eight bytes each.
    pub cells: usize,
    /// Lines above the viewport that the screen keeps, whatever its sender keeps.
    pub scrollback: usize,
    /// What the screen may store from then on: [`Options::cells`].
    pub keep: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // 100,000 lines of 80 columns; a snapshot of 10,000 typical lines has 1 MB and 0.6 million cells.
        let Options { scrollback, cells, .. } = Options::default();
        Self { bytes: 32 << 20, cells: 8 << 20, scrollback, keep: cells }
    }
}

/// Longest sequence or character that may be cut off at the end; the scanner's limit for an OSC.
const MAX_PENDING: usize = 64 * 1024 + 16;
const MAX_STYLES: u64 = 1 << 16;
const MAX_LINKS: u64 = 4096;

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Screen, DecodeError> {
    if bytes.len() > limits.bytes {
        return Err(DecodeError::TooLarge);
    }
    let mut reader = Reader { bytes };
    if reader.take(2)? != MAGIC || reader.byte()? != VERSION {
        return Err(DecodeError::Version);
    }
    let mut part = || reader.string(limits.bytes).map(|bytes| Reader { bytes });
    let (mut head, mut styles, mut links) = (part()?, part()?, part()?);
    let lines = part()?;
    reader.end()?;

    let options = read_options(&mut head, limits)?;
    let mut state = State::new(options);
    let links = read_links(&mut links, &mut state)?;
    let styles = read_styles(&mut styles, &links, &mut state)?;
    state.in_alternate = read_bool(&mut head)?;
    let mut decoder = Decoder { lines, styles, cells_left: limits.cells, cells: Vec::new() };
    read_buffer(&mut head, &mut state.normal)?;
    state.normal.lines = decoder.buffer(&mut state)?;
    read_buffer(&mut head, &mut state.alternate)?;
    state.alternate.lines = decoder.buffer(&mut state)?;
    decoder.end()?;
    check_lines(&mut state, limits)?;

    let words = [head.word()?, head.word()?, head.word()?, head.word()?];
    let link = *links.get(words[3] as usize).ok_or(DecodeError::Malformed("link"))?;
    state.pen = Style { fg: words[0], bg: words[1], ext: words[2], link };
    state.modes = read_modes(&mut head)?;
    state.charset = read_charset(&mut head)?;
    for slot in 0..4 {
        state.charsets[slot] = read_charset(&mut head)?;
    }
    state.shift = head.short(3, "charset")? as u8;
    state.join = head.short(2, "join")? as u8;
    state.in_text = read_bool(&mut head)?;
    state.work.left = state.work.left.min(head.word()?);
    if state.in_text && state.is_behind_half() {
        return Err(DecodeError::Malformed("cursor"));
    }
    read_titles(&mut head, &mut state)?;
    let generation = head.word()?;
    state.set_generation(generation);
    state.blocks = read_blocks(&mut head)?;
    let pending = head.string(MAX_PENDING)?;
    let mut scanner = Scanner::default();
    // They hold no complete sequence, so there is nothing to act on.
    let mut rest = pending;
    while scanner.next(&mut rest).is_some() {}
    if scanner.pending() != pending {
        return Err(DecodeError::Malformed("pending bytes"));
    }
    head.end()?;
    state.enforce_limit();
    Ok(Screen { scanner, state })
}

fn read_options(head: &mut Reader<'_>, limits: &Limits) -> Result<Options, DecodeError> {
    let (cols, rows) = (head.short(MAX_SIZE, "columns")?, head.short(MAX_SIZE, "rows")?);
    if cols < 2 || rows < 1 {
        return Err(DecodeError::Malformed("size"));
    }
    let scrollback = head.at_most(MAX_SCROLLBACK as u64, "scrollback")? as usize;
    let widths = match head.byte()? {
        0 => Widths::Unicode6,
        1 => Widths::Unicode11,
        _ => return Err(DecodeError::Malformed("widths")),
    };
    Ok(Options { cols, rows, scrollback, widths, cells: limits.keep.max(MIN_CELLS) })
}

fn read_bool(reader: &mut Reader<'_>) -> Result<bool, DecodeError> {
    Ok(reader.short(1, "flag")? == 1)
}

fn read_charset(reader: &mut Reader<'_>) -> Result<Charset, DecodeError> {
    Charset::from_final(reader.byte()?).ok_or(DecodeError::Malformed("charset"))
}

/// Indices of the links in the new screen, by their numbers in the snapshot; number 0 is none.
fn read_links(part: &mut Reader<'_>, state: &mut State) -> Result<Vec<u32>, DecodeError> {
    let mut indices = vec![0];
    for _ in 0..part.at_most(MAX_LINKS, "links")? {
        let (id, uri) = (part.option_text(MAX_URI)?, part.text(MAX_URI)?);
        let link = Link::new(id.as_deref(), &uri).ok_or(DecodeError::Malformed("link"))?;
        indices.push(state.links.intern(link).map_err(|_| DecodeError::TooLarge)?);
    }
    part.end()?;
    Ok(indices)
}

fn read_styles(part: &mut Reader<'_>, links: &[u32], state: &mut State) -> Result<Vec<u32>, DecodeError> {
    let mut indices = vec![0];
    for _ in 0..part.at_most(MAX_STYLES, "styles")? {
        let words = [part.word()?, part.word()?, part.word()?, part.word()?];
        let link = *links.get(words[3] as usize).ok_or(DecodeError::Malformed("link"))?;
        let style = Style { fg: words[0], bg: words[1], ext: words[2], link };
        indices.push(state.styles.intern(style).ok_or(DecodeError::TooLarge)?);
    }
    part.end()?;
    Ok(indices)
}

fn read_buffer(head: &mut Reader<'_>, buffer: &mut Buffer) -> Result<(), DecodeError> {
    buffer.dropped = head.at_most(u64::MAX >> 1, "line number")?;
    // A mark without a character can stand behind a pending wrap.
    buffer.x = head.short(buffer.cols + 1, "cursor")?;
    buffer.y = head.short(buffer.rows - 1, "cursor")?;
    buffer.top = head.short(buffer.rows - 1, "region")?;
    buffer.bottom = head.short(buffer.rows - 1, "region")?;
    if buffer.top > buffer.bottom {
        return Err(DecodeError::Malformed("region"));
    }
    buffer.tabs = TabStops::default();
    for _ in 0..head.at_most(u64::from(MAX_SIZE) + 1, "tab stops")? {
        buffer.tabs.set(head.short(MAX_SIZE, "tab stop")?);
    }
    buffer.saved = Saved {
        x: head.short(MAX_SIZE, "saved cursor")?,
        y: head.at_most((MAX_SCROLLBACK + usize::from(MAX_SIZE)) as u64, "saved cursor")? as usize,
        fg: head.word()?,
        bg: head.word()?,
        charset: read_charset(head)?,
    };
    Ok(())
}

/// Brings the number of lines and the viewport together, and both within what the receiver keeps.
fn check_lines(state: &mut State, limits: &Limits) -> Result<(), DecodeError> {
    let rows = usize::from(state.rows);
    let normal = &mut state.normal;
    if normal.lines.len() < rows || normal.lines.len() > normal.max_lines() {
        return Err(DecodeError::Malformed("line count"));
    }
    normal.base = normal.lines.len() - rows;
    let scrollback = state.options.scrollback.min(limits.scrollback);
    if let Some(extra) = normal.base.checked_sub(scrollback) {
        normal.drop_front(extra);
        normal.lines.shrink_to_fit();
        normal.saved.y = normal.saved.y.saturating_sub(extra);
    }
    (state.options.scrollback, normal.scrollback) = (scrollback, Some(scrollback));
    normal.recount();
    let expected = if state.in_alternate { rows } else { 0 };
    if !state.in_alternate {
        (state.alternate.x, state.alternate.y) = (0, 0);
    }
    if state.alternate.lines.len() != expected {
        return Err(DecodeError::Malformed("line count"));
    }
    Ok(())
}

fn read_modes(head: &mut Reader<'_>) -> Result<Modes, DecodeError> {
    let mut modes = Modes::default();
    let bits = head.at_most((1 << 12) - 1, "modes")?;
    for (bit, flag) in mode_flags(&mut modes).into_iter().enumerate() {
        *flag = bits >> bit & 1 != 0;
    }
    modes.mouse = match head.byte()? {
        0 => MouseProtocol::Off,
        1 => MouseProtocol::X10,
        2 => MouseProtocol::Buttons,
        3 => MouseProtocol::Drag,
        4 => MouseProtocol::Any,
        _ => return Err(DecodeError::Malformed("mouse")),
    };
    modes.mouse_encoding = match head.byte()? {
        0 => MouseEncoding::Default,
        1 => MouseEncoding::Sgr,
        2 => MouseEncoding::SgrPixels,
        _ => return Err(DecodeError::Malformed("mouse")),
    };
    modes.cursor_shape = match head.byte()? {
        0 => CursorShape::Default,
        1 => CursorShape::Block,
        2 => CursorShape::Underline,
        3 => CursorShape::Bar,
        _ => return Err(DecodeError::Malformed("cursor shape")),
    };
    modes.cursor_blink = match head.option()? {
        None => None,
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) => return Err(DecodeError::Malformed("cursor blink")),
    };
    Ok(modes)
}

fn read_titles(head: &mut Reader<'_>, state: &mut State) -> Result<(), DecodeError> {
    let titles = &mut state.titles;
    titles.title = read_title(head)?;
    titles.icon = read_title(head)?;
    for stack in [&mut titles.title_stack, &mut titles.icon_stack] {
        for _ in 0..head.at_most(10, "title stack")? {
            stack.push(read_title(head)?);
        }
    }
    for _ in 0..head.at_most(259, "palette")? {
        let slot = match head.short(258, "palette")? {
            256 => Slot::Foreground,
            257 => Slot::Background,
            258 => Slot::Cursor,
            index => Slot::Indexed(index as u8),
        };
        let color = head.take(3)?;
        state.palette.set(slot, [color[0], color[1], color[2]]);
    }
    Ok(())
}

fn read_title(head: &mut Reader<'_>) -> Result<String, DecodeError> {
    let title = head.text(text::MAX_TITLE)?;
    if text::title(&title) == title { Ok(title) } else { Err(DecodeError::Malformed("title")) }
}

fn read_blocks(head: &mut Reader<'_>) -> Result<Blocks, DecodeError> {
    let mut blocks = Blocks::default();
    for _ in 0..head.at_most(MAX_BLOCKS as u64, "blocks")? {
        let mut block = Block {
            id: BlockId(head.number()?),
            command_line: head.option_text(MAX_TEXT)?,
            cwd: head.option_text(MAX_TEXT)?,
            exit_code: head.option()?.map(|code| code as u32 as i32),
            started: head.number()?,
            finished: head.option()?,
            proven: false,
            erased: false,
            prompt: Place::default(),
            output: Place::default(),
            end: Place::default(),
            generation: 0,
        };
        let flags = head.short(3, "block")?;
        (block.proven, block.erased) = (flags & 1 != 0, flags & 2 != 0);
        for place in [&mut block.prompt, &mut block.output, &mut block.end] {
            *place = read_place(head)?;
        }
        block.generation = head.word()?;
        blocks.list.push_back(block);
    }
    if blocks.texts() > MAX_TEXTS + 2 * MAX_TEXT {
        return Err(DecodeError::TooLarge);
    }
    blocks.next_id = head.at_most(u64::MAX >> 1, "block number")?;
    for place in [&mut blocks.prompt, &mut blocks.command] {
        if read_bool(head)? {
            *place = Some(read_place(head)?);
        }
    }
    let announced = head.option_text(MAX_TEXT)?;
    blocks.cwd = head.option_text(MAX_TEXT)?;
    let flags = head.short(7, "blocks")?;
    (blocks.running, blocks.proves) = (flags & 1 != 0, flags & 2 != 0);
    blocks.announced = announced.map(|text| blocks::Line { text, if_typed: flags & 4 != 0 });
    blocks.generation = head.word()?;
    Ok(blocks)
}

fn read_place(head: &mut Reader<'_>) -> Result<Place, DecodeError> {
    Ok(Place { line: head.at_most(u64::MAX >> 1, "line number")?, column: head.short(MAX_SIZE, "column")? })
}

struct Decoder<'a> {
    lines: Reader<'a>,
    /// Indices of the styles in the new screen, by their numbers in the snapshot.
    styles: Vec<u32>,
    cells_left: usize,
    /// The line at hand.
    cells: Vec<Cell>,
}

impl Decoder<'_> {
    fn buffer(&mut self, state: &mut State) -> Result<VecDeque<Line>, DecodeError> {
        let limit = state.options.scrollback + usize::from(state.rows);
        let count = self.lines.at_most(limit as u64, "line count")? as usize;
        // Each line takes a byte at least, so this cannot be talked into reserving more than was sent.
        let mut lines = VecDeque::with_capacity(count.min(self.lines.bytes.len()));
        let mut born = 0;
        for _ in 0..count {
            let line = self.line(state, &mut born)?;
            lines.push_back(line);
        }
        Ok(lines)
    }

    fn line(&mut self, state: &mut State, born: &mut u32) -> Result<Line, DecodeError> {
        let flags = self.lines.at_most(15, "line")?;
        let width = if flags & flag::WIDTH != 0 { self.lines.short(MAX_SIZE, "width")? } else { state.cols };
        if width < state.cols {
            return Err(DecodeError::Malformed("width"));
        }
        let tail = if flags & flag::TAIL != 0 {
            let number = self.lines.number()?;
            self.style(number)?
        } else {
            0
        };
        if flags & flag::BORN != 0 {
            *born = self.lines.word()?;
        }
        // Most lines are far shorter than the screen is wide: they are gathered here and then kept at their size.
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        loop {
            let run = self.lines.number()?;
            if run == 0 {
                break;
            }
            self.run(state, &mut cells, run)?;
            if cells.len() > usize::from(width) {
                return Err(DecodeError::Malformed("line length"));
            }
        }
        self.cells_left = self.cells_left.checked_sub(cells.len()).ok_or(DecodeError::TooLarge)?;
        let mut line = Line::from_cells(cells.clone(), width, tail);
        self.cells = cells;
        line.wrapped = flags & flag::WRAPPED != 0;
        line.born = *born;
        Ok(line)
    }

    fn style(&self, number: u64) -> Result<u32, DecodeError> {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.styles.get(index).copied().ok_or(DecodeError::Malformed("style"))
    }

    /// A run whose first number was read.
    fn run(&mut self, state: &mut State, cells: &mut Vec<Cell>, first: u64) -> Result<(), DecodeError> {
        let number = self.lines.number()?;
        let style = self.style(number)?;
        let len = first >> 2;
        if len == 0 || len > u64::from(MAX_SIZE) {
            return Err(DecodeError::Malformed("run length"));
        }
        let len = len as usize;
        match first & 3 {
            kind::ASCII => self.ascii_run(cells, len, style),
            kind::TEXT => {
                let mut text = Reader { bytes: self.lines.string(self.lines.bytes.len())? };
                text_run(&mut text, state, cells, len, style)
            }
            kind::NULL => {
                cells.resize(cells.len() + len, Cell::null(style));
                Ok(())
            }
            _ => self.lone_marks(state, cells, len, style),
        }
    }

    fn ascii_run(&mut self, cells: &mut Vec<Cell>, len: usize, style: u32) -> Result<(), DecodeError> {
        let text = self.lines.take(len)?;
        if !text.iter().all(|byte| (0x20..0x7f).contains(byte)) {
            return Err(DecodeError::Malformed("text"));
        }
        cells.extend(text.iter().map(|&byte| Cell::new(Printable::ascii(byte), 1, style)));
        Ok(())
    }

    fn lone_marks(
        &mut self,
        state: &State,
        cells: &mut Vec<Cell>,
        len: usize,
        style: u32,
    ) -> Result<(), DecodeError> {
        for _ in 0..len {
            let code = printable(self.lines.word()?)?;
            if state.options.widths.width(code.code()) != 0 {
                return Err(DecodeError::Malformed("mark"));
            }
            cells.push(Cell::new(code, 0, style));
        }
        Ok(())
    }

    fn end(&self) -> Result<(), DecodeError> {
        self.lines.end()
    }
}

/// A run of printed characters: exactly `len` cells, and nothing of the text left.
fn text_run(
    text: &mut Reader<'_>,
    state: &mut State,
    cells: &mut Vec<Cell>,
    len: usize,
    style: u32,
) -> Result<(), DecodeError> {
    let end = cells.len() + len;
    while cells.len() < end {
        let base = cells.len();
        let (code, width) = character(text, state)?;
        cells.push(Cell::new(code, width, style));
        if width == 2 {
            cells.push(Cell::spacer(style));
        }
        marks(text, state, code, &mut cells[base])?;
    }
    if cells.len() == end { text.end() } else { Err(DecodeError::Malformed("run length")) }
}

fn printable(code: u32) -> Result<Printable, DecodeError> {
    Printable::new(code).ok_or(DecodeError::Malformed("text"))
}

/// A character that takes cells, and how many.
fn character(text: &mut Reader<'_>, state: &State) -> Result<(Printable, u8), DecodeError> {
    if text.bytes.is_empty() {
        return Err(DecodeError::Truncated);
    }
    let Decoded::Code(code, len) = utf8::decode(text.bytes) else {
        return Err(DecodeError::Malformed("text"));
    };
    let (code, width) = (printable(code)?, state.options.widths.width(code));
    if width == 0 {
        return Err(DecodeError::Malformed("text"));
    }
    text.take(len)?;
    Ok((code, width))
}

/// Adds the combining marks that come next to the character in this cell.
fn marks(
    text: &mut Reader<'_>,
    state: &mut State,
    base: Printable,
    cell: &mut Cell,
) -> Result<(), DecodeError> {
    if text.bytes.first().is_none_or(|byte| *byte < 0x80) {
        return Ok(());
    }
    let mut codes = vec![base.code()];
    while !text.bytes.is_empty()
        && let Decoded::Code(code, len) = utf8::decode(text.bytes)
        && state.options.widths.width(code) == 0
    {
        text.take(len)?;
        codes.push(printable(code)?.code());
    }
    if codes.len() > 1 {
        let cluster = state.intern_cluster(&codes).ok_or(DecodeError::TooLarge)?;
        *cell = Cell::cluster(cluster, cell.width(), cell.style);
    }
    Ok(())
}
