//! With the library in C.

use zstd::zstd_safe::{CCtx, CParameter, DCtx, compress_bound, get_frame_content_size};

use crate::UnpackError;

/// How hard to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// A megabyte in a few milliseconds.
    Fastest = 1,
    /// The library's usual one: a tenth less, for two milliseconds with ten thousand lines of a terminal.
    Usual = 3,
}

/// The smallest window of the format, as a power of two.
const MIN_WINDOW_LOG: u32 = 10;

/// Compresses `bytes`; whoever expands them needs the same `base`, which may be empty.
#[must_use]
pub fn pack(bytes: &[u8], base: &[u8], level: Level) -> Vec<u8> {
    let mut context = CCtx::create();
    let mut packed = Vec::with_capacity(compress_bound(bytes.len()));
    let done = context.set_parameter(CParameter::CompressionLevel(level as i32)).and_then(|_| {
        if !base.is_empty() {
            // Far enough to find the first line of the one in the other.
            let window = (base.len() + bytes.len()).next_power_of_two().trailing_zeros();
            context.set_parameter(CParameter::WindowLog(window.max(MIN_WINDOW_LOG)))?;
            context.set_parameter(CParameter::EnableLongDistanceMatching(true))?;
            context.ref_prefix(base)?;
        }
        context.compress2(&mut packed, bytes)
    });
    done.expect("from memory to memory that is large enough, with parameters that exist");
    packed.shrink_to_fit();
    packed
}

/// Expands what [`pack`] made, to at most `max` bytes whatever it claims.
///
/// # Errors
/// It cannot be read, is too large, or was packed against another base.
pub fn unpack(packed: &[u8], base: &[u8], max: usize) -> Result<Vec<u8>, UnpackError> {
    let malformed = UnpackError::Malformed;
    let claimed = get_frame_content_size(packed).ok().flatten().ok_or(malformed)?;
    let len = usize::try_from(claimed).ok().filter(|len| *len <= max);
    let len = len.ok_or(UnpackError::TooLarge)?;
    let mut context = DCtx::create();
    let mut bytes = Vec::with_capacity(len);
    context.ref_prefix(base).map_err(|_| malformed)?;
    context.decompress(&mut bytes, packed).map_err(|_| malformed)?;
    if bytes.len() == len { Ok(bytes) } else { Err(malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comes_back_whole(bytes: Vec<u8>, base: Vec<u8>) {
            let packed = pack(&bytes, &base, Level::Fastest);
            prop_assert_eq!(unpack(&packed, &base, bytes.len()), Ok(bytes.clone()));
            if !bytes.is_empty() {
                prop_assert!(unpack(&packed, &base, bytes.len() - 1).is_err());
            }
        }

        #[test]
        fn never_panics(packed: Vec<u8>, base: Vec<u8>) {
            let _ = unpack(&packed, &base, 1 << 20);
        }
    }

    #[test]
    fn the_version_before_is_most_of_the_next() {
        let line = |n: u32| format!("{n} {:x}\n", n.wrapping_mul(2_654_435_761));
        let before: String = (0..300_000).map(line).collect();
        let after = before.replacen("250000 ", "two hundred and fifty thousand ", 1);
        assert!(before.len() > 4_000_000);
        let packed = pack(after.as_bytes(), before.as_bytes(), Level::Fastest);
        assert!(packed.len() < 2_000, "{}", packed.len());
        assert_eq!(unpack(&packed, before.as_bytes(), after.len()).unwrap(), after.as_bytes());
        assert!(unpack(&packed, b"another", after.len()).is_err());
    }

    #[test]
    fn a_bomb_stays_small() {
        let bomb = pack(&vec![0; 1 << 26], &[], Level::Fastest);
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack(&bomb, &[], 1 << 20), Err(UnpackError::TooLarge));
    }
}
