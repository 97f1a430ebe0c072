//! A guest's keys to a raw-mode echo program and back, alone and with nineteen others who watch.

use anyhow::{Context, Result};

use super::Bench;
use super::contestant::product::{Product, guest};
use super::contestant::{Contestant, Task};
use super::figure::{Figures, quantile};
use super::process::Process;
use super::programs::Program;
use super::relay::Relay;
use super::session::{Echo, Session};

const KEYS: usize = 1000;

/// Who watches, and what else the program prints.
const SITUATIONS: [(&str, usize, bool); 3] =
    [("echo", 0, false), ("echo, 19 others", 19, false), ("echo in a flood", 0, true)];

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        bare(bench, figures)?;
        for (what, others, flooded) in SITUATIONS {
            for contestant in &bench.contestants {
                shared(bench, contestant.as_ref(), what, others, flooded, figures)?;
            }
        }
        hidden(bench, figures)?;
    }
    Ok(())
}

/// The physical limits: the PTY alone, TCP alone, WebSocket messages through the relay.
fn bare(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let echo = Echo::new(bench, false)?;
    let keys = KEYS.to_string();
    let mut bare = Program::Floor.command(["bare", "keys", &keys]);
    let pty = Process::spawn("bare", &bench.folder, bare.args(&echo.command))?;
    echo.ready.wait()?;
    add(figures, "echo", "bare PTY", &pty)?;
    let tcp = Process::spawn("ping", &bench.folder, &mut Program::Floor.command(["bare", "ping", &keys]))?;
    add(figures, "echo", "bare TCP", &tcp)?;
    let relay = Relay::start(bench)?;
    let mut ends = Program::Load.command(["echo", &relay.address, "1", &keys]);
    add(figures, "echo", "relay alone", &Process::spawn("ends", &bench.folder, &mut ends)?)
}

fn shared(
    bench: &Bench,
    contestant: &dyn Contestant,
    what: &str,
    others: usize,
    flooded: bool,
    figures: &mut Figures,
) -> Result<()> {
    let echo = Echo::new(bench, flooded)?;
    let session = Session::start(bench, contestant, &echo.command)?;
    echo.ready.wait()?;
    let _watching = session.guests(bench, others, &Task::Until("NEVER-PRINTED"))?;
    let typing = session.guests(bench, 1, &Task::Keys { count: KEYS, flooded })?;
    add(figures, what, contestant.name(), &typing[0])
}

/// With the timing of keys hidden from the relay.
fn hidden(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let echo = Echo::new(bench, false)?;
    let session = Session::start(bench, &Product, &echo.command)?;
    echo.ready.wait()?;
    let typing = guest(&bench.folder, &session.invite, ["keys", &KEYS.to_string(), "hidden"])?;
    add(figures, "echo, timing hidden", Product.name(), &typing)
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
