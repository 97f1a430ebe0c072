//! The floor, `tests/floor`: the least that a lossless encrypted pipeline costs.

use std::path::Path;

use anyhow::Result;

use super::{Contestant, Process, Task};
use crate::bench::programs::Program;

pub(super) struct Floor;

fn spawn<const N: usize>(folder: &Path, name: &str, arguments: [&str; N]) -> Result<Process> {
    Process::spawn(name, folder, &mut Program::Floor.command(arguments))
}

impl Contestant for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn relay(&self, folder: &Path) -> Result<(Process, String)> {
        let relay = spawn(folder, "floor-relay", ["relay"])?;
        let (_, address) = relay.line()?;
        Ok((relay, address))
    }

    fn host(&self, folder: &Path, relay: &str, command: &[String]) -> Result<(Process, String)> {
        let mut host = Program::Floor.command(["host", relay]);
        Ok((Process::spawn("floor-host", folder, host.args(command))?, relay.to_owned()))
    }

    fn guest(&self, folder: &Path, invite: &str, task: &Task) -> Result<Process> {
        let guest = match task {
            Task::Until(text) => spawn(folder, "floor-guest", ["guest", invite, "until", text])?,
            Task::Keys(count) => spawn(folder, "floor-guest", ["guest", invite, "keys", &count.to_string()])?,
        };
        guest.wait_for(|line| line == "seated")?;
        Ok(guest)
    }
}
