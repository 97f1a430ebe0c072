//! A real HTTP server of this machine that speaks as forges do, for tests.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

pub mod github;
mod server;

pub use server::{Allowance, ForgeServer, Mood, Seen, State};
