//! The local socket: how other processes of the same person reach an engine, and the holder that runs one in the
//! background.

pub(crate) mod folder;
mod frame;
mod message;

pub use folder::RuntimeFolder;

use std::path::Path;

use crate::face::{Failure, FailureKind};

fn failure(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Local, format!("{}: {error}", path.display()))
}
