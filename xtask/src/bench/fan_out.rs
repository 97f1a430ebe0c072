//! What a relay's processor does for each message and each byte that it hands on.

use anyhow::{Context, Result};

use super::Bench;
use super::figure::Figures;
use super::process::Process;
use super::programs::Program;
use super::relay::Relay;

const GUESTS: usize = 20;
/// Bytes that each guest takes in a run, enough that a clock tick is little.
const BYTES_EACH: usize = 64 << 20;
const LENGTHS: [usize; 2] = [1024, 16 * 1024];

/// Sessions that are busy at once, with few guests each.
const SESSIONS: usize = 50;
const GUESTS_OF_MANY: usize = 4;
const LENGTH_OF_MANY: usize = 1024;

/// What a host sends, to how many guests, in how many sessions at once.
#[derive(Clone, Copy)]
struct Load {
    sessions: usize,
    guests: usize,
    messages: usize,
    length: usize,
}

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        for length in LENGTHS {
            let load = Load { sessions: 1, guests: GUESTS, messages: BYTES_EACH / length, length };
            let named = format!("{GUESTS} guests, {}", kib(length));
            floor(bench, load, &named, figures)?;
            product(bench, load, &named, figures)?;
        }
        let load = Load {
            sessions: SESSIONS,
            guests: GUESTS_OF_MANY,
            messages: BYTES_EACH * GUESTS / LENGTH_OF_MANY / SESSIONS / GUESTS_OF_MANY,
            length: LENGTH_OF_MANY,
        };
        product(bench, load, &format!("{SESSIONS} busy sessions, {}", kib(LENGTH_OF_MANY)), figures)?;
    }
    Ok(())
}

fn floor(bench: &Bench, load: Load, named: &str, figures: &mut Figures) -> Result<()> {
    let relay = Process::spawn("floor-relay", &bench.folder, &mut Program::Floor.command(["relay"]))?;
    let (_, address) = relay.line()?;
    let [guests, messages, length] =
        [load.guests, load.messages, load.length].map(|number| number.to_string());
    let mut command = Program::Floor.command(["fan-out", &address, &guests, &messages, &length]);
    let ends = Process::spawn("floor-ends", &bench.folder, &mut command)?;
    ends.wait_for(|line| line == "seated")?;
    let before = relay.cpu_seconds()?;
    ends.line()?;
    let delivered = (load.guests * load.messages) as f64;
    add(figures, "floor", named, delivered, load.length, relay.cpu_seconds()? - before);
    Ok(())
}

fn product(bench: &Bench, load: Load, named: &str, figures: &mut Figures) -> Result<()> {
    let relay = Relay::start(bench)?;
    let numbers = [load.sessions, load.guests, load.messages, load.length].map(|number| number.to_string());
    let [sessions, guests, messages, length] = numbers;
    let arguments = ["fan-out", &relay.address, &sessions, &sessions, &guests, &messages, &length];
    let ends = Process::spawn("ends", &bench.folder, &mut Program::Load.command(arguments))?;
    ends.wait_for(|line| line == "seated")?;
    let before = relay.process.cpu_seconds()?;
    let (mut delivered, mut missed, mut times) = (0.0, 0.0, Vec::new());
    for _ in 0..load.sessions {
        let (_, line) = ends.line()?;
        let numbers: Vec<f64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
        let &[came, skipped, seconds] = &numbers[..] else {
            return Err(anyhow::anyhow!("no result: {line}"));
        };
        delivered += came;
        missed += skipped;
        times.push(seconds);
    }
    add(figures, "jumpseat", named, delivered, load.length, relay.process.cpu_seconds()? - before);
    // Its host waits for its guests, so nothing is skipped unless the machine stands still.
    let skipped = missed / (delivered + missed) * 100.0;
    figures.add(&format!("skipped, {named}"), "%", "jumpseat", skipped);
    if load.sessions > 1 {
        let first = times.iter().copied().reduce(f64::min).context("no session")?;
        let last = times.iter().copied().reduce(f64::max).context("no session")?;
        figures.add(&format!("{named}: all served"), "s", "jumpseat", last);
        figures.add(&format!("{named}: last to first session"), "×", "jumpseat", last / first);
    }
    Ok(())
}

fn add(figures: &mut Figures, contestant: &str, named: &str, delivered: f64, length: usize, cpu: f64) {
    let bytes = delivered * length as f64;
    figures.add(&format!("CPU per GB, {named}"), "s", contestant, cpu / bytes * 1e9);
    figures.add(&format!("CPU per message, {named}"), "µs", contestant, cpu / delivered * 1e6);
}

fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes / 1024)
}
