//! The floor, `tests/floor`: the least that a lossless encrypted pipeline costs.

use std::path::Path;

use anyhow::Result;

use super::{Contestant, Process, Task};
use crate::bench::programs::Program;

pub(super) struct Floor;

impl Contestant for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn relay(&self, folder: &Path) -> Result<(Process, String)> {
        let relay = Process::spawn("floor-relay", folder, &mut Program::Floor.command(["relay"]))?;
        let (_, address) = relay.line()?;
        Ok((relay, address))
    }

    fn host(&self, folder: &Path, relay: &str, command: &[String]) -> Result<(Process, String)> {
        let mut host = Program::Floor.command(["host", relay]);
        Ok((Process::spawn("floor-host", folder, host.args(command))?, relay.to_owned()))
    }

    fn guest(&self, folder: &Path, invite: &str, task: &Task) -> Result<Process> {
        let mut command = Program::Floor.command(["guest", invite]);
        match task {
            Task::Until(text) | Task::Show(text) => command.args(["until", text]),
            Task::Keys { count, flooded } => {
                command.args(["keys", &count.to_string()]).args(flooded.then_some("flooded"))
            }
        };
        let guest = Process::spawn("floor-guest", folder, &mut command)?;
        guest.wait_for(|line| line == "seated")?;
        Ok(guest)
    }
}
