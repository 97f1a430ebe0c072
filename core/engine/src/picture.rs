//! Pictures of terminals as they travel: what a screen encoded, compressed before it is sealed.
//!
//! Compression is safe here and not in live frames: a snapshot is made at moments that no guest chooses, and
//! its size is hidden in buckets of 256·2^k bytes.

use std::io::Read;

use jumpseat_screen::{DecodeError, Limits, Policy, Sanitizer, Screen, Start};
use zstd::{bulk, stream::read::Decoder};

use crate::face::{Failure, FailureKind};

/// The fastest level: ten thousand lines in a millisecond or two.
const LEVEL: i32 = 1;

/// The largest picture that is expanded, in bytes: ten thousand lines of the widest, most colourful kind.
const MAX_EXPANDED: u64 = 64 * 1024 * 1024;

/// Compresses a picture.
pub(crate) fn pack(picture: &[u8]) -> Vec<u8> {
    // Level and memory are the library's own; it has nothing to refuse.
    bulk::compress(picture, LEVEL).expect("memory to memory, at a level that exists")
}

/// Expands a picture that came from outside: bounded, whatever it claims to be.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, Failure> {
    let wrong = || Failure::new(FailureKind::Protocol, "the host sent a picture that cannot be read");
    let mut picture = Vec::new();
    let decoder = Decoder::new(packed).map_err(|_| wrong())?;
    decoder.take(MAX_EXPANDED + 1).read_to_end(&mut picture).map_err(|_| wrong())?;
    if picture.len() as u64 > MAX_EXPANDED { Err(wrong()) } else { Ok(picture) }
}

/// A picture as escape sequences for a fresh terminal of the same size, safe for a real one.
///
/// # Errors
/// When the bytes are no picture.
pub fn ansi(picture: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let screen = Screen::decode(picture, &Limits::default())?;
    let (mut drawn, mut safe) = (Vec::new(), Vec::new());
    screen.write_ansi(Start::Everything, &mut drawn);
    Sanitizer::new(Policy::default()).feed(&drawn, &mut safe);
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_whole_and_a_bomb_does_not() {
        let mut screen = Screen::new(jumpseat_screen::Options::default());
        screen.feed(0, b"hello \x1b[31mred\x1b[0m\r\n");
        let picture = screen.encode(Start::Everything);
        assert_eq!(unpack(&pack(&picture)), Ok(picture.clone()));
        assert!(String::from_utf8_lossy(&ansi(&picture).unwrap()).contains("hello"));

        let bomb = pack(&vec![0; MAX_EXPANDED as usize + 1]);
        assert!(bomb.len() < 100_000 && unpack(&bomb).is_err());
        assert!(unpack(b"no picture").is_err());
    }
}
