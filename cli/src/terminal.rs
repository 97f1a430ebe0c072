//! The person's own terminal: raw mode and its end, keys in, bytes out.

pub(crate) mod cells;
mod console;
mod escape_key;
mod keyboard;
mod keys;
mod modes;
mod notice;
mod raw;
mod signals;

pub(crate) use console::{Console, read_input};
pub(crate) use escape_key::EscapeKey;
pub(crate) use keyboard::Keyboard;
pub(crate) use keys::{Decoder, Input, Key, Mouse, MouseKind, Piece};
pub(crate) use modes::ModeTracker;
pub(crate) use notice::{Notice, Notices};
pub(crate) use raw::{RawMode, size};
pub(crate) use signals::{Signal, Signals};

/// Waits until then; for ever where nothing is due.
pub(crate) async fn until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
