//! Running other programs from the top of the checkout, and reporting how the steps went.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The top of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in a folder of the checkout")
}

/// Where the tools of the project are installed, so that the person's own set-up stays as it is.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}

/// A program run from the top of the checkout, without standard input, with the project's tools on the path.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null()).env("PATH", search_path());
    // What is built is looked for below `target`. The variable outranks a folder that the person's own environment or
    // cargo configuration names.
    command.env("CARGO_TARGET_DIR", root().join("target")).env_remove("CARGO_BUILD_TARGET_DIR");
    // What cargo told this program about itself would make build scripts that read it run again.
    for (key, _) in std::env::vars_os() {
        let text = key.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&key);
        }
    }
    command
}

/// npm: a script, which Windows starts by its whole name alone.
pub(crate) fn npm() -> Command {
    program(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// `cargo` with these arguments.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = program("cargo");
    command.args(arguments);
    command
}

/// Prints the command and runs it; an error unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line_of(command));
    let status = command.status().with_context(|| format!("cannot start {}", line_of(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line_of(command));
    }
    Ok(())
}

/// As [`run`], showing standard error as it comes; `found` becomes its last line that contains `mark`.
pub(crate) fn run_watching(command: &mut Command, mark: &str, found: &mut Option<String>) -> Result<()> {
    println!("$ {}", line_of(command));
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", line_of(command)))?;
    let errors = BufReader::new(child.stderr.take().context("standard error is piped")?);
    for line in errors.lines() {
        let line = line?;
        eprintln!("{line}");
        if line.contains(mark) {
            *found = Some(line.trim().to_owned());
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{} failed ({status})", line_of(command));
    }
    Ok(())
}

/// Runs tests with Node. `command` is Node with its environment; the error lists the tests that failed, and why.
pub(crate) fn run_node_tests(command: &mut Command, which: &[&str]) -> Result<()> {
    let failures = root().join("target/node-failures.txt");
    command.args(["--test", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
    command.arg("--test-reporter").arg(root().join("tests/failures.mjs"));
    command.arg("--test-reporter-destination").arg(&failures);
    run(command.args(which)).map_err(|error| {
        let told = fs::read_to_string(&failures).unwrap_or_default();
        error.context(told.trim().to_owned())
    })
}

/// Runs the command quietly and hands back its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", line_of(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", line_of(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", line_of(command)))
}

/// Whether the command starts and succeeds; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Whether a program of this name is on the path.
pub(crate) fn has(name: &str) -> bool {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let named =
        |folder: PathBuf| endings.iter().any(|ending| folder.join(format!("{name}{ending}")).is_file());
    std::env::split_paths(&search_path()).any(named)
}

fn search_path() -> OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root looks for programs.
    let servers = cfg!(target_os = "linux").then(|| PathBuf::from("/usr/sbin"));
    let folders = std::iter::once(tools().join("bin")).chain(std::env::split_paths(&own)).chain(servers);
    std::env::join_paths(folders).unwrap_or(own)
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The steps of a longer run: each is tried, none hides another, and the end says how all went.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration, Option<String>)>,
    notes: Vec<String>,
}

impl Steps {
    /// Runs one step under a heading; tells whether it succeeded.
    pub(crate) fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) -> bool {
        println!("\n── {name}");
        let start = Instant::now();
        let failure = work().err().map(|error| format!("{error:#}"));
        if let Some(text) = &failure {
            eprintln!("{name}: {text}");
        }
        let passed = failure.is_none();
        self.done.push((name, start.elapsed(), failure));
        passed
    }

    /// A line to repeat below the summary.
    pub(crate) fn note(&mut self, line: String) {
        self.notes.push(line);
    }

    /// Prints the summary; an error when any step failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n── summary");
        for (name, time, failure) in &self.done {
            let mark = if failure.is_none() { "ok    " } else { "FAILED" };
            println!("{mark} {name:<12} {:>7.1} s", time.as_secs_f64());
        }
        for line in &self.notes {
            println!("{line}");
        }
        for (name, _, failure) in &self.done {
            if let Some(text) = failure {
                println!("\n── {name} failed\n{text}");
            }
        }
        let failed: Vec<&str> =
            self.done.iter().filter(|(.., failure)| failure.is_some()).map(|(name, ..)| *name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}
