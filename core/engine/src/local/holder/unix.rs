//! What makes a process a background process on Unix.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt as _, path::Path};

use tokio::process::Command;

use crate::{
    api::ApiError,
    runtime::{failure, folder::RuntimeFolder},
};

/// Out of the starter's session: closing its terminal is none of this process's business.
pub(super) fn leave_session() {
    // It fails for a process that leads a group already, which then has a place of its own.
    let _ = rustix::process::setsid();
}

/// How it is started: it leaves no folder in use.
pub(super) fn detach(command: &mut Command, _: &RuntimeFolder) {
    command.current_dir("/");
}

/// A file that is made is closed to everyone else.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Standard output leads nowhere from now on.
pub(super) fn print_nowhere() -> Result<(), ApiError> {
    let path = Path::new("/dev/null");
    let null = OpenOptions::new().write(true).open(path).map_err(|error| failure(path, error))?;
    rustix::stdio::dup2_stdout(&null).map_err(|error| failure(path, error))
}
