//! Byte strings inside JSON: base64url without padding, as RFC 4648 section 5 has it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::WireError;

/// Bytes that the relay carries without understanding them: a host bundle, a knock, a welcome.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        decode(&text).map(Self).map_err(D::Error::custom)
    }
}

/// The secret that takes a place at the relay back after a lost connection: a guest's seat, or the host's
/// own end. It proves nothing to the other end of the session and opens nothing there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claim(#[serde(with = "fixed")] pub [u8; 32]);

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim(..)")
    }
}

/// SHA-256 of a [`Claim`]: what the relay keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimHash(#[serde(with = "fixed")] pub [u8; 32]);

/// 32 random bytes of the relay's own, for one opening.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nonce(#[serde(with = "fixed")] pub [u8; 32]);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signature(#[serde(with = "fixed")] pub [u8; 64]);

/// Bytes to base64url text.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url text to bytes.
///
/// # Errors
/// [`WireError::Base64`] for anything but canonical unpadded base64url.
pub fn decode(text: &str) -> Result<Vec<u8>, WireError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| WireError::Base64)
}

/// `#[serde(with = …)]` for arrays of a fixed length.
pub(crate) mod fixed {
    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        use serde::de::Error as _;

        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = super::decode(&text).map_err(D::Error::custom)?;
        <[u8; N]>::try_from(bytes).map_err(|_| D::Error::custom(format!("expected {N} bytes")))
    }
}
