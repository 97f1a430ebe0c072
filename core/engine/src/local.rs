//! The local socket: how other processes of the same person reach an engine, and the holder that runs one in the
//! background.

#[cfg(any(not(unix), test))]
#[cfg_attr(unix, allow(unreachable_pub, dead_code, reason = "exported where it is the only one"))]
mod absent;
#[cfg(unix)]
mod attach;
pub(crate) mod folder;
#[cfg(unix)]
mod frame;
#[cfg(unix)]
mod holder;
#[cfg(unix)]
mod listener;
#[cfg(unix)]
mod message;
#[cfg(unix)]
pub(crate) mod origin;
#[cfg(unix)]
mod orphans;

use std::path::Path;

#[cfg(not(unix))]
pub(crate) use absent::origin;
#[cfg(not(unix))]
pub use absent::{HoldSetup, Listener, LocalProcess, adopt_orphans, hold, holder, processes};
#[cfg(unix)]
pub use attach::{LocalProcess, processes};
#[cfg(unix)]
pub use folder::BoundSocket;
pub use folder::RuntimeFolder;
#[cfg(unix)]
pub use holder::{HoldSetup, hold, holder};
#[cfg(unix)]
pub use listener::Listener;
#[cfg(unix)]
pub use orphans::adopt_orphans;

use crate::face::{Failure, FailureKind};

pub(crate) fn failure(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Local, format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
