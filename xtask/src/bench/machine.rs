//! The machine that the figures belong to.

use std::fmt;
use std::fs;

use anyhow::Result;
use serde_json::{Value, json};

use crate::shell::{output, program};

pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    kernel: String,
    /// Runnable processes in the last minute, before the bench: a busy machine measures its other work.
    load: String,
    rust: String,
    commit: String,
    date: String,
}

pub(super) fn describe() -> Result<Machine> {
    let line = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let value = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let memory = field(&line("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    Ok(Machine {
        processor: field(&line("/proc/cpuinfo"), "model name"),
        cores: std::thread::available_parallelism()?.get(),
        memory_gib: kib.div_ceil(1024 * 1024),
        kernel: line("/proc/sys/kernel/osrelease").trim().to_owned(),
        load: line("/proc/loadavg").split(' ').next().unwrap_or("unknown").to_owned(),
        rust: output(program("rustc").arg("-V"))?.trim().to_owned(),
        commit: output(program("git").args(["describe", "--always", "--dirty"]))
            .unwrap_or_default()
            .trim()
            .to_owned(),
        date: output(program("date").args(["-u", "+%Y-%m-%d"]))?.trim().to_owned(),
    })
}

impl Machine {
    pub(super) fn json(&self) -> Value {
        json!({
            "processor": self.processor, "cores": self.cores, "memory_gib": self.memory_gib, "kernel": self.kernel,
            "load_before": self.load, "rust": self.rust, "commit": self.commit, "date": self.date,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, memory_gib, kernel, load, rust, commit, date } = self;
        write!(
            f,
            "{processor}, {cores} cores, {memory_gib} GiB, Linux {kernel}, load {load}, {rust}, {commit}, {date}"
        )
    }
}
