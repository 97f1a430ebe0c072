//! What tests of this crate and of others look at: never part of a product build.

pub mod opened;

pub use crate::frame::sealings::{Sealing, sealings, watch_sealings};
