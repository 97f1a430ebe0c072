//! The product's relay in a process of its own, for the benchmarks that load it with made-up ends.

use anyhow::Result;

use super::Bench;
use super::contestant::product;
use super::process::Process;

pub(super) struct Relay {
    pub(super) process: Process,
    pub(super) address: String,
}

impl Relay {
    pub(super) fn start(bench: &Bench) -> Result<Self> {
        let (process, address) = product::relay(&bench.folder)?;
        Ok(Self { process, address })
    }
}
