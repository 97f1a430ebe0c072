//! `cargo xtask fuzz`: libFuzzer on the stable toolchain, one binary for all targets.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{cargo, output, program, root, run};

/// Seconds for each target in the ordinary test run: enough to notice what breaks at once.
pub(crate) const BRIEF: u64 = 5;

/// Memory that a target may use in MiB: a decoder that allocates what its input claims ends here.
const MEMORY_LIMIT: u64 = 1024;
/// Seconds that one input may take.
const INPUT_LIMIT: u64 = 10;

/// What `cargo fuzz` passes too, as far as the stable compiler takes it: coverage at every edge, and the values
/// that comparisons saw, so that the fuzzer finds its way through them.
const COVERAGE: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=16",
];

#[derive(Args)]
pub(crate) struct Options {
    /// The target to fuzz; all, when none is named
    target: Option<String>,
    /// How long to fuzz each target
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Run this one input instead of looking for new ones
    #[arg(long, requires = "target", value_name = "FILE")]
    input: Option<PathBuf>,
}

pub(crate) fn by_hand(options: &Options) -> Result<()> {
    let targets = targets()?;
    let chosen: Vec<&str> = match &options.target {
        Some(name) if targets.contains(name) => vec![name],
        Some(name) => bail!("no target {name}; there are: {}", targets.join(", ")),
        None => targets.iter().map(String::as_str).collect(),
    };
    let binary = build()?;
    if let (Some(input), [target]) = (&options.input, &chosen[..]) {
        let input = input.canonicalize().with_context(|| format!("no input {}", input.display()))?;
        return run(fuzzer(&binary, target).arg(input));
    }
    fuzz_all(&binary, &chosen, options.seconds)
}

/// Every target for a few seconds.
pub(crate) fn briefly() -> Result<()> {
    let targets = targets()?;
    let chosen: Vec<&str> = targets.iter().map(String::as_str).collect();
    fuzz_all(&build()?, &chosen, BRIEF)
}

/// Each target has a folder of seeds of its name; a test of the fuzz crate holds the two together.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in fs::read_dir(root().join("fuzz/seeds"))? {
        names.extend(folder?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Builds in a target folder of its own: other compiler flags would throw the ordinary build away. A named
/// compilation target keeps the flags from build scripts and procedural macros.
fn build() -> Result<PathBuf> {
    let host = host_triple()?;
    let folder = root().join("target/fuzz");
    let mut build =
        cargo(["build", "--package", "jumpseat-fuzz", "--features", "libfuzzer", "--profile", "fuzz"]);
    build.args(["--target", &host, "--target-dir"]).arg(&folder);
    run(build.env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1f}")))?;
    Ok(folder.join(host).join("fuzz/jumpseat-fuzz"))
}

fn host_triple() -> Result<String> {
    let version = output(program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

fn fuzzer(binary: &Path, target: &str) -> Command {
    let mut command = program(&binary.to_string_lossy());
    command.env("JUMPSEAT_FUZZ_TARGET", target).env("RUST_BACKTRACE", "1");
    command.arg(format!("-rss_limit_mb={MEMORY_LIMIT}")).arg(format!("-timeout={INPUT_LIMIT}"));
    command
}

fn fuzz_all(binary: &Path, targets: &[&str], seconds: u64) -> Result<()> {
    let mut broken = Vec::new();
    for target in targets {
        if !fuzz_one(binary, target, seconds)? {
            broken.push(*target);
        }
    }
    if !broken.is_empty() {
        bail!("found inputs that break: {}", broken.join(", "));
    }
    Ok(())
}

/// Fuzzes one target; `false` when an input broke it, after saying which and what to do with it.
fn fuzz_one(binary: &Path, target: &str, seconds: u64) -> Result<bool> {
    let found = root().join("fuzz/corpus").join(target);
    let artifacts = root().join("fuzz/artifacts").join(target);
    let log = root().join("target/fuzz").join(format!("{target}.log"));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&artifacts)?;

    let mut command = fuzzer(binary, target);
    command.arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    if std::env::var_os("CI").is_some() {
        // The same inputs every time: a change is judged by what it changes.
        command.arg("-seed=1");
    }
    command.arg(found).arg(root().join("fuzz/seeds").join(target));
    let status =
        command.stdout(File::create(&log)?).stderr(File::options().append(true).open(&log)?).status()?;

    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if status.success() {
        println!("fuzz: {target:<12} {}", progress(&text));
        return Ok(true);
    }
    let reason =
        text.lines().skip_while(|line| !(line.contains("panicked at") || line.contains("ERROR: libFuzzer")));
    for line in reason.take_while(|line| !line.starts_with("stack backtrace")).take(20) {
        println!("{line}");
    }
    println!("fuzz: all of it is in {}", log.display());
    if let Some(input) =
        text.lines().find_map(|line| line.split_once("Test unit written to ").map(|(_, at)| at))
    {
        println!("fuzz: {target} is broken by {input}");
        println!("  again: cargo xtask fuzz {target} --input {input}");
        println!("  keep:  mv {input} fuzz/seeds/{target}/  (every test run replays it)");
    }
    Ok(false)
}

/// How far the fuzzer came, from its last lines: runs, and edges of the code that it reached.
fn progress(log: &str) -> String {
    let runs = log.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let last_with_coverage = log.lines().rev().find(|line| line.contains(" cov: ")).unwrap_or("");
    let edges = last_with_coverage.split(" cov: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    format!("{:>10} runs, {:>5} edges", runs.unwrap_or("?").trim(), edges.unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_what_libfuzzer_prints() {
        let log = "#2\tINITED cov: 19 ft: 20 corp: 1/1b\n#97\tDONE   cov: 118 ft: 390 corp: 40/1Kb lim: 4096\n\
                   Done 97 runs in 6 second(s)\nstat::number_of_executed_units: 97\nstat::average_exec_per_sec:     16\n";
        assert_eq!(progress(log), "        97 runs,   118 edges");
    }

    #[test]
    fn there_are_targets() {
        assert!(targets().unwrap().contains(&"header".to_owned()));
    }
}
