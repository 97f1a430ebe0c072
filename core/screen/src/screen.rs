//! The face of the crate: feed it, resize it, ask it.

use std::collections::VecDeque;

use crate::blocks::{Block, BlockId, Nonce, Place};
use crate::event::Event;
use crate::modes::{CursorShape, Modes};
use crate::options::{MIN_CELLS, Options, clamp_size};
use crate::palette::Palette;
use crate::scan::Scanner;
use crate::state::{Damage, State};
use crate::style::Style;
use crate::{Link, Millis};

/// The cursor as it is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Row in the viewport, from 0.
    pub row: u16,
    /// Column, from 0. Equal to the number of columns while the next character will wrap: draw it on the last one then.
    pub column: u16,
    /// Whether it shows (mode 25).
    pub visible: bool,
    /// Its shape.
    pub shape: CursorShape,
    /// Whether it blinks; `None` leaves it to the terminal.
    pub blink: Option<bool>,
}

/// A moment: what was on the screen before it can be left out of snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub(crate) u32);

/// Where a snapshot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With all the scrollback there is.
    Everything,
    /// With the viewport: a picture to skim by.
    Viewport,
    /// With the viewport, and of that only what [`Start::Mark`] shows.
    ViewportFrom(Mark),
    /// With the line that the cursor was on at a mark; whatever was printed on other lines before is left out. The
    /// alternate screen is shown as it stands: it has no past.
    Mark(Mark),
    /// With a block's prompt. An unknown block leaves everything out.
    Block(BlockId),
}

/// What changed in the viewport since it was last asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Rows to draw again.
    pub rows: std::ops::Range<u16>,
    /// Lines that scrolled out at the top; rows that only moved are among `rows`.
    pub scrolled: u64,
}

/// A terminal screen. See the crate's documentation.
#[derive(Clone, Debug)]
pub struct Screen {
    pub(crate) scanner: Scanner,
    pub(crate) state: State,
}

impl Screen {
    /// An empty screen. Sizes out of bounds are brought within.
    pub fn new(options: Options) -> Self {
        Self { scanner: Scanner::default(), state: State::new(options.clamped()) }
    }

    /// Has the shell's marks count only with this nonce, from the first that has it on.
    pub fn expect_nonce(&mut self, nonce: Nonce) {
        self.state.nonce = Some(nonce);
    }

    /// Takes output bytes, cut anywhere. `now` is when they arrived; it dates command blocks.
    pub fn feed(&mut self, now: Millis, bytes: &[u8]) {
        self.state.now = now;
        let mut rest = bytes;
        while let Some(token) = self.scanner.next(&mut rest) {
            self.state.take(token);
        }
        self.state.blocks.settle();
        self.state.enforce_limit();
    }

    /// Sets how many cells it may store from now on: see [`Options::cells`].
    pub fn set_cells(&mut self, cells: usize) {
        self.state.options.cells = cells.max(MIN_CELLS);
        self.state.enforce_limit();
    }

    /// Changes the size; lines of the normal screen that had wrapped wrap again.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        let (cols, rows) = clamp_size(cols, rows);
        if (cols, rows) != (self.state.cols, self.state.rows) {
            self.state.resize(cols, rows);
            self.state.enforce_limit();
        }
    }

    /// What happened since this was last asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.state.events.take()
    }

    /// What changed in the viewport since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        let Damage { first, end, scrolled } = std::mem::take(&mut self.state.damage);
        Changes { rows: first..end.min(self.state.rows), scrolled }
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.state.cols, self.state.rows)
    }

    /// The options it was made with; the size is the one at the start.
    pub fn options(&self) -> Options {
        self.state.options
    }

    /// The cursor.
    pub fn cursor(&self) -> Cursor {
        let (buffer, modes) = (self.state.buffer(), &self.state.modes);
        Cursor {
            row: buffer.y,
            column: buffer.x,
            visible: !modes.cursor_hidden,
            shape: modes.cursor_shape,
            blink: modes.cursor_blink.or(modes.blink.then_some(true)),
        }
    }

    /// The modes.
    pub fn modes(&self) -> &Modes {
        &self.state.modes
    }

    /// Whether the alternate screen shows.
    pub fn in_alternate(&self) -> bool {
        self.state.in_alternate
    }

    /// The window title (OSC 0, 2).
    pub fn title(&self) -> &str {
        &self.state.titles.title
    }

    /// Colours that were redefined.
    pub fn palette(&self) -> &Palette {
        &self.state.palette
    }

    /// The shell's working directory, if it told (OSC 7, OSC 633;P).
    pub fn cwd(&self) -> Option<&str> {
        self.state.blocks.cwd.as_deref()
    }

    /// Absolute numbers of the lines that are kept, scrollback first, then the viewport. While the alternate
    /// screen shows, they are those of the normal one behind it.
    pub fn lines(&self) -> std::ops::Range<u64> {
        let normal = &self.state.normal;
        normal.dropped..normal.dropped + normal.lines.len() as u64
    }

    /// How often the scrollback was erased since the screen was made.
    pub fn erasures(&self) -> u64 {
        self.state.erasures
    }

    /// Number of lines above the viewport of the normal screen.
    pub fn scrollback_len(&self) -> usize {
        self.state.normal.base
    }

    /// The link that a style belongs to.
    pub fn link(&self, style: &Style) -> Option<&Link> {
        self.state.links.link(style.link)
    }

    /// Marks this moment. The line with the cursor counts as printed after it.
    pub fn mark(&mut self) -> Mark {
        let generation = self.state.new_generation();
        let y = self.state.normal.y;
        if let Some(line) = self.state.normal.row_mut(y) {
            line.born = generation;
        }
        Mark(generation)
    }

    /// The moment at which a block's prompt began; for an unknown block one that never comes.
    pub fn block_mark(&self, id: BlockId) -> Mark {
        Mark(self.block(id).map_or(u32::MAX, |block| block.generation))
    }

    /// Command blocks, oldest first.
    pub fn blocks(&self) -> &VecDeque<Block> {
        &self.state.blocks.list
    }

    /// A block by its name.
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.state.blocks.list.iter().find(|block| block.id == id)
    }

    /// What a block has printed so far, as far as the scrollback still has it.
    pub fn block_output(&self, id: BlockId) -> Option<String> {
        let block = self.block(id)?;
        let end = if block.finished.is_some() { block.end } else { self.state.place() };
        if end <= block.output {
            return Some(String::new());
        }
        Some(self.state.normal_text(block.output, Place { line: end.line, column: end.column }))
    }

    /// Ended blocks that lost output because somebody cleared the screen or the scrollback, since this was last asked.
    /// Blocks that are not remembered any more are not among them.
    pub fn take_erased(&mut self) -> Vec<BlockId> {
        std::mem::take(&mut self.state.blocks.cut).into_iter().collect()
    }
}
