//! How long a guest takes from its knock to the whole screen of a session with ten thousand lines, and in how many bytes.

use anyhow::{Context, Result};

use super::Bench;
use super::contestant::Contestant;
use super::contestant::product::{Product, by_way_of, guest};
use super::figure::{Figures, quantile};
use super::process::Process;
use super::programs::Program;
use super::session::{Flood, Session};
use crate::shell::run as run_program;

/// Guests that join in a run, one after the other.
const JOINS: usize = 10;

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let lines = bench.folder.join("lines");
    run_program(Program::Floor.command(["lines", "11000"]).stdout(std::fs::File::create(&lines)?))?;
    for _ in 0..bench.runs {
        let mut flood = Flood::new(&bench.folder, &lines)?;
        let session = Session::start(bench, &Product, &flood.command)?;
        let first = session.guests(bench, 1, &super::contestant::Task::Show(Flood::END))?;
        flood.ready.wait()?;
        flood.go.open()?;
        first[0].done()?;

        let (mut from_start, mut from_knock) = (Vec::new(), Vec::new());
        for _ in 0..JOINS {
            let (start, knock) = join(bench, &session.invite)?;
            from_start.push(start);
            from_knock.push(knock);
        }
        let mut add = |what, unit, value| figures.add(what, unit, Product.name(), value);
        add("knock to the whole screen", "ms", quantile(&from_knock, 0.5));
        add("dialling to the whole screen", "ms", quantile(&from_start, 0.5));
        add("dialling to the whole screen, slowest", "ms", quantile(&from_start, 1.0));

        let line = Process::spawn(
            "line",
            &bench.folder,
            &mut Program::StopWatch.command(["line", &session.address]),
        )?;
        let (_, address) = line.line()?;
        join(bench, &by_way_of(&address, &session.invite)?)?;
        let (_, counted) = line.line()?;
        let counts: Vec<f64> = counted.split(' ').filter_map(|word| word.parse().ok()).collect();
        let &[up, down] = &counts[..] else { anyhow::bail!("no count: {counted}") };
        add("sent to the guest", "KB", down / 1e3);
        add("sent by the guest", "KB", up / 1e3);
    }
    Ok(())
}

/// Milliseconds from the start and from the knock.
fn join(bench: &Bench, invite: &str) -> Result<(f64, f64)> {
    let (_, line) = guest(&bench.folder, invite, ["join"])?.line()?;
    let (start, knock) = line.split_once(' ').with_context(|| format!("no times: {line}"))?;
    Ok((start.parse::<f64>()? / 1e6, knock.parse::<f64>()? / 1e6))
}
