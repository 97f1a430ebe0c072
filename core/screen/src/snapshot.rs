//! Snapshots: as compact bytes for another screen, as ANSI for another terminal.

mod ansi;
mod decode;
mod encode;
mod error;
mod wire;

pub use decode::Limits;
pub use error::DecodeError;

use crate::line::Line;
use crate::screen::{Screen, Start};

/// Most bytes that a screen is painted in, links and scrollback included. Ten thousand colorful lines take a tenth.
pub const MAX_PAINTED: usize = 32 * 1024 * 1024;

/// First bytes of the binary form.
const MAGIC: [u8; 2] = *b"JS";
/// Version of the binary form.
const VERSION: u8 = 3;

impl Screen {
    /// Bytes from which [`Screen::decode`] makes an equal screen (without what `start` leaves out). Compress them.
    pub fn encode(&self, start: Start) -> Vec<u8> {
        encode::encode(self, start).0
    }

    /// The same, if whoever decodes under these limits takes it.
    pub fn encode_within(&self, start: Start, limits: &Limits) -> Option<Vec<u8>> {
        let (bytes, cells) = encode::encode(self, start);
        (bytes.len() <= limits.bytes && cells <= limits.cells).then_some(bytes)
    }

    /// Makes a screen from [`Screen::encode`]d bytes.
    ///
    /// # Errors
    /// The bytes are of another version, exceed a limit, or are malformed.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        decode::decode(bytes, limits)
    }

    /// Bytes that make a fresh terminal of the same size show this screen, scrollback included, and continue alike.
    ///
    /// The terminal must be in its initial state (`ESC c`, or just opened). Nothing in it makes a terminal answer.
    ///
    /// What takes more than about `most` bytes is written without links, then without what is above the screen, at last as
    /// text alone: no more than a few bytes for each cell of the screen.
    pub fn write_ansi(&self, start: Start, most: usize, out: &mut Vec<u8>) {
        ansi::write_ansi(self, start, most, out);
    }

    /// The whole screen for a fresh terminal of its size, in at most about [`MAX_PAINTED`] bytes.
    pub fn escape_sequences(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_ansi(Start::Everything, MAX_PAINTED, &mut out);
        out
    }

    /// Bytes that repaint the visible part alone on a real terminal of the same size, modes included, without
    /// touching its scrollback. What takes more than about `most` bytes is written without links, at last as text alone.
    pub fn write_viewport_ansi(&self, most: usize, out: &mut Vec<u8>) {
        ansi::write_viewport_ansi(self, most, out);
    }
}

/// Which lines of the normal buffer a snapshot shows.
#[derive(Clone, Copy, Debug)]
struct Selection {
    /// Index of the first line.
    first: usize,
    /// Lines born before this generation are shown blank.
    generation: u32,
}

impl Selection {
    fn new(screen: &Screen, start: Start) -> Self {
        let normal = &screen.state.normal;
        let generation = match start {
            Start::Everything => return Self { first: 0, generation: 0 },
            Start::Viewport => return Self { first: normal.base, generation: 0 },
            Start::ViewportFrom(mark) => return Self { first: normal.base, generation: mark.0 },
            Start::Mark(mark) => mark.0,
            Start::Block(id) => screen.block_mark(id).0,
        };
        let first = normal.lines.iter().position(|line| line.born >= generation).unwrap_or(normal.base);
        Self { first: first.min(normal.base), generation }
    }

    fn shows(&self, line: &Line) -> bool {
        line.born >= self.generation
    }

    /// Whether the line at `index` continues a line that shows, too.
    fn wraps<'a>(&self, lines: impl Fn(usize) -> Option<&'a Line>, index: usize) -> bool {
        index > self.first
            && lines(index).is_some_and(|line| line.wrapped && self.shows(line))
            && lines(index - 1).is_some_and(|line| self.shows(line))
    }
}
