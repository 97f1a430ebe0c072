//! The product's relay in a process of its own, for the benchmarks that load it with made-up ends.

use anyhow::Result;

use super::Bench;
use super::process::Process;
use super::programs::Program;

pub(super) struct Relay {
    pub(super) process: Process,
    pub(super) address: String,
}

impl Relay {
    pub(super) fn start(bench: &Bench) -> Result<Self> {
        let process = Process::spawn("relay", &bench.folder, &mut Program::Load.command(["serve"]))?;
        let (_, address) = process.line()?;
        Ok(Self { process, address })
    }
}
