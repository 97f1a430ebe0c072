//! How long `jumpseat share` takes from the start of its process to the invite, and how large the program is.

use std::time::Instant;

use anyhow::Result;

use super::Bench;
use super::contestant::product::jumpseat;
use super::figure::{Figures, quantile};
use super::process::Process;
use super::programs::Program;
use super::relay::Relay;

/// Starts in a run, one after the other.
const STARTS: usize = 10;

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        let version = start(bench, &["--version"])?;
        let embedded = start(bench, &["share", "--headless", "--", "cat"])?;
        let relay = Relay::start(bench)?;
        let url = format!("ws://{}", relay.address);
        let elsewhere = start(bench, &["share", "--headless", "--relay", &url, "--", "cat"])?;
        let shell = start(bench, &["share", "--headless", "--relay", &url])?;
        let mut add = |what, value| figures.add(what, "ms", "jumpseat", value);
        add("invite, relay in the process", embedded);
        add("invite, relay elsewhere", elsewhere);
        add("invite, a shell, relay elsewhere", shell);
        add("version (the process alone)", version);
        let binary = std::fs::metadata(Program::Product.path())?.len() as f64;
        figures.add("stripped program", "MB", "jumpseat", binary / 1e6);
    }
    Ok(())
}

/// Milliseconds until the first line of its output.
fn start(bench: &Bench, arguments: &[&str]) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let mut command = jumpseat(&bench.folder, [])?;
        let start = Instant::now();
        let process = Process::spawn("start", &bench.folder, command.args(arguments))?;
        let (said, _) = process.line()?;
        times.push((said - start).as_secs_f64() * 1e3);
    }
    Ok(quantile(&times, 0.5))
}
