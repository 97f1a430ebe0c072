//! Panels: how soon a saved file shows, what that costs on the line, what a build costs the host, and what a terminal
//! feels of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use super::contestant::product::{guest, jumpseat, relay};
use super::figure::{Figures, quantile};
use super::process::Process;
use super::session::Echo;
use crate::shell::{program, succeeds};

const SAVES: usize = 25;
const KEYS: usize = 4000;
const LINES: usize = 5_000;
const CHANGED: usize = 1_000;
const BUILT: usize = 10_000;

/// A build writes so many files, then does something else.
const BATCH: usize = 100;
const BATCH_EVERY: Duration = Duration::from_millis(50);

/// After a build all that it causes is done.
const SETTLED: Duration = Duration::from_secs(3);

pub(super) fn run(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for _ in 0..bench.runs {
        saves(bench, figures, false)?;
        saves(bench, figures, true)?;
        first_list(bench, figures)?;
        for (name, folder) in [("ignored", "ignored"), ("not ignored", "built")] {
            build(bench, figures, name, folder)?;
        }
        echo(bench, figures)?;
    }
    Ok(())
}

/// A file of 5,000 lines is saved with one of them changed.
fn saves(bench: &Bench, figures: &mut Figures, open: bool) -> Result<()> {
    let repository = Repository::new(bench)?;
    let host = Host::share(bench, &repository, &["--panel", "git"], &stays())?;
    let (file, count) = (repository.folder.join("story.txt"), SAVES.to_string());
    let file = file.to_string_lossy();
    let task = ["saves", &file, &count];
    let guest = guest(&bench.folder, &host.invite, task.into_iter().chain(open.then_some("open")))?;
    let rows: Vec<Vec<f64>> = guest
        .rest()
        .iter()
        .map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect())
        .filter(|row: &Vec<f64>| row.len() == 3)
        .collect();
    if rows.len() != SAVES {
        bail!("the guest saw {} of {SAVES} saves", rows.len());
    }
    let column = |nth: usize| rows.iter().map(|row| row[nth]).collect::<Vec<f64>>();
    let what = if open { "saved, open" } else { "saved" };
    for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
        figures.add(&format!("{what} to guest {name}"), "ms", NAME, quantile(&column(0), part) / 1e6);
        figures.add(&format!("{what}: from the relay {name}"), "B", NAME, quantile(&column(1), part));
    }
    figures.add(&format!("{what}: to the relay p50"), "B", NAME, quantile(&column(2), 0.5));
    Ok(())
}

/// The first list of 1,000 changed files: for a guest that is there when git is shared, and for one that joins then.
fn first_list(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let repository = Repository::new(bench)?;
    let host = Host::share(bench, &repository, &["--panel", "none"], &stays())?;
    let plain = join(bench, &host)?;
    sleep(SETTLED);
    figures.add("guest's memory", "MiB", "no panel", plain.resident_mib()?);
    drop(plain);
    repository.change_all()?;
    let count = CHANGED.to_string();
    let waiting = guest(&bench.folder, &host.invite, ["files", &count])?;
    let began = Instant::now();
    let folder = repository.folder.to_string_lossy();
    let share = ["panels", "share", "git", "--folder", &folder];
    if !succeeds(&mut jumpseat(&bench.folder, share)?) {
        bail!("git cannot be shared");
    }
    let shown = waiting.wait_for(|line| line.starts_with("shown "))?;
    figures.add("1,000 files: shared to listed", "ms", NAME, ms(shown - began));
    drop(waiting);
    let joining = guest(&bench.folder, &host.invite, ["files", &count])?;
    let (_, line) = joining.line()?;
    let took: f64 = line.strip_prefix("shown ").context("a list")?.parse()?;
    figures.add("1,000 files: joined to listed", "ms", NAME, took / 1e6);
    let with = join(bench, &host)?;
    sleep(SETTLED);
    figures.add("guest's memory", "MiB", "1,000 files", with.resident_mib()?);
    Ok(())
}

/// What a build costs the host: its own processor time and that of the git programs it starts.
fn build(bench: &Bench, figures: &mut Figures, name: &str, folder: &str) -> Result<()> {
    let repository = Repository::new(bench)?;
    let host = Host::share(bench, &repository, &["--panel", "git"], &stays())?;
    let listed = guest(&bench.folder, &host.invite, ["files", "0"])?;
    listed.wait_for(|line| line.starts_with("shown "))?;
    sleep(SETTLED);
    let before = (host.process.cpu_seconds()?, host.process.cpu_seconds_of_children()?);
    let target = repository.folder.join(folder);
    fs::create_dir_all(&target)?;
    for nth in 0..BUILT {
        fs::write(target.join(nth.to_string()), "object")?;
        if nth % BATCH == 0 {
            sleep(BATCH_EVERY);
        }
    }
    sleep(SETTLED);
    let what = format!("CPU of 10,000 files, {name}");
    figures.add(&what, "s", "host", host.process.cpu_seconds()? - before.0);
    figures.add(&what, "s", "git", host.process.cpu_seconds_of_children()? - before.1);
    Ok(())
}

/// Keys through the terminal: alone, next to 1,000 changed files, and while one of them is saved all the time.
fn echo(bench: &Bench, figures: &mut Figures) -> Result<()> {
    for (name, panels, busy) in
        [("no panels", "none", false), ("1,000 files", "all", false), ("and saving", "all", true)]
    {
        let repository = Repository::new(bench)?;
        repository.change_all()?;
        let echo = Echo::new(bench, false)?;
        let host = Host::share(bench, &repository, &["--panel", panels], &echo.command)?;
        echo.ready.wait()?;
        if panels == "all" {
            let listed = guest(&bench.folder, &host.invite, ["files", &CHANGED.to_string()])?;
            listed.wait_for(|line| line.starts_with("shown "))?;
        }
        let typing = guest(&bench.folder, &host.invite, ["keys", &KEYS.to_string()])?;
        let saving = busy.then(|| Saving::start(repository.folder.join("story.txt")));
        let times: Vec<f64> = typing.rest().iter().filter_map(|line| line.parse().ok()).collect();
        drop(saving);
        if times.len() != KEYS {
            bail!("{name}: not all keys were measured");
        }
        for (part, of) in [("p50", 0.5), ("p99", 0.99)] {
            figures.add(&format!("echo {part}"), "µs", name, quantile(&times, of) / 1000.0);
        }
    }
    Ok(())
}

const NAME: &str = "jumpseat";

/// A command that does nothing for as long as it is shared.
fn stays() -> Vec<String> {
    ["sh", "-c", "echo begun; exec sleep 3600"].map(str::to_owned).to_vec()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A guest as people run it.
fn join(bench: &Bench, host: &Host) -> Result<Process> {
    let arguments = ["join", "--headless", "--json", "--invite-file", &host.invite];
    let guest = Process::spawn("join", &bench.folder, &mut jumpseat(&bench.folder, arguments)?)?;
    guest.wait_for(|line| line.contains("\"joined\""))?;
    Ok(guest)
}

/// Somebody who saves a file four times a second, until dropped.
struct Saving {
    stop: std::sync::mpsc::Sender<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Saving {
    fn start(file: PathBuf) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let mut nth = 0;
            while stopped.recv_timeout(Duration::from_millis(250)).is_err() {
                nth += 1;
                fs::write(&file, story(&format!("saved {nth} times"))).ok();
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        self.stop.send(()).ok();
        self.thread.take().map(|thread| thread.join());
    }
}

/// A host without a terminal that shares panels of a repository.
struct Host {
    process: Process,
    invite: String,
    _relay: Process,
}

impl Host {
    fn share(bench: &Bench, repository: &Repository, panels: &[&str], command: &[String]) -> Result<Self> {
        let (relay, address) = relay(&bench.folder)?;
        let invite = bench.folder.join("invite-panels");
        fs::remove_file(&invite).ok();
        let (invite, folder) = (invite.to_string_lossy().into_owned(), repository.folder.to_string_lossy());
        let url = format!("ws://{address}");
        let share = [
            "--json",
            "share",
            "--headless",
            "--size",
            "120x40",
            "--role",
            "writer",
            "--admission",
            "open",
            "--no-shell-integration",
        ];
        let mut host = jumpseat(&bench.folder, share)?;
        host.args(["--relay", &url, "--invite-file", &invite, "--folder", &folder]).args(panels);
        let process = Process::spawn("host", &bench.folder, host.arg("--").args(command))?;
        process.wait_for(|line| line.contains("invite"))?;
        Ok(Self { process, invite, _relay: relay })
    }
}

/// A repository with a long file, 1,000 others, and a folder that is ignored.
struct Repository {
    folder: PathBuf,
}

impl Repository {
    fn new(bench: &Bench) -> Result<Self> {
        let folder = bench.folder.join("repository");
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("story.txt"), story("as it was"))?;
        fs::write(folder.join(".gitignore"), "ignored/\n")?;
        let this = Self { folder };
        this.write_all("first")?;
        this.git(&["init", "-q", "-b", "main"])?;
        this.git(&["add", "."])?;
        this.git(&["commit", "-q", "-m", "Begin"])?;
        Ok(this)
    }

    fn change_all(&self) -> Result<()> {
        self.write_all("second")
    }

    fn write_all(&self, word: &str) -> Result<()> {
        (0..CHANGED).try_for_each(|nth| write(&self.folder.join(format!("src/{nth}.txt")), word, nth))
    }

    fn git(&self, arguments: &[&str]) -> Result<()> {
        let who =
            ["-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"];
        let mut git = program("git");
        git.args(who).args(arguments).current_dir(&self.folder);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        succeeds(&mut git).then_some(()).with_context(|| format!("git {}", arguments.join(" ")))
    }
}

fn write(path: &Path, word: &str, nth: usize) -> Result<()> {
    Ok(fs::write(path, format!("{word} {nth}\n"))?)
}

/// 5,000 lines that do not look alike, as those of a program; one of them says something.
fn story(middle: &str) -> String {
    let line = |nth: usize| match nth {
        _ if nth == LINES / 2 => format!("{middle}\n"),
        _ => format!("    let value_{nth} = compute({:x}, \"{nth}\")?;\n", nth.wrapping_mul(2_654_435_761)),
    };
    (0..LINES).map(line).collect()
}
