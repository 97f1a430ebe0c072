//! Names of entries.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PanelError, limits::MAX_KEY_LEN, text};

/// Names an entry in its document; documents are in the order of their keys.
///
/// 1 to [`MAX_KEY_LEN`] bytes of one line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

impl Key {
    /// The key of that name, if it can be one.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let fits = (1..=MAX_KEY_LEN).contains(&name.len());
        (fits && name.chars().all(text::is_shown)).then_some(Self(name))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Key {
    type Error = PanelError;

    fn try_from(name: String) -> Result<Self, PanelError> {
        Self::new(name).ok_or(PanelError::Garbled("a key"))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_line_and_bounded() {
        assert!(Key::new("0/file/src/a b.rs").is_some());
        assert!(Key::new("").is_none() && Key::new("a\nb").is_none() && Key::new("a\u{202e}b").is_none());
        assert!(
            Key::new("x".repeat(MAX_KEY_LEN)).is_some() && Key::new("x".repeat(MAX_KEY_LEN + 1)).is_none()
        );
        assert!(serde_json::from_str::<Key>("\"\\u0000\"").is_err());
    }
}
