//! A joined session, asked from another terminal of the same person: the seat answers at a private socket beside those
//! of sessions that are hosted.
//!
//! ```text
//!  jumpseat panel ── Question ──► <pid>.seat ── Door ──► join: its board, its engine
//!                 ◄─ Answer ─────
//! ```

mod door;
mod message;
mod reach;

pub(crate) use door::Door;
pub(crate) use message::{Answer, Question, Seat, Shared};
pub(crate) use reach::{Joined, one};
