//! A shared shell prints the corpus: until the host's command ends, until one and twenty guests have the end, and
//! what it costs each process; and what one slow guest suffers, and does to the others.

mod slow;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::contestant::{Contestant, Task};
use super::figure::Figures;
use super::process::Process;
use super::programs::Program;
use super::session::{Flood, Session};
use super::{Bench, corpus};

const FEW_AND_MANY: [usize; 2] = [1, 20];

/// The thread in which the product's host keeps its screen model.
const SCREEN_THREAD: &str = "jumpseat-screen";

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let corpus = corpus::file(bench)?;
    for _ in 0..bench.runs {
        bare(bench, &corpus, figures)?;
        for guests in FEW_AND_MANY {
            for contestant in &bench.contestants {
                shared(bench, contestant.as_ref(), &corpus, guests, figures)?;
            }
        }
        slow::stop(bench, &corpus, figures)?;
        slow::stall(bench, &corpus, figures)?;
    }
    Ok(())
}

/// The physical limit: the same command in a PTY that is only read.
fn bare(bench: &Bench, corpus: &Path, figures: &mut Figures) -> Result<()> {
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
    corpus: &Path,
    count: usize,
    figures: &mut Figures,
) -> Result<()> {
    let mut flood = Flood::new(&bench.folder, corpus)?;
    let session = Session::start(bench, contestant, &flood.command)?;
    // One keeps a screen; twenty screens would measure themselves on this one machine.
    let mut guests = session.guests(bench, 1, &Task::Show(Flood::END))?;
    guests.extend(session.guests(bench, count - 1, &Task::Until(Flood::END))?);
    flood.ready.wait()?;
    let relay_before = session.relay.cpu_seconds()?;
    let host_before = session.host.cpu_seconds()?;

    let start = Instant::now();
    flood.go.open()?;
    let printed = flood.printed.wait()?;
    let (mut last, mut came) = (start, 0.0);
    for guest in &guests {
        let (time, bytes) = guest.done()?;
        last = last.max(time);
        came += bytes;
    }
    let host = session.host.cpu_seconds()? - host_before;
    let screen = session.host.cpu_seconds_of(SCREEN_THREAD)?;
    let relay = session.relay.cpu_seconds()? - relay_before;

    let printed_to_all = (bench.megabytes * count) as f64 * 1e6;
    let guests_named = if count == 1 { "1 guest".to_owned() } else { format!("{count} guests") };
    let seconds = |time: Instant| (time - start).as_secs_f64();
    let mut add = |what: String, unit, value| figures.add(&what, unit, contestant.name(), value);
    add(ended(count), "s", seconds(printed));
    add(format!("until {guests_named} had the end"), "s", seconds(last));
    // Beyond a rate that nobody reads the product's host sends pictures instead; the floor sends all.
    add(format!("of the output that came live, {guests_named}"), "%", came / printed_to_all * 100.0);
    add(format!("relay CPU, {guests_named}"), "s", relay);
    add(format!("host CPU, {guests_named}"), "s", host);
    add(format!("host CPU without its screen, {guests_named}"), "s", host - screen);
    add(format!("host memory, {guests_named}"), "MiB", session.host.peak_mib()?);
    add(format!("relay memory, {guests_named}"), "MiB", session.relay.peak_mib()?);
    add(format!("guest memory, {guests_named}"), "MiB", guests[0].peak_mib()?);
    Ok(())
}

fn ended(guests: usize) -> String {
    match guests {
        1 => "until the command ended".to_owned(),
        _ => format!("until the command ended, {guests} guests"),
    }
}
