//! The screen model next to a parser alone and another emulator, and what its snapshots weigh.

use anyhow::{Context, Result};

use super::Bench;
use super::figure::Figures;
use super::process::Process;
use super::programs::Program;

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let bytes = (bench.megabytes * 1_000_000).to_string();
    for _ in 0..bench.runs {
        let mut command = Program::StopWatch.command(["screen", &bytes]);
        for line in Process::spawn("screen", &bench.folder, &mut command)?.rest() {
            let (value, unit, contestant, what) =
                parse(&line).with_context(|| format!("no figure: {line}"))?;
            figures.add(what, unit, contestant, value);
        }
    }
    Ok(())
}

fn parse(line: &str) -> Option<(f64, &str, &str, &str)> {
    let mut fields = line.split('\t');
    Some((fields.next()?.parse().ok()?, fields.next()?, fields.next()?, fields.next()?))
}
