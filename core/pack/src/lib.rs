//! Compression against something that both ends have: nothing, or the version before. What comes from outside expands to
//! no more than its taker allows, whatever it claims.
//!
//! A browser's guest expands, and does not compress: [`CAN_USE_BASE`] says whether it can expand against a base.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(any(target_family = "wasm", test))]
mod portable;

use thiserror::Error;

#[cfg(not(target_family = "wasm"))]
pub use native::{Level, pack, unpack};
#[cfg(target_family = "wasm")]
pub use portable::unpack;

/// Whether [`unpack`] takes a base that is not empty.
pub const CAN_USE_BASE: bool = cfg!(not(target_family = "wasm"));

/// Why packed bytes were refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum UnpackError {
    /// They cannot be read, or do not say how much they are.
    #[error("compressed bytes that cannot be read")]
    Malformed,
    /// They are more than their taker allows.
    #[error("compressed bytes that are too many")]
    TooLarge,
}
