//! A shared shell prints the corpus: until the host's command ends, until one and twenty guests have the end, and
//! what it costs each process.

use std::time::Instant;

use anyhow::Result;

use super::contestant::{Contestant, Task};
use super::figure::Figures;
use super::process::Process;
use super::programs::Program;
use super::session::{Flood, Session};
use super::{Bench, corpus};

const FEW_AND_MANY: [usize; 2] = [1, 20];

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let corpus = corpus::file(bench)?;
    for _ in 0..bench.runs {
        bare(bench, &corpus, figures)?;
        for contestant in &bench.contestants {
            for guests in FEW_AND_MANY {
                shared(bench, contestant.as_ref(), &corpus, guests, figures)?;
            }
        }
    }
    Ok(())
}

/// The physical limit: the same command in a PTY that is only read.
fn bare(bench: &Bench, corpus: &std::path::Path, figures: &mut Figures) -> Result<()> {
    let mut flood = Flood::new(&bench.folder, corpus)?;
    let mut drain = Program::Floor.command(["bare", "drain"]);
    let _drain = Process::spawn("bare", &bench.folder, drain.args(&flood.command))?;
    flood.ready.wait()?;
    let start = Instant::now();
    flood.go.open()?;
    let printed = flood.printed.wait()?;
    figures.add(&ended(1), "s", "bare PTY", (printed - start).as_secs_f64());
    Ok(())
}

fn shared(
    bench: &Bench,
    contestant: &dyn Contestant,
    corpus: &std::path::Path,
    count: usize,
    figures: &mut Figures,
) -> Result<()> {
    let mut flood = Flood::new(&bench.folder, corpus)?;
    let session = Session::start(bench, contestant, &flood.command)?;
    let guests = session.guests(bench, count, &Task::Until(Flood::END.to_owned()))?;
    flood.ready.wait()?;
    let relay_before = session.relay.cpu_seconds()?;
    let host_before = session.host.cpu_seconds()?;

    let start = Instant::now();
    flood.go.open()?;
    let printed = flood.printed.wait()?;
    let mut last = start;
    for guest in &guests {
        last = last.max(guest.wait_for(|line| line == "done")?);
    }

    let name = contestant.name();
    let gigabytes = (bench.megabytes * count) as f64 / 1000.0;
    let guests_named = if count == 1 { "1 guest".to_owned() } else { format!("{count} guests") };
    let seconds = |time: Instant| (time - start).as_secs_f64();
    figures.add(&ended(count), "s", name, seconds(printed));
    figures.add(&format!("until {guests_named} had the end"), "s", name, seconds(last));
    let relay = session.relay.cpu_seconds()? - relay_before;
    figures.add(&format!("relay CPU per GB, {guests_named}"), "s", name, relay / gigabytes);
    let host = session.host.cpu_seconds()? - host_before;
    figures.add(&format!("host CPU, {guests_named}"), "s", name, host);
    figures.add(&format!("host memory, {guests_named}"), "MiB", name, session.host.peak_mib()?);
    figures.add(&format!("relay memory, {guests_named}"), "MiB", name, session.relay.peak_mib()?);
    Ok(())
}

fn ended(guests: usize) -> String {
    match guests {
        1 => "until the command ended".to_owned(),
        _ => format!("until the command ended, {guests} guests"),
    }
}
