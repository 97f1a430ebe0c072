//! Invites: the token that a guest holds, the links that carry it, and the book of them at the host.

pub(crate) mod book;
pub(crate) mod link;
pub(crate) mod pasted;
pub(crate) mod token;
