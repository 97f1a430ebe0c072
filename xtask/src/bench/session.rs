//! A running session of one contestant, and the commands that are shared in it.

use std::path::Path;

use anyhow::Result;

use super::Bench;
use super::contestant::Contestant;
use super::process::{Gate, Process, Signal};
use super::programs::Program;

/// Ends, guests first, when it is dropped.
pub(super) struct Session<'bench> {
    contestant: &'bench dyn Contestant,
    pub(super) host: Process,
    pub(super) relay: Process,
    /// The relay's.
    pub(super) address: String,
    pub(super) invite: String,
}

impl<'bench> Session<'bench> {
    pub(super) fn start(
        bench: &Bench,
        contestant: &'bench dyn Contestant,
        command: &[String],
    ) -> Result<Self> {
        let (relay, address) = contestant.relay(&bench.folder)?;
        let (host, invite) = contestant.host(&bench.folder, &address, command)?;
        Ok(Self { contestant, host, relay, address, invite })
    }

    /// Guests that are seated one after the other.
    pub(super) fn guests(
        &self,
        bench: &Bench,
        count: usize,
        task: &super::contestant::Task,
    ) -> Result<Vec<Process>> {
        (0..count).map(|_| self.contestant.guest(&bench.folder, &self.invite, task)).collect()
    }
}

/// A command that waits, prints a file, says so, and prints [`Flood::END`]; then it stays until it is dropped.
pub(super) struct Flood {
    pub(super) ready: Signal,
    pub(super) go: Gate,
    pub(super) printed: Signal,
    _stay: Gate,
    pub(super) command: Vec<String>,
}

impl Flood {
    pub(super) const END: &str = "FLOOD-HAS-ENDED";

    pub(super) fn new(folder: &Path, corpus: &Path) -> Result<Self> {
        let ready = Signal::new(folder, "ready")?;
        let go = Gate::new(folder, "go")?;
        let printed = Signal::new(folder, "printed")?;
        let stay = Gate::new(folder, "stay")?;
        let script = "echo >$1; read x <$2; cat $3; echo >$4; printf '\\n%s\\n' $6; read x <$5";
        let paths = [ready.path(), go.path(), corpus, printed.path(), stay.path()];
        let command = shell(script, paths, Self::END);
        Ok(Self { ready, go, printed, _stay: stay, command })
    }
}

/// A command that waits, prints a file many times over, and when it is interrupted says so, prints [`Endless::END`],
/// and stays until it is dropped.
pub(super) struct Endless {
    pub(super) ready: Signal,
    pub(super) go: Gate,
    pub(super) stopped: Signal,
    _stay: Gate,
    pub(super) command: Vec<String>,
}

impl Endless {
    pub(super) const END: &str = "FLOOD-WAS-STOPPED";

    pub(super) fn new(folder: &Path, corpus: &Path) -> Result<Self> {
        let ready = Signal::new(folder, "ready")?;
        let go = Gate::new(folder, "go")?;
        let stopped = Signal::new(folder, "stopped")?;
        let stay = Gate::new(folder, "stay")?;
        // What was cut off may end in the midst of a sequence that would swallow the text, or on the other screen.
        // One command for all of it: what is interrupted just while it starts may never hear of it.
        let script = "trap 'echo >$4; printf \"\\030\\033[!p\\033[?1049l\\n%s\\n\" $6; read x <$5; exit' INT
            echo >$1; read x <$2; cat $3 $3 $3 $3 $3 $3 $3 $3 $3 $3";
        let paths = [ready.path(), go.path(), corpus, stopped.path(), stay.path()];
        Ok(Self { command: shell(script, paths, Self::END), ready, go, stopped, _stay: stay })
    }
}

/// A script whose arguments are paths and a last word, so that no name needs quoting.
fn shell(script: &str, paths: [&Path; 5], last: &str) -> Vec<String> {
    let mut command: Vec<String> = ["sh", "-c", script, "flood"].map(str::to_owned).to_vec();
    command.extend(paths.map(|path| path.to_string_lossy().into_owned()));
    command.push(last.to_owned());
    command
}

/// The echo program, and the signal that it has its terminal in raw mode.
pub(super) struct Echo {
    pub(super) ready: Signal,
    pub(super) command: Vec<String>,
}

impl Echo {
    /// `flooded`: it prints something else all the time.
    pub(super) fn new(bench: &Bench, flooded: bool) -> Result<Self> {
        let ready = Signal::new(&bench.folder, "ready")?;
        let command = [&Program::Floor.path(), Path::new("echo"), ready.path()];
        let mut command = command.map(|word| word.to_string_lossy().into_owned()).to_vec();
        command.extend(flooded.then(|| "flooded".to_owned()));
        Ok(Self { ready, command })
    }
}
