//! The local socket: how other processes of the same person reach an engine, and the holder that runs one in the
//! background.

mod attach;
mod frame;
mod holder;
mod inside;
mod listener;
mod message;
mod protocol;

pub use attach::{LocalProcess, LocalSeat, processes, seats};
pub use holder::{HoldSetup, hold, holder};
pub use listener::Listener;

pub use crate::runtime::{
    adopt_orphans,
    folder::{BoundSocket, RuntimeFolder},
    stream::{Incoming, LocalStream},
};

#[cfg(test)]
mod tests;
