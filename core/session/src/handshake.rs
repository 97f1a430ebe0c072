//! Knock, welcome, confirm: how a guest gets a seat (rules JS-JOIN-…).
//!
//! ```text
//! guest                                                           host
//!   Knocking::knock ── M1: my keys, my name, a commitment ──────► Knock::open     (admission: the host's)
//!   Knocking::welcomed ◄──────── M2: your slot, my signature ──── Knock::welcome
//!   Pair ── first frame: the committed number ──────────────────► Pair, safety words
//! ```
//!
//! Each struct is consumed by its transition, so that no step happens twice.

pub(crate) mod bundle;
pub(crate) mod capabilities;
pub(crate) mod knock;
pub(crate) mod sas;
pub(crate) mod welcome;
