//! Without a C library: expands, against nothing.

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::UnpackError;

/// What is expanded between two looks at how much it is, in bytes.
const STEP: usize = 128 * 1024;

/// The smallest window that the format has, in bytes.
const MIN_WINDOW: u64 = 1024;

/// Expands packed bytes, to at most `max` whatever they claim.
///
/// # Errors
/// They cannot be read, are too large, or were packed against a base.
#[cfg_attr(
    not(target_family = "wasm"),
    expect(unreachable_pub, reason = "exported where it is the only one")
)]
pub fn unpack(mut packed: &[u8], base: &[u8], max: usize) -> Result<Vec<u8>, UnpackError> {
    let malformed = UnpackError::Malformed;
    if !base.is_empty() {
        return Err(malformed);
    }
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size((max as u64).max(MIN_WINDOW));
    decoder.init(&mut packed).map_err(|_| malformed)?;
    let len = usize::try_from(decoder.content_size()).ok().filter(|len| *len <= max);
    let len = len.ok_or(UnpackError::TooLarge)?;
    let mut bytes = Vec::with_capacity(len);
    while !decoder.is_finished() || decoder.can_collect() > 0 {
        decoder.decode_blocks(&mut packed, BlockDecodingStrategy::UptoBytes(STEP)).map_err(|_| malformed)?;
        decoder.collect_to_writer(&mut bytes).map_err(|_| malformed)?;
        if bytes.len() > len {
            return Err(UnpackError::TooLarge);
        }
    }
    if bytes.len() == len { Ok(bytes) } else { Err(malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unpack;
    use crate::{Level, UnpackError, pack};

    proptest! {
        #[test]
        fn what_the_library_in_c_packs_comes_back_whole(bytes: Vec<u8>, times in 1..200_usize) {
            let bytes = bytes.repeat(times);
            for level in [Level::Fastest, Level::Usual] {
                let packed = pack(&bytes, &[], level);
                prop_assert_eq!(unpack(&packed, &[], bytes.len()), Ok(bytes.clone()));
                if !bytes.is_empty() {
                    prop_assert!(unpack(&packed, &[], bytes.len() - 1).is_err());
                }
            }
        }

        #[test]
        fn never_panics(packed: Vec<u8>) {
            let _ = unpack(&packed, &[], 1 << 20);
        }
    }

    #[test]
    fn a_bomb_stays_small() {
        let bomb = pack(&vec![0; 1 << 26], &[], Level::Fastest);
        assert_eq!(unpack(&bomb, &[], 1 << 20), Err(UnpackError::TooLarge));
        assert_eq!(unpack(&bomb, b"base", 1 << 26), Err(UnpackError::Malformed));
    }
}
