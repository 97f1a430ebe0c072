//! What can be fetched: named by the host, and answered only while it stands in a shared document.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PanelError, limits::MAX_REFERENCE_LEN};

/// The name of a content: 1 to [`MAX_REFERENCE_LEN`] letters, digits, `.`, `_`, `:` and `-`.
///
/// It is no path and leads nowhere by itself: a host looks it up in the document that it shares now.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct ReferenceId(String);

impl ReferenceId {
    /// The content of that name, if it can be one.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        let fits = (1..=MAX_REFERENCE_LEN).contains(&name.len());
        (fits && name.bytes().all(plain)).then_some(Self(name))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ReferenceId {
    type Error = PanelError;

    fn try_from(name: String) -> Result<Self, PanelError> {
        Self::new(name).ok_or(PanelError::Garbled("the name of a content"))
    }
}

impl From<ReferenceId> for String {
    fn from(id: ReferenceId) -> Self {
        id.0
    }
}

impl fmt::Debug for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A content that a guest may fetch: a file's version, a command's output, a long text.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Reference {
    /// What to ask for. Another content has another name.
    pub id: ReferenceId,
    /// Its size in bytes as it was when it was published, to show before it is fetched. A file whose line ends or encoding
    /// git converts may be of another size once it is here.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub size: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_never_a_path() {
        assert!(ReferenceId::new("git:2c8b5f0e-1.x_y").is_some());
        for name in ["", "../x", "a/b", "a\\b", "a b", "ä", "~", "a\0"] {
            assert!(ReferenceId::new(name).is_none(), "{name}");
        }
        assert!(ReferenceId::new("x".repeat(65)).is_none());
    }
}
