//! A seat at somebody else's session, without I/O: the engine, the browser and the tests drive it.
//!
//! ```text
//!  relay ── text, frames ──►┌ Seat ─────────────────────────────┐── SeatOutput::{Text, Frame, Close} ──► relay
//!                           │ guest machine · keys · panels     │── SeatOutput::Answer ──► who asked
//!  clients ── commands ────►└ a screen for each terminal ───────┘── events ──► each client
//! ```
//!
//! # The drive contract
//!
//! - Every input carries the time. [`Seat::deadline`] says when [`Seat::tick`] is due next; it changes with any input.
//! - After each input, [`Seat::poll`] until it gives nothing. What it gives is done in that order.
//! - Events wait in the seat until their client has room. While [`Seat::reads`] is false, nothing more is to be read of
//!   the relay: its owner is behind, or it is over. Nobody waits for another client: it misses output, and one that
//!   takes nothing at all [is lost](Seat::is_lost).
//! - The driver may sleep once `poll` gives nothing and no event can be handed on: nothing in the seat moves by itself.

mod client;
pub mod dump;
mod keys;
mod panels;
mod queue;
mod refusal;
mod screens;
mod seat;
pub mod snapshot;
mod state;
mod translate;
mod window;

pub use client::ClientId;
pub use seat::{Seat, SeatConfig, SeatOutput};

/// The driver's number for a command that is to be answered.
pub type RequestId = u64;
