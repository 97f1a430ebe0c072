//! Tokio around a session: terminals, the line to the relay, and the one client that every program meets.

pub mod api;
mod awake;
mod client;
mod guest;
mod host;
pub mod local;
mod packed;
mod panels;
mod pty;
mod refusal;
mod runtime;
mod shell;
mod transport;

pub use guest::{GuestEngine, GuestSetup, SeatListener};
pub use jumpseat_guest::{SeatConfig, dump, snapshot};
pub use jumpseat_session::{GuestKey, InviteLink};
use std::{future::Future, io, thread};

pub use host::{ClientListener, EmbeddedRelay, HostEngine, HostSetup, Owned, StartRelay};
pub use transport::{Proxies, TransportSetup};

/// Runs an engine on a thread and a current-thread runtime of its own, for programs without one. The thread ends
/// when the engine does.
///
/// # Errors
/// The operating system's, if there is no thread or runtime to be had.
pub fn on_thread<F, B>(name: &str, begin: B) -> io::Result<thread::JoinHandle<()>>
where
    F: Future<Output = ()>,
    B: FnOnce() -> F + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || runtime.block_on(async { begin().await }))
}
