//! The local socket: how other processes of the same person reach an engine, and the holder that runs one in the
//! background.

mod attach;
pub(crate) mod folder;
mod frame;
mod holder;
mod listener;
mod message;
pub(crate) mod origin;
mod orphans;
#[cfg(target_os = "linux")]
mod process;
mod stream;

use std::path::Path;

pub use attach::{LocalProcess, processes};
pub use folder::{BoundSocket, RuntimeFolder};
pub use holder::{HoldSetup, hold, holder};
pub use listener::Listener;
pub use orphans::adopt_orphans;
pub use stream::{Incoming, LocalStream};

use crate::api::{Failure, FailureKind};

pub(crate) fn failure(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Local, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
