//! `cargo xtask bench`: the product's figures, each next to its physical limit and the floor in the same run.
//!
//! One file for each benchmark, one for each contestant. Contestants take turns within a run, so that a machine
//! that slows down slows them all; think in ratios to the floor.

mod contestant;
mod corpus;
mod echo;
mod fan_out;
mod figure;
mod flood;
mod idle;
mod join;
mod machine;
mod panels;
mod process;
mod programs;
mod relay;
mod screen;
mod session;
mod start;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::root;
use contestant::Contestant;
use figure::{Figures, table};
use programs::Program::{self, Floor, Load, Product, StopWatch};

#[derive(Args)]
pub(crate) struct Options {
    /// The benchmarks to run; all, when none is named
    names: Vec<String>,
    /// Write the figures to this file as well
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run the programs as they were built last
    #[arg(long)]
    no_build: bool,
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
    needs: &'static [Program],
    run: fn(&Bench, &mut Figures) -> Result<()>,
}

const BENCHMARKS: &[Benchmark] = &[
    Benchmark { name: "flood", needs: &[Floor, Product, StopWatch], run: flood::run },
    Benchmark { name: "echo", needs: &[Floor, Product, StopWatch, Load], run: echo::run },
    Benchmark { name: "fan-out", needs: &[Floor, Product, Load], run: fan_out::run },
    Benchmark { name: "idle", needs: &[Product, Load], run: idle::run },
    Benchmark { name: "join", needs: &[Floor, Product, StopWatch], run: join::run },
    Benchmark { name: "start", needs: &[Product], run: start::run },
    Benchmark { name: "panels", needs: &[Floor, Product, StopWatch], run: panels::run },
    Benchmark { name: "screen", needs: &[StopWatch], run: screen::run },
];

/// What the benchmarks share.
struct Bench {
    runs: usize,
    megabytes: usize,
    /// A folder for pipes, sockets and logs.
    folder: PathBuf,
    contestants: Vec<Box<dyn Contestant>>,
}

pub(crate) fn by_hand(options: &Options) -> Result<()> {
    let known = |name: &String| BENCHMARKS.iter().any(|benchmark| benchmark.name == name);
    if let Some(name) = options.names.iter().find(|name| !known(name)) {
        let names: Vec<&str> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
        bail!("no benchmark {name}; there are: {}", names.join(", "));
    }
    let chosen = |benchmark: &&Benchmark| {
        options.names.is_empty() || options.names.iter().any(|name| name == benchmark.name)
    };
    let needs = |program: &Program| BENCHMARKS.iter().filter(chosen).any(|one| one.needs.contains(program));
    if !options.no_build {
        Program::ALL.into_iter().filter(needs).try_for_each(Program::build)?;
    }
    let folder = root().join("target/bench");
    fs::create_dir_all(&folder)?;
    let contestants = contestant::all();
    let bench = Bench { runs: options.runs.max(1), megabytes: options.megabytes, folder, contestants };

    let machine = machine::describe()?;
    println!("{machine}");
    let mut figures = Figures::default();
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
