//! `cargo xtask check-windows`: the programs that people get, compiled for Windows on this machine.

mod wine;

use anyhow::Result;
use clap::Args;

use crate::cross::cargo_for;
use crate::packages;
use crate::shell::{has, run};

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The C compiler and linker for Windows: ring and zstd are partly C.
const MINGW: (&str, &str) = ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64");

#[derive(Args)]
pub(crate) struct Options {
    /// Link the program, too: target/windows/x86_64-pc-windows-gnu/debug/jumpseat.exe
    #[arg(long)]
    link: bool,
    /// Link the program and run it under Wine: a relay, a headless guest, processes that find each other
    #[arg(long)]
    run: bool,
}

/// `cargo xtask check-windows`.
pub(crate) fn by_hand(options: &Options) -> Result<()> {
    compile(if options.link || options.run { "build" } else { "check" })?;
    if options.run { wine::try_out() } else { Ok(()) }
}

/// The check alone, as CI runs it.
pub(crate) fn check() -> Result<()> {
    compile("check")
}

fn compile(verb: &str) -> Result<()> {
    if !has(MINGW.0) {
        packages::ensure(&[MINGW.1])?;
    }
    let mut cargo = cargo_for(TARGET, "std,panic_unwind")?;
    // A folder of its own: another compiler would throw the ordinary build away.
    cargo.args([verb, "--locked", "--target", TARGET, "--target-dir", "target/windows"]);
    run(cargo.args(["--package", "jumpseat"]).env("RUSTFLAGS", "-D warnings"))
}
