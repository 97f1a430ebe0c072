//! A guest's keys to a raw-mode echo program and back, alone and with nineteen others who watch.

use anyhow::{Context, Result};

use super::Bench;
use super::contestant::{Contestant, Task};
use super::figure::{Figures, quantile};
use super::process::Process;
use super::programs::Program;
use super::session::{Echo, Session};

const KEYS: usize = 1000;

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        bare(bench, figures)?;
        for contestant in &bench.contestants {
            for others in [0, 19] {
                shared(bench, contestant.as_ref(), others, figures)?;
            }
        }
    }
    Ok(())
}

/// The physical limits: the PTY alone, TCP alone.
fn bare(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let echo = Echo::new(bench)?;
    let keys = KEYS.to_string();
    let mut bare = Program::Floor.command(["bare", "keys", &keys]);
    let pty = Process::spawn("bare", &bench.folder, bare.args(&echo.command))?;
    echo.ready.wait()?;
    add(figures, "echo", "bare PTY", &pty)?;
    let tcp = Process::spawn("ping", &bench.folder, &mut Program::Floor.command(["bare", "ping", &keys]))?;
    add(figures, "echo", "bare TCP", &tcp)
}

fn shared(bench: &Bench, contestant: &dyn Contestant, others: usize, figures: &mut Figures) -> Result<()> {
    let echo = Echo::new(bench)?;
    let session = Session::start(bench, contestant, &echo.command)?;
    echo.ready.wait()?;
    let _watching = session.guests(bench, others, &Task::Until("NEVER-PRINTED".to_owned()))?;
    let typing = session.guests(bench, 1, &Task::Keys(KEYS))?;
    let what = if others == 0 { "echo".to_owned() } else { format!("echo, {others} others") };
    add(figures, &what, contestant.name(), &typing[0])
}

/// Reads the time of each key, one a line in nanoseconds, until the process ends.
fn add(figures: &mut Figures, what: &str, contestant: &str, process: &Process) -> Result<()> {
    let times: Vec<f64> = process.rest().iter().filter_map(|line| line.parse().ok()).collect();
    let all = (times.len() == KEYS).then_some(times);
    let times = all.with_context(|| format!("{contestant} did not measure all keys"))?;
    for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
        figures.add(&format!("{what} {name}"), "µs", contestant, quantile(&times, part) / 1000.0);
    }
    Ok(())
}
