//! The processes of a bench: their lines with the time of each, what they used, their end with the bench's.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell::{program, succeeds};

/// Nothing that a bench waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(120);
/// Clock ticks a second in `/proc`: the kernel's interface, the same on every Linux machine.
const TICKS: f64 = 100.0;

/// A child process that ends with its owner.
pub(super) struct Process {
    child: Child,
    lines: Receiver<(Instant, String)>,
    name: String,
}

impl Process {
    /// Starts the program; its standard error goes to a file that a failure can be read from.
    pub(super) fn spawn(name: &str, folder: &Path, command: &mut Command) -> Result<Self> {
        let log = fs::File::create(folder.join(format!("{name}.log")))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let output = child.stdout.take().context("standard output is piped")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(|line| line.ok()) {
                if sender.send((Instant::now(), line)).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, lines, name: name.to_owned() })
    }

    /// The next line on standard output, and when it came.
    pub(super) fn line(&self) -> Result<(Instant, String)> {
        let what = || format!("{} said nothing more; see its log in target/bench", self.name);
        self.lines.recv_timeout(PATIENCE).with_context(what)
    }

    /// Waits for a line that fits; when it came.
    pub(super) fn wait_for(&self, fits: impl Fn(&str) -> bool) -> Result<Instant> {
        loop {
            let (time, line) = self.line()?;
            if fits(&line) {
                return Ok(time);
            }
        }
    }

    /// Waits for a guest's `done`; when it came, and how many bytes of output had come to the guest.
    pub(super) fn done(&self) -> Result<(Instant, f64)> {
        loop {
            let (time, line) = self.line()?;
            if let Some(bytes) = line.strip_prefix("done ") {
                return Ok((time, bytes.parse()?));
            }
        }
    }

    /// All further lines until the process closes its output.
    pub(super) fn rest(&self) -> Vec<String> {
        self.lines.iter().map(|(_, line)| line).collect()
    }

    /// Processor time so far, of all its threads, in seconds.
    pub(super) fn cpu_seconds(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        cpu(&text).with_context(|| format!("cannot read the processor time of {}", self.name))
    }

    /// Processor time so far of the programs that it started and that have ended, in seconds.
    pub(super) fn cpu_seconds_of_children(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        ticks(&text, [13, 14]).with_context(|| format!("cannot read the processor time of {}'s", self.name))
    }

    /// Processor time so far of its threads of this name, in seconds.
    pub(super) fn cpu_seconds_of(&self, thread: &str) -> Result<f64> {
        // The kernel keeps fifteen bytes of a name.
        let named = format!("({})", &thread[..thread.len().min(15)]);
        let mut sum = 0.0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may have ended since.
            let text = fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
            if text.contains(&named) {
                sum += cpu(&text).with_context(|| format!("cannot read the threads of {}", self.name))?;
            }
        }
        Ok(sum)
    }

    /// Sends it a signal by name.
    pub(super) fn signal(&self, name: &str) -> Result<()> {
        let told = succeeds(program("kill").args(["-s", name, &self.child.id().to_string()]));
        told.then_some(()).with_context(|| format!("cannot send {name} to {}", self.name))
    }

    /// The most memory it ever had, in MiB.
    pub(super) fn peak_mib(&self) -> Result<f64> {
        self.mib("VmHWM:")
    }

    /// The memory that it has now, in MiB.
    pub(super) fn resident_mib(&self) -> Result<f64> {
        self.mib("VmRSS:")
    }

    fn mib(&self, field: &str) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        Ok(kib.with_context(|| format!("cannot read the memory of {}", self.name))? / 1024.0)
    }
}

/// User and system time in a `stat` file of `/proc`: the 12th and 13th field after the name, in which anything may be.
fn cpu(stat: &str) -> Option<f64> {
    ticks(stat, [11, 12])
}

/// The sum of two such fields, in seconds.
fn ticks(stat: &str, fields: [usize; 2]) -> Option<f64> {
    let all: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |field: usize| all.get(field)?.parse::<f64>().ok();
    Some((ticks(fields[0])? + ticks(fields[1])?) / TICKS)
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A named pipe that a command in a shared terminal waits at, whatever shares it.
pub(super) struct Gate {
    path: PathBuf,
    // Open both ways: opening never waits, and the command sees the end of its input when this is dropped.
    pipe: fs::File,
}

impl Gate {
    pub(super) fn new(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        fs::remove_file(&path).ok();
        if !succeeds(program("mkfifo").arg(&path)) {
            bail!("cannot make the pipe {}", path.display());
        }
        let pipe = fs::OpenOptions::new().read(true).write(true).open(&path)?;
        Ok(Self { path, pipe })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the command go on that waits for a line.
    pub(super) fn open(&mut self) -> Result<()> {
        Ok(self.pipe.write_all(b"go\n")?)
    }
}

/// A named pipe by which a command in a shared terminal tells the bench how far it is, past whatever shares it.
pub(super) struct Signal {
    gate: Gate,
    said: Receiver<Instant>,
}

impl Signal {
    pub(super) fn new(folder: &Path, name: &str) -> Result<Self> {
        let gate = Gate::new(folder, name)?;
        let mut pipe = gate.pipe.try_clone()?;
        let (sender, said) = channel();
        std::thread::spawn(move || {
            if pipe.read(&mut [0; 64]).is_ok() {
                sender.send(Instant::now()).ok();
            }
        });
        Ok(Self { gate, said })
    }

    pub(super) fn path(&self) -> &Path {
        self.gate.path()
    }

    /// When the command wrote its first line.
    pub(super) fn wait(&self) -> Result<Instant> {
        self.said.recv_timeout(PATIENCE).with_context(|| format!("nothing came by {}", self.path().display()))
    }
}
