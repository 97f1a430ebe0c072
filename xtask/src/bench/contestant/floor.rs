//! The floor, `tests/floor`: the least that a lossless encrypted pipeline costs.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Contestant, Process, Task};
use crate::shell::program;

pub(super) struct Floor {
    binary: PathBuf,
}

impl Floor {
    pub(super) fn new(binary: &Path) -> Self {
        Self { binary: binary.to_owned() }
    }

    fn spawn(&self, folder: &Path, name: &str, arguments: &[&str]) -> Result<Process> {
        Process::spawn(name, folder, program(&self.binary.to_string_lossy()).args(arguments))
    }
}

impl Contestant for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn relay(&self, folder: &Path) -> Result<(Process, String)> {
        let relay = self.spawn(folder, "floor-relay", &["relay"])?;
        let (_, address) = relay.line()?;
        Ok((relay, address))
    }

    fn host(&self, folder: &Path, relay: &str, command: &[String]) -> Result<(Process, String)> {
        let mut arguments = vec!["host", relay];
        arguments.extend(command.iter().map(String::as_str));
        Ok((self.spawn(folder, "floor-host", &arguments)?, relay.to_owned()))
    }

    fn guest(&self, folder: &Path, invite: &str, task: &Task) -> Result<Process> {
        let guest = match task {
            Task::Until(text) => self.spawn(folder, "floor-guest", &["guest", invite, "until", text])?,
            Task::Keys(count) => {
                self.spawn(folder, "floor-guest", &["guest", invite, "keys", &count.to_string()])?
            }
        };
        guest.wait_for(|line| line == "seated")?;
        Ok(guest)
    }
}
