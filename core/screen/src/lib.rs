//! A terminal screen: what a terminal shows, with scrollback, command blocks and snapshots.
//!
//! ```text
//!  output bytes ──► scanner ──► state: two buffers of lines, pen, modes, titles, blocks
//!                                 │
//!        ┌──────────────┬─────────┴───────┬────────────────────┐
//!        ▼              ▼                 ▼                    ▼
//!   rows and runs    events          snapshot bytes        ANSI bytes
//!   (draw, dump)   (bell, title,   (another screen:      (xterm.js, a real
//!                   blocks)         equal in all)         terminal: redrawn)
//! ```
//!
//! The screen has no input or output of its own, reads no clock and answers no query. Its semantics are
//! those of xterm.js 6, cell by cell; `docs/design/screen.md` says how that is held and what it cannot hold.
//!
//! ```
//! use jumpseat_screen::{Limits, Options, Screen, Start};
//!
//! let mut host = Screen::new(Options { cols: 40, rows: 5, ..Options::default() });
//! host.feed(0, b"\x1b[1;31mhello\x1b[m, world\r\n");
//!
//! // A guest that joins late gets a snapshot, then the bytes that follow it.
//! let mut guest = Screen::decode(&host.encode(Start::Everything), &Limits::default())?;
//! for screen in [&mut host, &mut guest] {
//!     screen.feed(1, b"and on");
//! }
//! assert_eq!(guest.row(1).text(), "and on");
//! assert_eq!(host.encode(Start::Everything), guest.encode(Start::Everything));
//! # Ok::<(), jumpseat_screen::DecodeError>(())
//! ```

mod blocks;
mod buffer;
mod cell;
mod charset;
mod cluster;
#[cfg(feature = "testing")]
pub mod corpus;
#[cfg(feature = "testing")]
mod dump;
mod event;
mod line;
mod link;
mod modes;
mod options;
#[cfg(feature = "testing")]
mod oracle;
mod paint;
mod palette;
mod reflow;
mod replies;
mod sanitize;
pub mod scan;
mod screen;
mod snapshot;
mod state;
mod style;
mod text;
mod utf8;
mod view;
mod width;
mod work;

pub use blocks::{Block, BlockId, Nonce};
pub use cell::Printable;
pub use event::Event;
pub use link::{Link, MAX_URI};
pub use modes::{CursorShape, Modes, MouseEncoding, MouseProtocol};
pub use options::{MIN_CELLS, Options};
pub use paint::LinePainter;
pub use palette::{Palette, Slot};
pub use replies::{ReplyFilter, strip_replies};
pub use sanitize::Sanitizer;
pub use screen::{Changes, Cursor, Mark, Screen, Start};
pub use snapshot::{DecodeError, Limits, MAX_PAINTED};
pub use style::{Color, Style, Underline};
pub use text::without_controls;
pub use view::{CellView, LineView, Run};
pub use width::Widths;
#[cfg(feature = "testing")]
pub use work::take_work;

/// Milliseconds on the clock of whoever feeds the screen.
pub type Millis = u64;

/// Most columns and most rows of a screen.
pub const MAX_SIZE: u16 = 1000;
/// Most lines of scrollback.
pub const MAX_SCROLLBACK: usize = 100_000;
