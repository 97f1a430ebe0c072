//! One guest whose line is slow, and one that reads nothing for a while: the product alone, for the floor waits for
//! both.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::bench::Bench;
use crate::bench::contestant::product::{Product, by_way_of, guest};
use crate::bench::contestant::{Contestant, Task};
use crate::bench::figure::Figures;
use crate::bench::process::Process;
use crate::bench::programs::Program;
use crate::bench::session::{Endless, Flood, Session};

/// What the slow guest's line takes, in bytes a second.
const RATE: &str = "4000000";
/// How long the slow guest watches before it stops the flood, in milliseconds.
const WATCHES: &str = "3000";
/// How long the other one reads nothing.
const STALL: Duration = Duration::from_secs(15);

/// A flood without end that a guest on a slow line stops.
pub(super) fn stop(bench: &Bench, corpus: &Path, figures: &mut Figures) -> Result<()> {
    let mut flood = Endless::new(&bench.folder, corpus)?;
    let session = Session::start(bench, &Product, &flood.command)?;
    let line = Process::spawn(
        "line",
        &bench.folder,
        &mut Program::StopWatch.command(["line", &session.address, RATE]),
    )?;
    let (_, address) = line.line()?;
    let invite = by_way_of(&address, &session.invite)?;
    flood.ready.wait()?;
    flood.go.open()?;
    let slow = guest(&bench.folder, &invite, ["stop", WATCHES, Endless::END])?;
    let pressed = slow.wait_for(|line| line == "pressed")?;
    let stopped = flood.stopped.wait()?;
    let seen = slow.done()?.0;
    let milliseconds = |time: Instant| time.saturating_duration_since(pressed).as_secs_f64() * 1e3;
    let mut add = |what, unit, value| figures.add(what, unit, "jumpseat", value);
    add("4 MB/s guest: ^C until the job has it", "ms", milliseconds(stopped));
    add("4 MB/s guest: ^C until it sees the stop", "ms", milliseconds(seen));
    // Whoever comes now gets the host's own screen.
    let late = guest(&bench.folder, &session.invite, ["show", Endless::END])?;
    add("4 MB/s guest: screen is the host's", "of 1", same(&slow, &late)?);
    Ok(())
}

/// A flood with a guest that stands still, next to one that reads.
pub(super) fn stall(bench: &Bench, corpus: &Path, figures: &mut Figures) -> Result<()> {
    let mut flood = Flood::new(&bench.folder, corpus)?;
    let session = Session::start(bench, &Product, &flood.command)?;
    let reads = Product.guest(&bench.folder, &session.invite, &Task::Show(Flood::END))?;
    let stalls = Product.guest(&bench.folder, &session.invite, &Task::Show(Flood::END))?;
    flood.ready.wait()?;
    stalls.signal("STOP")?;
    let start = Instant::now();
    flood.go.open()?;
    let printed = flood.printed.wait()?;
    let seen = reads.done()?.0;
    std::thread::sleep(STALL.saturating_sub(start.elapsed()));
    let back = Instant::now();
    stalls.signal("CONT")?;
    let caught_up = stalls.done()?.0;
    let mut add = |what, unit, value| figures.add(what, unit, "jumpseat", value);
    add("next to a stalled guest, until the command ended", "s", (printed - start).as_secs_f64());
    add("next to a stalled guest, until the other had the end", "s", (seen - start).as_secs_f64());
    add("stalled guest: until it has caught up", "ms", (caught_up - back).as_secs_f64() * 1e3);
    add("stalled guest: screen is the host's", "of 1", same(&reads, &stalls)?);
    Ok(())
}

/// 1 if the two show the same, cell by cell, scrollback included.
fn same(one: &Process, other: &Process) -> Result<f64> {
    let digest = |guest: &Process| loop {
        let (_, line) = guest.line().context("a guest that did not tell its screen")?;
        if line.starts_with("screen ") {
            break Ok::<String, anyhow::Error>(line);
        }
    };
    Ok(if digest(one)? == digest(other)? { 1.0 } else { 0.0 })
}
