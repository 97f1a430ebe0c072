//! `cargo xtask test --stress`: the suites again and again, each time under other pressure on the processors, and after
//! each round a few mutants of the code that the tests are to hold.
//!
//! A test that fails in one round and passes in the next has found a fault. The round prints its seed: the same seed
//! makes the same pressure, the same order of magnitude of threads, and the same inputs of property tests.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Scope;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;

use crate::shell::{Steps, cargo, has, program, run as shell_run};
use crate::{extension, install, native, packages, walk};

#[derive(Args)]
pub(crate) struct Options {
    /// Repeat the suites under random pressure on the processors until one fails
    #[arg(long)]
    pub(crate) stress: bool,
    /// Begin no further round after so many minutes
    #[arg(long, requires = "stress", default_value_t = 60)]
    minutes: u64,
    /// Begin with the round of this seed
    #[arg(long, requires = "stress")]
    seed: Option<u64>,
    /// Only the Rust tests that this nextest filter selects, and nothing else
    #[arg(long, requires = "stress", value_name = "EXPRESSION")]
    only: Option<String>,
}

/// One round in this many shards of all mutants: some ten of them.
const SHARDS: u64 = 400;

/// What a round does to the machine.
#[derive(Debug, PartialEq, Eq)]
struct Pressure {
    /// Loops that keep a processor busy.
    busy: u64,
    /// Each loop works and rests for so long, in turn.
    beat: Duration,
    /// The tests have one processor.
    one_processor: bool,
    /// Tests at a time.
    threads: u64,
}

impl Pressure {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self {
            busy: dice.below(5),
            beat: Duration::from_millis(1 << dice.below(9)),
            one_processor: dice.below(3) == 0,
            threads: 1 + dice.below(6),
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    packages::programs()?;
    install::tools()?;
    packages::node_modules()?;
    shell_run(&mut cargo(["build", "--workspace", "--all-targets"]))?;
    let begin = Instant::now();
    let mut seed = options.seed.unwrap_or_else(|| RandomState::new().hash_one(std::process::id()));
    let mut rounds = 0;
    while rounds == 0 || begin.elapsed() < Duration::from_secs(60 * options.minutes) {
        let pressure = Pressure::of(seed);
        println!("\n══ round {}: --seed {seed}: {pressure:?}", rounds + 1);
        round(&pressure, seed, options).with_context(|| format!("the round of --seed {seed}"))?;
        rounds += 1;
        seed = Dice(seed).next();
    }
    println!("stress: {rounds} rounds in {} minutes, none failed", begin.elapsed().as_secs() / 60);
    Ok(())
}

fn round(pressure: &Pressure, seed: u64, options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = End(&over);
        for _ in 0..pressure.busy {
            keep_busy(scope, &over, pressure.beat);
        }
        steps.step("tests", || rust_tests(pressure, seed, options.only.as_deref()));
        if options.only.is_none() {
            steps.step("native", native::tests);
            steps.step("extension", extension::plain_tests);
            if cfg!(target_os = "linux") {
                steps.step("vs code", walk::end_to_end);
            }
        }
    });
    if options.only.is_none() {
        steps.step("mutants", || mutants(seed % SHARDS));
    }
    steps.finish()
}

fn rust_tests(pressure: &Pressure, seed: u64, only: Option<&str>) -> Result<()> {
    let mut nextest = cargo(["nextest", "run", "--workspace", "--all-targets"]);
    if pressure.one_processor && has("taskset") {
        nextest = program("taskset");
        nextest.args(["--cpu-list", "0", "cargo", "nextest", "run", "--workspace", "--all-targets"]);
    }
    nextest.arg("--test-threads").arg(pressure.threads.to_string());
    if let Some(only) = only {
        nextest.args(["--filterset", only]);
    }
    shell_run(nextest.env("PROPTEST_RNG_SEED", seed.to_string()))
}

/// A shard of the mutants that `.cargo/mutants.toml` selects. A mutant that lives is a test that is missing.
fn mutants(shard: u64) -> Result<()> {
    install::mutants()?;
    // The copy of the tree that is mutated builds here, so that dependencies are compiled once.
    let folder = crate::shell::root().join("target/mutants");
    // Without `--workspace` only the default member is looked at, and the files to change are in others.
    let mut mutants = cargo(["mutants", "--workspace", "--test-tool", "nextest", "--baseline", "skip"]);
    mutants.args(["--timeout", "300", "--no-shuffle", "--shard"]).arg(format!("{shard}/{SHARDS}"));
    mutants.arg("--output").arg(&folder);
    shell_run(mutants.env("CARGO_TARGET_DIR", folder.join("build")))
}

/// A loop that works for a beat and rests for one, until it is over.
fn keep_busy<'scope>(scope: &'scope Scope<'scope, '_>, over: &'scope AtomicBool, beat: Duration) {
    scope.spawn(move || {
        while !over.load(Ordering::Relaxed) {
            let begin = Instant::now();
            while begin.elapsed() < beat {
                std::hint::spin_loop();
            }
            std::thread::sleep(beat);
        }
    });
}

/// Ends the loops, also when a step panics.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_pressure_again_and_another_seed_another() {
        assert_eq!(Pressure::of(7), Pressure::of(7));
        let all: Vec<Pressure> = (0..64).map(Pressure::of).collect();
        assert!(all.iter().any(|pressure| pressure.one_processor));
        assert!(
            all.iter().any(|pressure| pressure.busy == 0) && all.iter().any(|pressure| pressure.busy == 4)
        );
        assert!(all.iter().all(|pressure| (1..=6).contains(&pressure.threads)));
    }
}
