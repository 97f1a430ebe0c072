//! `cargo xtask check-windows`: the programs that people get, compiled for Windows on this machine.
//!
//! With rustup's target where it is installed, else with Debian's `rustc-web`, which brings the source of the standard
//! library. Nothing is downloaded but Debian's packages.

mod wine;

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::packages;
use crate::shell::{cargo, has, output, program, run};

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The C compiler and linker for Windows: ring and zstd are partly C.
const MINGW: (&str, &str) = ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64");

/// Debian's Rust with the source of the standard library, for machines whose rustup cannot fetch the target.
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";

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
    let mut cargo = toolchain()?;
    // A folder of its own: another compiler would throw the ordinary build away.
    cargo.args([verb, "--locked", "--target", TARGET, "--target-dir", "target/windows"]);
    run(cargo.args(["--package", "jumpseat"]).env("RUSTFLAGS", "-D warnings"))
}

/// A cargo that can compile for Windows.
fn toolchain() -> Result<Command> {
    if has("rustup")
        && output(program("rustup").args(["target", "list", "--installed"]))?
            .lines()
            .any(|line| line == TARGET)
    {
        return Ok(cargo([]));
    }
    if !Path::new(DEBIAN_SOURCE).is_dir() {
        packages::ensure(&DEBIAN)?;
    }
    if !Path::new(DEBIAN_SOURCE).is_dir() {
        bail!(
            "the target is missing: rustup target add {TARGET}, or on Debian: apt-get install {}",
            DEBIAN.join(" ")
        );
    }
    let mut cargo = program("/usr/bin/cargo");
    // The standard library is compiled along, which the stable compiler allows only with this variable.
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=std,panic_unwind");
    Ok(cargo)
}
