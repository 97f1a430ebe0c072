//! The primitives, each behind the one type or function that the protocol needs (rules JS-SUITE-…).

pub(crate) mod entropy;
pub(crate) mod hash;
pub(crate) mod kem;
pub(crate) mod secret;
pub(crate) mod sign;
