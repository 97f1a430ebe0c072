//! Snapshots: as compact bytes for another screen, as ANSI for another terminal.

mod ansi;
mod decode;
mod encode;
mod wire;

pub(crate) use ansi::{write_ansi, write_viewport_ansi};
pub(crate) use decode::decode;
pub use decode::{DecodeError, Limits};
pub(crate) use encode::encode;

use crate::line::Line;
use crate::screen::{Screen, Start};

/// First bytes of the binary form.
const MAGIC: [u8; 2] = *b"JS";
/// Version of the binary form.
const VERSION: u8 = 3;

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
