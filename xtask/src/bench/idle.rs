//! What a relay keeps in memory for sessions in which nothing happens.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::Bench;
use super::figure::Figures;
use super::process::Process;
use super::programs::Program;
use super::relay::Relay;

const SESSIONS: usize = 1000;
/// The first sessions pay for what all share; they are not counted.
const WARM_UP: usize = 20;
/// Above every other session's number.
const WARM_UP_FIRST: usize = 1_000_000;

/// Sessions with a past, a few of which print at the same time, or all of them: ten thousand lines of eighty characters each, in frames as a shell's output makes them.
const WITH_HISTORY: usize = 200;
const AT_ONCE: [usize; 2] = [10, WITH_HISTORY];
const FRAMES: usize = 400;
const FRAME_LENGTH: usize = 2000;

/// The relay's allocator and its sweeps come to rest in this time.
const SETTLE: Duration = Duration::from_millis(2500);

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        let one = idle_sessions(bench, 1)?;
        let two = idle_sessions(bench, 2)?;
        figures.add("session with one guest", "KiB", "jumpseat", one);
        figures.add("each further guest", "KiB", "jumpseat", two - one);
        for at_once in AT_ONCE {
            let what = format!("session after 10,000 lines, {at_once} at once");
            figures.add(&what, "KiB", "jumpseat", sessions_with_history(bench, at_once)?);
        }
    }
    Ok(())
}

/// Memory of one of a thousand sessions, in KiB.
fn idle_sessions(bench: &Bench, guests: usize) -> Result<f64> {
    let relay = Warm::start(bench)?;
    let [first, sessions, guests] = [0, SESSIONS, guests].map(|number| number.to_string());
    let mut load = Program::Load.command(["idle", &relay.relay.address, &first, &sessions, &guests]);
    let ends = Process::spawn("ends", &bench.folder, &mut load)?;
    ends.wait_for(|line| line == "seated")?;
    relay.kib_per(SESSIONS)
}

/// The same when a host has sent something that its guest has taken and acknowledged.
fn sessions_with_history(bench: &Bench, at_once: usize) -> Result<f64> {
    let relay = Warm::start(bench)?;
    let numbers = [WITH_HISTORY, at_once, FRAMES, FRAME_LENGTH].map(|number| number.to_string());
    let [sessions, at_once, frames, length] = &numbers;
    let arguments = ["fan-out", &relay.relay.address, sessions, at_once, "1", frames, length];
    let ends = Process::spawn("ends", &bench.folder, &mut Program::Load.command(arguments))?;
    ends.wait_for(|line| line == "seated")?;
    for _ in 0..WITH_HISTORY {
        let (_, line) = ends.line()?;
        ensure!(line.split(' ').nth(1) == Some("0"), "the relay skipped frames: {line}");
    }
    relay.kib_per(WITH_HISTORY)
}

/// A relay that has served before.
struct Warm {
    relay: Relay,
    before: f64,
    _ends: Process,
}

impl Warm {
    fn start(bench: &Bench) -> Result<Self> {
        let relay = Relay::start(bench)?;
        let [first, sessions] = [WARM_UP_FIRST, WARM_UP].map(|number| number.to_string());
        let mut load = Program::Load.command(["idle", &relay.address, &first, &sessions, "1"]);
        let ends = Process::spawn("warm-up", &bench.folder, &mut load)?;
        ends.wait_for(|line| line == "seated")?;
        std::thread::sleep(SETTLE);
        Ok(Self { before: relay.process.resident_mib()?, relay, _ends: ends })
    }

    /// What has come to be resident since, in KiB a piece.
    fn kib_per(&self, pieces: usize) -> Result<f64> {
        std::thread::sleep(SETTLE);
        Ok((self.relay.process.resident_mib()? - self.before) * 1024.0 / pieces as f64)
    }
}
