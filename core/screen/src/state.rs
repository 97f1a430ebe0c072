//! All that a terminal shows and remembers, and how a program's output changes it.

mod csi;
mod erase;
mod esc;
mod marks;
mod osc;
mod print;
mod sgr;
mod tables;

use crate::blocks::{Blocks, Nonce, Place};
use crate::buffer::Buffer;
use crate::charset::Charset;
use crate::cluster::ClusterTable;
use crate::event::Events;
use crate::link::LinkTable;
use crate::modes::Modes;
use crate::palette::Palette;
use crate::reflow::Shift;
use crate::scan::Token;
use crate::style::{Style, StyleTable};
use crate::work::Budget;
use crate::{Millis, Options};

/// The state behind a screen; the scanner stands in front of it.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) cols: u16,
    pub(crate) rows: u16,
    pub(crate) normal: Buffer,
    pub(crate) alternate: Buffer,
    pub(crate) in_alternate: bool,
    pub(crate) pen: Style,
    /// Indices of the pen's style and of what it erases to, while they are known.
    pen_index: Option<u32>,
    erase_index: Option<u32>,
    pub(crate) modes: Modes,
    /// The set in use; usually, but not after DECRC, the one that `shift` selects.
    pub(crate) charset: Charset,
    pub(crate) charsets: [Charset; 4],
    pub(crate) shift: u8,
    /// Width of the character just printed, to which a mark may be added; 0 after anything else.
    pub(crate) join: u8,
    /// Text was printed last, with nothing at all in between.
    pub(crate) in_text: bool,
    pub(crate) styles: StyleTable,
    pub(crate) clusters: ClusterTable,
    pub(crate) links: LinkTable,
    /// Interning attempts to refuse before full tables are swept again.
    backoff: u32,
    pub(crate) titles: Titles,
    pub(crate) palette: Palette,
    pub(crate) blocks: Blocks,
    /// What proves the shell's marks.
    pub(crate) nonce: Option<Nonce>,
    pub(crate) generation: u32,
    /// How often the scrollback was erased.
    pub(crate) erasures: u64,
    pub(crate) events: Events,
    pub(crate) damage: Damage,
    pub(crate) now: Millis,
    /// What sequences may spend that touch many cells.
    pub(crate) work: Budget,
}

/// Screens that may be changed at once.
const SCREENS: u32 = 16;

/// Window title, icon name and their stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Titles {
    pub(crate) title: String,
    pub(crate) icon: String,
    pub(crate) title_stack: Vec<String>,
    pub(crate) icon_stack: Vec<String>,
}

/// Viewport rows that changed since they were last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) first: u16,
    /// One beyond the last row.
    pub(crate) end: u16,
    /// Lines that left the top of the viewport.
    pub(crate) scrolled: u64,
}

impl Damage {
    pub(crate) fn mark(&mut self, first: u16, end: u16) {
        if self.first >= self.end {
            (self.first, self.end) = (first, end);
        } else {
            self.first = self.first.min(first);
            self.end = self.end.max(end);
        }
    }
}

impl State {
    pub(crate) fn new(options: Options) -> Self {
        let (cols, rows) = (options.cols, options.rows);
        Self {
            options,
            cols,
            rows,
            normal: Buffer::new(cols, rows, Some(options.scrollback)),
            alternate: Buffer::new(cols, rows, None),
            in_alternate: false,
            pen: Style::default(),
            pen_index: None,
            erase_index: None,
            modes: Modes::default(),
            charset: Charset::ASCII,
            charsets: [Charset::ASCII; 4],
            shift: 0,
            join: 0,
            in_text: false,
            styles: StyleTable::default(),
            clusters: ClusterTable::default(),
            links: LinkTable::default(),
            backoff: 0,
            titles: Titles::default(),
            palette: Palette::default(),
            blocks: Blocks::default(),
            nonce: None,
            generation: 0,
            erasures: 0,
            events: Events::default(),
            damage: Damage { first: 0, end: rows, scrolled: 0 },
            now: 0,
            work: Budget::new(cols, rows, SCREENS),
        }
    }

    pub(crate) fn buffer(&self) -> &Buffer {
        if self.in_alternate { &self.alternate } else { &self.normal }
    }

    pub(crate) fn buffer_mut(&mut self) -> &mut Buffer {
        if self.in_alternate { &mut self.alternate } else { &mut self.normal }
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        (self.cols, self.rows) = (cols, rows);
        self.work.resize(cols, rows, SCREENS);
        self.in_text = false;
        for shift in self.normal.resize(cols, rows) {
            self.blocks.shift(shift);
        }
        self.blocks.settle();
        self.alternate.resize(cols, rows);
        self.normal.tabs.extend(cols);
        self.alternate.tabs.extend(cols);
        self.damage.mark(0, rows);
    }

    /// Memory that the lines take, in cells.
    pub(crate) fn stored(&self) -> usize {
        self.normal.kept() + self.normal.in_viewport() + self.alternate.in_viewport()
    }

    /// Brings what is stored within the limit: the oldest lines go first, then rows of the screen.
    pub(crate) fn enforce_limit(&mut self) {
        let limit = self.options.cells;
        let shown = self.normal.in_viewport() + self.alternate.in_viewport();
        self.normal.limit = limit.saturating_sub(shown);
        if self.normal.kept() > self.normal.limit {
            self.normal.trim();
        }
        if shown > limit {
            self.normal.blank_rows(limit / 2);
            self.alternate.blank_rows(limit / 2);
            self.damage.mark(0, self.rows);
        }
    }

    /// Where the normal buffer's cursor is; while the alternate screen shows, where it was left.
    pub(crate) fn place(&self) -> Place {
        Place { line: self.normal.cursor_line(), column: self.normal.x }
    }

    fn mark_dirty(&mut self) {
        let y = self.buffer().y;
        self.damage.mark(y, y + 1);
    }

    fn mark_region_dirty(&mut self) {
        let buffer = self.buffer();
        let (top, bottom) = (buffer.top, buffer.bottom);
        self.damage.mark(top, bottom + 1);
    }

    fn clamp(&mut self, max_x: u16) {
        let origin = self.modes.origin;
        self.buffer_mut().clamp(max_x, origin);
    }

    fn clamp_to_last(&mut self) {
        self.clamp(self.cols - 1);
    }

    fn move_to(&mut self, x: i32, y: i32) {
        let offset = if self.modes.origin { i32::from(self.buffer().top) } else { 0 };
        let limit = |value: i32| value.clamp(0, i32::from(u16::MAX)) as u16;
        let buffer = self.buffer_mut();
        buffer.x = limit(x);
        buffer.y = limit(y.saturating_add(offset));
        self.clamp_to_last();
    }

    fn move_by(&mut self, dx: i32, dy: i32) {
        self.clamp_to_last();
        let buffer = self.buffer();
        let (x, y) = (i32::from(buffer.x), i32::from(buffer.y));
        // As in xterm.js, origin mode adds the region's top to relative moves, too.
        self.move_to(x.saturating_add(dx), y.saturating_add(dy));
    }

    /// Scrolls the region up by one line.
    fn scroll(&mut self, wrapped: bool) {
        let tail = self.erase_style();
        let top = self.buffer().top;
        let moved = self.buffer_mut().scroll(tail, wrapped);
        if top == 0 {
            self.damage.scrolled += 1;
        }
        if let Some(at) = moved
            && !self.in_alternate
        {
            self.blocks.shift(Shift::Inserted { at, count: 1 });
        }
        self.mark_region_dirty();
    }

    fn line_feed(&mut self) {
        self.mark_dirty();
        let newline = self.modes.newline;
        let (cols, rows) = (self.cols, self.rows);
        let buffer = self.buffer_mut();
        if newline {
            buffer.x = 0;
        }
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            self.scroll(false);
        } else if buffer.y >= rows {
            buffer.y = rows - 1;
        } else {
            let y = buffer.y;
            if let Some(line) = buffer.row_mut(y) {
                line.wrapped = false;
            }
        }
        let buffer = self.buffer_mut();
        if buffer.x >= cols {
            buffer.x -= 1;
        }
        self.mark_dirty();
    }

    /// IND: a line feed that leaves the column and wrap flags alone.
    fn index_down(&mut self) {
        self.clamp_to_last();
        let rows = self.rows;
        let buffer = self.buffer_mut();
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            self.scroll(false);
        } else if buffer.y >= rows {
            buffer.y = rows - 1;
        }
        self.clamp_to_last();
    }

    fn reverse_index(&mut self) {
        self.clamp_to_last();
        let tail = self.erase_style();
        let buffer = self.buffer_mut();
        if buffer.y == buffer.top {
            let (top, bottom) = (buffer.index(buffer.top), buffer.index(buffer.bottom));
            buffer.rotate_down(top..bottom + 1, 1, tail);
            self.mark_region_dirty();
        } else {
            buffer.y = buffer.y.saturating_sub(1);
            self.clamp_to_last();
        }
    }

    fn backspace(&mut self) {
        if !self.modes.reverse_wrap {
            self.clamp_to_last();
            let buffer = self.buffer_mut();
            buffer.x = buffer.x.saturating_sub(1);
            return;
        }
        let cols = self.cols;
        self.clamp(cols);
        let buffer = self.buffer_mut();
        if buffer.x > 0 {
            buffer.x -= 1;
        } else if buffer.y > buffer.top && buffer.y <= buffer.bottom {
            let y = buffer.y;
            if let Some(line) = buffer.row_mut(y).filter(|line| line.wrapped) {
                line.wrapped = false;
                buffer.y -= 1;
                buffer.x = cols - 1;
                let last = buffer.row(y - 1).map(|line| line.get(cols - 1));
                // A cell left over before a wide character that did not fit.
                if last.is_some_and(|cell| cell.width() != 0 && !cell.has_text()) {
                    buffer.x -= 1;
                }
            }
        }
        self.clamp_to_last();
    }

    fn save_cursor(&mut self) {
        let (pen, charset) = (self.pen, self.charset);
        let buffer = self.buffer_mut();
        buffer.saved.x = buffer.x;
        buffer.saved.y = buffer.index(buffer.y);
        buffer.saved.fg = pen.fg;
        buffer.saved.bg = pen.bg;
        buffer.saved.charset = charset;
    }

    fn restore_cursor(&mut self) {
        let buffer = self.buffer_mut();
        let saved = buffer.saved;
        buffer.x = saved.x;
        buffer.y = saved.y.saturating_sub(buffer.base).min(usize::from(u16::MAX)) as u16;
        self.pen.fg = saved.fg;
        self.pen.bg = saved.bg;
        self.pen_changed();
        self.charset = saved.charset;
        self.clamp_to_last();
    }

    fn enter_alternate(&mut self) {
        if self.in_alternate {
            return;
        }
        let tail = self.erase_style();
        self.alternate.generation = self.generation;
        self.alternate.fill_viewport(tail);
        self.alternate.x = self.normal.x;
        self.alternate.y = self.normal.y;
        self.in_alternate = true;
        self.damage.mark(0, self.rows);
    }

    fn leave_alternate(&mut self) {
        if !self.in_alternate {
            return;
        }
        self.normal.x = self.alternate.x;
        self.normal.y = self.alternate.y;
        self.alternate.clear();
        self.in_alternate = false;
        let from = self.normal.dropped + self.normal.lines.len() as u64;
        self.events.push(crate::event::Event::AlternateLeft { from });
        self.damage.mark(0, self.rows);
    }

    fn set_charset(&mut self, slot: u8, charset: Charset) {
        self.charsets[usize::from(slot & 3)] = charset;
        if self.shift == slot {
            self.charset = charset;
        }
    }

    fn select_charset(&mut self, slot: u8) {
        self.shift = slot;
        self.charset = self.charsets[usize::from(slot & 3)];
    }

    fn reset_charsets(&mut self) {
        self.charset = Charset::ASCII;
        self.charsets = [Charset::ASCII; 4];
        self.shift = 0;
    }

    /// DECSTR.
    fn soft_reset(&mut self) {
        self.modes.cursor_hidden = false;
        self.modes.soft_reset();
        self.pen = Style::default();
        self.pen_changed();
        self.reset_charsets();
        let rows = self.rows;
        let buffer = self.buffer_mut();
        buffer.top = 0;
        buffer.bottom = rows - 1;
        buffer.saved = crate::buffer::Saved { y: buffer.base, ..Default::default() };
    }

    /// RIS. Titles, colours and blocks outlive it, as in xterm.js.
    fn full_reset(&mut self) {
        self.pen = Style::default();
        self.pen_changed();
        let dropped = self.normal.dropped + self.normal.lines.len() as u64;
        self.blocks_forgotten(dropped);
        self.erasures += 1;
        let limit = self.normal.limit;
        self.normal = Buffer::new(self.cols, self.rows, Some(self.options.scrollback));
        (self.normal.dropped, self.normal.limit) = (dropped, limit);
        self.alternate = Buffer::new(self.cols, self.rows, None);
        self.in_alternate = false;
        self.set_generation(self.generation);
        for line in &mut self.normal.lines {
            line.born = self.generation;
        }
        self.reset_charsets();
        self.modes.soft_reset();
        self.modes.mouse = Default::default();
        self.modes.mouse_encoding = Default::default();
        self.damage.mark(0, self.rows);
    }

    fn break_text(&mut self) {
        self.join = 0;
        self.in_text = false;
    }

    pub(crate) fn set_generation(&mut self, generation: u32) {
        self.generation = generation;
        self.normal.generation = generation;
        self.alternate.generation = generation;
    }
}

impl State {
    /// Does what a piece of output says. Inlined, as the scanner is: a token is taken apart where it is made.
    #[inline(always)]
    pub(crate) fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => self.put_ascii(text),
            Token::Char(code) => self.put(code),
            Token::Csi(csi, params) => {
                self.work.earn(3);
                self.control_sequence(csi, params);
                self.break_text();
            }
            Token::Control(code) => {
                self.control(code);
                self.break_text();
            }
            Token::Escape { intermediates, last } => {
                self.work.earn(2);
                self.escape_sequence(intermediates, last);
                self.break_text();
            }
            Token::Osc(payload) => {
                self.blocks.settle();
                self.command(payload);
                self.break_text();
            }
            Token::StringEnd => self.break_text(),
            Token::Pause => self.in_text = false,
        }
    }

    fn control(&mut self, code: u8) {
        match code {
            //: CTRL 07 | BEL | Rings.
            0x07 => self.events.push(crate::event::Event::Bell),
            //: CTRL 08 | BS | Moves the cursor left.
            0x08 => self.backspace(),
            //: CTRL 09 | HT | Moves the cursor to the next tab stop.
            0x09 => {
                let cols = self.cols;
                let buffer = self.buffer_mut();
                if buffer.x < cols {
                    buffer.x = buffer.next_tab();
                }
            }
            //: CTRL 0A, 0B, 0C | LF, VT, FF | Moves the cursor down; scrolls at the end of the region.
            0x0a..=0x0c => self.line_feed(),
            //: CTRL 0D | CR | Moves the cursor to the first column.
            0x0d => self.buffer_mut().x = 0,
            //: CTRL 0E | SO | Selects character set G1.
            0x0e => self.select_charset(1),
            //: CTRL 0F | SI | Selects character set G0.
            0x0f => self.select_charset(0),
            //: CTRL 84 | IND | As `ESC D`.
            0x84 => self.index_down(),
            //: CTRL 85 | NEL | As `ESC E`.
            0x85 => {
                self.buffer_mut().x = 0;
                self.index_down();
            }
            //: CTRL 88 | HTS | As `ESC H`.
            0x88 => self.set_tab(),
            _ => {}
        }
    }
}
