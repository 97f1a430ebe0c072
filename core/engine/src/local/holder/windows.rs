//! What makes a process a background process on Windows.

use std::fs::OpenOptions;

use tokio::process::Command;

use crate::{api::ApiError, runtime::folder::RuntimeFolder};

/// With a console of its own that has no window, so that the programs which it starts open none.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Ctrl+C in the starter's console is none of its business.
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;

/// It was started outside of its starter's console.
pub(super) fn leave_session() {}

/// How it is started: the folder that it stays in is its own.
pub(super) fn detach(command: &mut Command, folder: &RuntimeFolder) {
    command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP).current_dir(folder.path());
}

/// What is made in the profile is closed to everyone else.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Nothing is printed after the ready line.
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(super) fn print_nowhere() -> Result<(), ApiError> {
    Ok(())
}
