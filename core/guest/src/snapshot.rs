//! Snapshots of terminals as they come from a host: compressed, bounded, and drawn for a real terminal.

use jumpseat_api::{ApiError, ApiErrorKind};
use jumpseat_screen::{DecodeError, Limits, Sanitizer, Screen};

/// The largest snapshot that is expanded, in bytes: ten thousand lines of the widest, most colorful kind.
const MAX_EXPANDED: usize = 64 * 1024 * 1024;

/// Cells that all screens of a seat store together: 64 MiB, whatever its host sends.
const SEAT_CELLS: usize = 8 << 20;

/// Screens that a seat keeps: a session has no more terminals at a time.
pub const MAX_SCREENS: usize = 64;

/// What each of this many screens of a seat may take.
#[must_use]
pub fn limits(screens: usize) -> Limits {
    Limits { keep: SEAT_CELLS / screens.clamp(1, MAX_SCREENS), ..Limits::default() }
}

/// Expands a snapshot that came from outside: bounded, whatever it claims to be.
///
/// # Errors
/// When it cannot be read, or is too large.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, ApiError> {
    jumpseat_pack::unpack(packed, &[], MAX_EXPANDED)
        .map_err(|_| ApiError::new(ApiErrorKind::Protocol, "the host sent a snapshot that cannot be read"))
}

/// A snapshot as escape sequences for a fresh terminal of the same size, safe for a real one.
///
/// # Errors
/// When the bytes are not a snapshot.
pub fn ansi(snapshot: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut safe = Vec::new();
    draw(snapshot, &mut Sanitizer::default(), &mut safe)?;
    Ok(safe)
}

/// The same through a filter that output goes on through: it may hold a sequence that the snapshot's end cuts.
pub(crate) fn draw(snapshot: &[u8], filter: &mut Sanitizer, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let screen = Screen::decode(snapshot, &Limits::default())?;
    let (cols, rows) = screen.size();
    filter.resize(cols, rows);
    filter.feed(&screen.escape_sequences(), out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_and_what_is_too_large_is_refused() {
        let bomb = jumpseat_pack::pack(&vec![0; MAX_EXPANDED + 1], &[], jumpseat_pack::Level::Usual);
        assert!(bomb.len() < 100_000 && unpack(&bomb).is_err());
        assert!(unpack(b"no snapshot").is_err());
    }
}
