//! `cargo xtask bench`: the product's figures, each beside its physical limit and the floor in the same run.
//!
//! One file for each benchmark, one for each contestant. Contestants take turns within a run, so that a machine
//! that slows down slows them all; think in ratios to the floor.

mod contestant;
mod corpus;
mod echo;
mod figure;
mod flood;
mod machine;
mod process;
mod session;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{cargo, root, run};
use contestant::Contestant;
use figure::{Figures, table};

#[derive(Args)]
pub(crate) struct Options {
    /// The benchmarks to run; all, when none is named
    names: Vec<String>,
    /// Write the figures to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often to run each
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Megabytes of terminal output in the flood
    #[arg(long, default_value_t = 100)]
    megabytes: usize,
}

/// One benchmark: measures every contestant and the physical limits, run by run.
struct Benchmark {
    name: &'static str,
    run: fn(&Bench, &mut Figures) -> Result<()>,
}

const BENCHMARKS: &[Benchmark] =
    &[Benchmark { name: "flood", run: flood::run }, Benchmark { name: "echo", run: echo::run }];

/// What the benchmarks share.
struct Bench {
    runs: usize,
    megabytes: usize,
    /// A folder for pipes, sockets and logs.
    folder: PathBuf,
    /// The floor's program, which measures the physical limits too.
    floor: PathBuf,
    contestants: Vec<Box<dyn Contestant>>,
}

pub(crate) fn by_hand(options: &Options) -> Result<()> {
    let known = |name: &String| BENCHMARKS.iter().any(|benchmark| benchmark.name == name);
    if let Some(name) = options.names.iter().find(|name| !known(name)) {
        let names: Vec<&str> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
        bail!("no benchmark {name}; there are: {}", names.join(", "));
    }
    run(&mut cargo(["build", "--release", "--package", "jumpseat-floor"]))?;
    let folder = root().join("target/bench");
    fs::create_dir_all(&folder)?;
    let floor = root().join("target/release/jumpseat-floor");
    let contestants = contestant::all(&floor);
    let bench = Bench { runs: options.runs.max(1), megabytes: options.megabytes, folder, floor, contestants };

    let machine = machine::describe()?;
    println!("{machine}");
    let mut figures = Figures::default();
    let chosen = |benchmark: &&Benchmark| {
        options.names.is_empty() || options.names.iter().any(|name| name == benchmark.name)
    };
    for benchmark in BENCHMARKS.iter().filter(chosen) {
        figures.begin(benchmark.name);
        (benchmark.run)(&bench, &mut figures).with_context(|| format!("benchmark {}", benchmark.name))?;
        println!("\n{}", table(&figures, benchmark.name));
    }
    if let Some(file) = &options.json {
        let report =
            serde_json::json!({ "machine": machine.json(), "runs": bench.runs, "figures": figures.json() });
        fs::write(file, format!("{report:#}\n"))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
