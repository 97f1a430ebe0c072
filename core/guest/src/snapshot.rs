//! Snapshots of terminals as they come from a host: compressed, bounded, and drawn for a real terminal.

use jumpseat_api::{ApiError, ApiErrorKind};
use jumpseat_screen::{DecodeError, Limits, Sanitizer, Screen};

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
    // More than that is no screen.
    jumpseat_pack::unpack(packed, &[], Limits::default().bytes)
        .map_err(|_| ApiError::new(ApiErrorKind::Protocol, "the host sent a snapshot that cannot be read"))
}

/// A snapshot as escape sequences for a fresh terminal of the same size, safe for a real one.
///
/// # Errors
/// When the bytes are not a snapshot.
pub fn ansi(snapshot: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let screen = Screen::decode(snapshot, &Limits::default())?;
    let (mut safe, mut filter) = (Vec::new(), Sanitizer::default());
    let (cols, rows) = screen.size();
    filter.resize(cols, rows);
    filter.feed(&screen.escape_sequences(), &mut safe);
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_and_what_is_too_large_is_refused() {
        let bomb =
            jumpseat_pack::pack(&vec![0; Limits::default().bytes + 1], &[], jumpseat_pack::Level::Usual);
        assert!(bomb.len() < 100_000 && unpack(&bomb).is_err());
        assert!(unpack(b"no snapshot").is_err());
    }
}
