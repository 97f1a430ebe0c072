//! Who takes part: anything that shares a terminal by a host, a relay and guests, each a process.

mod floor;
pub(super) mod product;

use std::path::Path;

use anyhow::Result;

use super::process::Process;

/// One way to share a terminal.
pub(super) trait Contestant {
    /// Its name in the figures.
    fn name(&self) -> &'static str;

    /// Starts a relay on loopback; its process, and what the other two need to find it.
    fn relay(&self, folder: &Path) -> Result<(Process, String)>;

    /// Starts a host that runs the command in a terminal of 120×40; its process, and what a guest needs to join.
    fn host(&self, folder: &Path, relay: &str, command: &[String]) -> Result<(Process, String)>;

    /// Starts a guest with its task; returns when the guest is seated and sees the terminal.
    fn guest(&self, folder: &Path, invite: &str, task: &Task) -> Result<Process>;
}

/// What a guest does once it is seated.
pub(super) enum Task {
    /// Prints `done` when the text has come by.
    Until(&'static str),
    /// Prints `done` when the text is on a screen that it keeps, and what screen that is, if it can.
    Show(&'static str),
    /// Presses keys at the echo program, each when the one before it was seen, and prints the time of each in
    /// nanoseconds, one a line; then it ends.
    Keys { count: usize, flooded: bool },
}

/// All contestants; the floor first.
pub(super) fn all() -> Vec<Box<dyn Contestant>> {
    vec![Box::new(floor::Floor), Box::new(product::Product)]
}
