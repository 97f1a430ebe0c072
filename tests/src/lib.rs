//! What the end-to-end tests stand on: the real `jumpseat` program in a home of its own, and a line between
//! its ends that can be made bad.
//!
//! ```text
//!  Program(share) ── Line ──► Program(relay) ◄── Line ── Program(join)
//! ```
//!
//! Tests wait for what the programs say, never for time; a wait that takes too long fails with everything
//! that was said.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod line;
mod nginx;
mod program;
mod test_env;

pub use line::Line;
pub use nginx::Nginx;
pub use program::{PATIENCE, Program};
pub use test_env::{Invite, TestEnv};
