//! Contents that guests fetch, as they travel: compressed, against what the guest holds if it says so.
//!
//! ```text
//! content = kind u8 ‖ hash 16 ‖ base 16 (kind 1) ‖ zstd          kind: 0 whole, 1 against the base
//! ```

#[cfg(not(target_family = "wasm"))]
mod encode;

use std::fmt;

use jumpseat_pack::unpack;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{PanelError, limits::MAX_CONTENT};

// A guest in a browser is never a host, and has no compressor.
#[cfg(not(target_family = "wasm"))]
pub use encode::pack_content;

/// What a content is known by once it is here: the first 16 bytes of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 16]);

impl ContentHash {
    /// That of these bytes.
    pub fn of(content: &[u8]) -> Self {
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::digest(content)[..16]);
        Self(hash)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = PanelError;

    fn try_from(text: String) -> Result<Self, PanelError> {
        let garbled = PanelError::Garbled("a content's hash");
        if text.len() != 32 || !text.bytes().all(|character| character.is_ascii_hexdigit()) {
            return Err(garbled);
        }
        let number = u128::from_str_radix(&text, 16).map_err(|_| garbled)?;
        Ok(Self(number.to_be_bytes()))
    }
}

const WHOLE: u8 = 0;
const AGAINST: u8 = 1;

/// A content that came; `held` finds the one that it was packed against.
///
/// # Errors
/// [`PanelError::NoBase`] when that one is not here; else when it is garbled, too large or not what it says.
pub fn unpack_content<B: AsRef<[u8]>>(
    bytes: &[u8],
    held: impl FnOnce(ContentHash) -> Option<B>,
) -> Result<Vec<u8>, PanelError> {
    let garbled = PanelError::Garbled("a content");
    let (kind, rest) = bytes.split_first().ok_or(garbled)?;
    let (hash, rest) = rest.split_first_chunk::<16>().ok_or(garbled)?;
    let (base, rest) = match *kind {
        WHOLE => (None, rest),
        AGAINST => {
            let (base, rest) = rest.split_first_chunk::<16>().ok_or(garbled)?;
            (Some(held(ContentHash(*base)).ok_or(PanelError::NoBase)?), rest)
        }
        _ => return Err(garbled),
    };
    let base = base.as_ref().map(AsRef::as_ref).unwrap_or_default();
    let content = unpack(rest, base, MAX_CONTENT as usize)?;
    if ContentHash::of(&content).0 == *hash { Ok(content) } else { Err(garbled) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = ContentHash::of(b"");
        assert_eq!(hash.to_string(), "e3b0c44298fc1c149afbf4c8996fb924");
        assert_eq!(ContentHash::try_from(hash.to_string()), Ok(hash));
        for wrong in ["", "+3b0c44298fc1c149afbf4c8996fb924", "e3b0c44298fc1c149afbf4c8996fb92é"] {
            assert!(ContentHash::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_base_that_is_not_here_is_told_apart() {
        let old: Vec<u8> = (0..500_u32).map(|n| (n * n % 251) as u8).collect();
        let other = [2; 500];
        let packed = pack_content(&[&old[..], b"new"].concat(), Some(&old));
        assert!(packed.len() < 80, "{}", packed.len());
        assert_eq!(unpack_content(&packed, |_| None::<&[u8]>), Err(PanelError::NoBase));
        assert!(unpack_content(&packed, |_| Some(&other)).is_err());
        assert_eq!(unpack_content(&packed, |_| Some(&old)), Ok([&old[..], b"new"].concat()));
    }

    proptest! {
        #[test]
        fn comes_back_whole(content: Vec<u8>, base: Option<Vec<u8>>) {
            let packed = pack_content(&content, base.as_deref());
            prop_assert_eq!(unpack_content(&packed, |_| base.as_deref()), Ok(content));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>, base: Vec<u8>) {
            let _ = unpack_content(&bytes, |_| Some(&base));
        }
    }
}
