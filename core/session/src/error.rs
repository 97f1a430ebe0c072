//! What can go wrong in a session, by who is at fault.

use thiserror::Error;

/// What can go wrong in a session. None of these carries a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SessionError {
    /// Something that only a forger, or a broken line, would send: it was dropped.
    #[error("{0} does not verify")]
    Forged(&'static str),
    /// Something that was seen before, or comes from before: it was dropped.
    #[error("{0} was replayed")]
    Replayed(&'static str),
    /// The other end broke a rule of the protocol.
    #[error("the other end broke the protocol: {0}")]
    Misbehaved(&'static str),
    /// Bytes that have no meaning.
    #[error(transparent)]
    Wire(#[from] jumpseat_wire::WireError),
    /// A key was used up; the session has to rotate or end.
    #[error("a key's frames are used up")]
    UsedUp,
    /// A token that cannot be read.
    #[error("not an invite token: {0}")]
    Token(&'static str),
    /// A link that cannot be read.
    #[error("not an invite link: {0}")]
    Link(&'static str),
    /// The address of a page that invites cannot have.
    #[error("not a page for invites: {0}")]
    Page(&'static str),
    /// Something that was named and is not there (any more).
    #[error("{0}")]
    Missing(&'static str),
    /// There is as much of something as there can be.
    #[error("{0}")]
    Full(&'static str),
    /// A call that makes no sense in this state.
    #[error("{0}")]
    Misused(&'static str),
}
