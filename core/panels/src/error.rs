//! What can be wrong with a panel that comes from outside.

/// Why a document, a change or a content was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PanelError {
    /// It cannot be read.
    #[error("a panel that cannot be read: {0}")]
    Garbled(&'static str),
    /// It is larger than panels may be.
    #[error("a panel that is larger than panels are: {0}")]
    TooLarge(&'static str),
    /// The change is for another version than this: a snapshot has to come first.
    #[error("a change of a version that is not here")]
    OutOfOrder,
    /// The content it was packed against is not here any more: fetch it whole.
    #[error("a content that was packed against one that is not here")]
    NoBase,
}

impl From<jumpseat_pack::UnpackError> for PanelError {
    fn from(error: jumpseat_pack::UnpackError) -> Self {
        match error {
            jumpseat_pack::UnpackError::Malformed => Self::Garbled("compressed bytes"),
            jumpseat_pack::UnpackError::TooLarge => Self::TooLarge("compressed bytes"),
        }
    }
}
