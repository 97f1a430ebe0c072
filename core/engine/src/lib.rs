//! Tokio around a session: terminals, the line to the relay, and the one face that every program meets.

pub mod face;
mod guest;
pub mod local;
pub mod picture;
mod pty;
mod shell;
mod transport;

pub use guest::{GuestEngine, GuestSetup};
pub use transport::{Proxies, TransportSetup};
