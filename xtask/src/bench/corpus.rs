//! The terminal output that the flood prints.

use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::Result;

use super::Bench;
use super::programs::Program;
use crate::shell::run;

/// The corpus as a file, generated again for each bench: its generator may have changed.
pub(super) fn file(bench: &Bench) -> Result<PathBuf> {
    let path = bench.folder.join("corpus");
    fs::remove_file(&path).ok();
    let bytes = (bench.megabytes * 1_000_000).to_string();
    run(Program::Floor.command(["corpus", &bytes]).stdout(File::create(&path)?))?;
    Ok(path)
}
