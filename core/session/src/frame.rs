//! Frames: what is sealed, with which key, and what stands in it (rules JS-FRAME-…, JS-EPOCH-…).

pub(crate) mod chain;
pub(crate) mod epoch;
pub(crate) mod group;
pub(crate) mod record;
pub(crate) mod seal;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod sealings;
