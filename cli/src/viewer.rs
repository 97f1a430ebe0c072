//! A guest's sight of the host's terminal: which part of the screen shows in the window, and how it gets there.
//!
//! ```text
//!  changes ──► Screen ──► View (what part) ──► paint (rows that changed) ──► bytes for the guest's terminal
//!                          ▲ keys, wheel                         + status line, overlay
//! ```

mod keys;
mod modes;
mod mouse;
mod paint;
mod picture;
mod status;
mod view;

pub(crate) use keys::{Step, step};
pub(crate) use modes::modes;
pub(crate) use mouse::click;
pub(crate) use paint::Painter;
pub(crate) use picture::{Picture, Pictures};
pub(crate) use status::{Status, status_line};
pub(crate) use view::View;
