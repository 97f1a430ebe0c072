//! Why bytes are not a snapshot.

use std::fmt;

/// Why bytes are not a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They end too early.
    Truncated,
    /// They are not a snapshot, or of an unknown version.
    Version,
    /// They exceed a limit.
    TooLarge,
    /// A part of them makes no sense.
    Malformed(&'static str),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(f, "the snapshot ends too early"),
            Self::Version => write!(f, "not a snapshot of a known version"),
            Self::TooLarge => write!(f, "the snapshot exceeds a limit"),
            Self::Malformed(part) => write!(f, "the snapshot is malformed: {part}"),
        }
    }
}

impl std::error::Error for DecodeError {}
