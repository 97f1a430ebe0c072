//! A joined session, asked from another terminal of the same person: the seat answers at a private socket beside those
//! of sessions that are hosted.
//!
//! ```text
//!  jumpseat panel ── Question ──► <pid>.seat ── Door ──► join: its board, its engine
//!                 ◄─ Answer ─────
//! ```

#[cfg_attr(not(unix), path = "seat/no_door.rs")]
mod door;
#[cfg_attr(not(unix), allow(dead_code, reason = "nobody asks and nobody answers"))]
mod message;
#[cfg_attr(not(unix), path = "seat/no_reach.rs")]
mod reach;

pub(crate) use door::Door;
pub(crate) use message::{Answer, Question, Seat, Shared};
pub(crate) use reach::{Joined, one};
