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
        Ok(Self { contestant, host, relay, invite })
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
        // Paths are arguments, so that no name needs quoting.
        let script = "echo >$1; read x <$2; cat $3; echo >$4; printf '\\n%s\\n' $6; read x <$5";
        let paths = [ready.path(), go.path(), corpus, printed.path(), stay.path()];
        let mut command: Vec<String> = ["sh", "-c", script, "flood"].map(str::to_owned).to_vec();
        command.extend(paths.map(|path| path.to_string_lossy().into_owned()));
        command.push(Self::END.to_owned());
        Ok(Self { ready, go, printed, _stay: stay, command })
    }
}

/// The echo program, and the signal that it has its terminal in raw mode.
pub(super) struct Echo {
    pub(super) ready: Signal,
    pub(super) command: Vec<String>,
}

impl Echo {
    pub(super) fn new(bench: &Bench) -> Result<Self> {
        let ready = Signal::new(&bench.folder, "ready")?;
        let command = [&Program::Floor.path(), Path::new("echo"), ready.path()];
        let command = command.map(|word| word.to_string_lossy().into_owned()).to_vec();
        Ok(Self { ready, command })
    }
}
