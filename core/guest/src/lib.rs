//! A seat at somebody else's session, without I/O: the engine, the browser and the tests drive it.
//!
//! ```text
//!  relay ── text, frames ──►┌ Seat ─────────────────────────────┐── SeatOutput::{Text, Frame, Close} ──► relay
//!                           │ guest machine · keys · panels     │── SeatOutput::Answer ──► who asked
//!  client ── commands ─────►└───────────────────────────────────┘── events ──► client
//! ```
//!
//! # The drive contract
//!
//! - Every input carries the time. [`Seat::deadline`] says when [`Seat::tick`] is due next; it changes with any input.
//! - After each input, [`Seat::poll`] until it gives nothing. What it gives is done in that order.
//! - Events wait in the seat until its client has room. While [`Seat::reads`] is false, nothing more is to be read of
//!   the relay: the client is behind, or it is over.
//! - The driver may sleep once `poll` gives nothing and no event can be handed on: nothing in the seat moves by itself.

mod drawing;
mod keys;
mod panels;
mod queue;
mod refusal;
mod seat;
pub mod snapshot;
mod state;
mod translate;

pub use drawing::Drawing;
pub use seat::{Seat, SeatConfig, SeatOutput};

/// The driver's number for a command that is to be answered.
pub type RequestId = u64;
