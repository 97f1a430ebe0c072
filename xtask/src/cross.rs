//! Compiling for other systems on this machine.
//!
//! With rustup's target where it is installed, else with Debian's `rustc-web`, which brings the source of the standard
//! library. Nothing is downloaded but Debian's packages.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::packages;
use crate::shell::{cargo, has, output, program};

/// Debian's Rust with the source of the standard library, for machines whose rustup cannot fetch the target.
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";

/// A cargo that can compile for a target, whose standard library has these parts.
pub(crate) fn cargo_for(target: &str, parts: &str) -> Result<Command> {
    if has("rustup")
        && output(program("rustup").args(["target", "list", "--installed"]))?
            .lines()
            .any(|line| line == target)
    {
        return Ok(cargo([]));
    }
    if !Path::new(DEBIAN_SOURCE).is_dir() {
        packages::ensure(&DEBIAN)?;
    }
    if !Path::new(DEBIAN_SOURCE).is_dir() {
        bail!(
            "the target is missing: rustup target add {target}, or on Debian: apt-get install {}",
            DEBIAN.join(" ")
        );
    }
    let mut cargo = program("/usr/bin/cargo");
    // The standard library is compiled along, which the stable compiler allows only with this variable.
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").arg(format!("-Zbuild-std={parts}"));
    Ok(cargo)
}
