//! Why bytes or text from outside were not accepted.

use thiserror::Error;

/// Why bytes or text from outside were not accepted. None of these says anything about a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WireError {
    /// Fewer bytes than the shape needs.
    #[error("too short: {found} bytes where at least {needed} are needed")]
    TooShort {
        /// The least number of bytes.
        needed: usize,
        /// What came.
        found: usize,
    },
    /// More bytes than the limit allows.
    #[error("too long: {found} bytes where at most {limit} are allowed")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
        /// What came.
        found: usize,
    },
    /// Another protocol version.
    #[error("protocol version {0} is not spoken here (version {ours} is)", ours = crate::VERSION)]
    Version(u8),
    /// A frame type that this version does not know.
    #[error("unknown frame type {0:#04x}")]
    FrameType(u8),
    /// A header whose fields contradict its type.
    #[error("a frame header that contradicts its type: {0}")]
    Header(&'static str),
    /// Not an invite code.
    #[error("not an invite code: {0}")]
    Code(&'static str),
    /// Not the base64url text, or not the length, that the field needs.
    #[error("not the base64url text that is expected here")]
    Base64,
    /// Not a control message.
    #[error("not a control message: {0}")]
    Control(String),
}
