//! The cargo tools that the checks use, installed below `target/tools` where they are missing.

use std::process::Command;

use anyhow::{Context, Result};

use crate::packages;
use crate::shell::{self, cargo, has, program, run, succeeds};

/// A cargo tool: the crate it comes from, the version to build where no wheel fits, and how to see that it is there.
struct Tool {
    package: &'static str,
    version: &'static str,
    probe: [&'static str; 2],
}

// The versions agree with `xtask/tools.txt`.
const TOOLS: [Tool; 3] = [
    Tool { package: "cargo-nextest", version: "0.9.148", probe: ["cargo-nextest", "--version"] },
    Tool { package: "cargo-deny", version: "0.20.2", probe: ["cargo-deny", "--version"] },
    Tool { package: "typos-cli", version: "1.52.0", probe: ["typos", "--version"] },
];

const MUTANTS: Tool =
    Tool { package: "cargo-mutants", version: "27.1.0", probe: ["cargo-mutants", "--version"] };

const VERIFPAL: Tool = Tool { package: "verifpal", version: "1.6.7", probe: ["verifpal", "--version"] };

/// Installs what is missing: prebuilt wheels first (seconds), else built from source (minutes).
pub(crate) fn tools() -> Result<()> {
    if missing().is_empty() {
        return Ok(());
    }
    if let Err(error) = from_wheels() {
        println!("no prebuilt tools ({error:#}): building them");
    }
    for tool in missing() {
        from_source(&tool).with_context(|| {
            let Tool { package, version, .. } = tool;
            format!("install it by hand: cargo install --locked {package}@{version}")
        })?;
    }
    Ok(())
}

/// Installs cargo-mutants, which only the long runs use.
pub(crate) fn mutants() -> Result<()> {
    if has("cargo-mutants") { Ok(()) } else { from_source(&MUTANTS) }
}

/// Installs Verifpal, which only the check of the models uses. It asks for a newer Rust than it needs, and for a build
/// that takes four times as long as the analysis.
pub(crate) fn verifpal() -> Result<()> {
    let [name, version] = VERIFPAL.probe;
    if succeeds(program(name).arg(version)) {
        return Ok(());
    }
    run(install(&VERIFPAL)
        .arg("--ignore-rust-version")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"))
}

fn missing() -> Vec<Tool> {
    TOOLS.into_iter().filter(|tool| !succeeds(program(tool.probe[0]).arg(tool.probe[1]))).collect()
}

fn from_wheels() -> Result<()> {
    if !has("pip3") {
        packages::ensure(&["python3-pip"])?;
    }
    let target = shell::tools();
    std::fs::create_dir_all(&target)?;
    run(program("pip3")
        .args(["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"])
        .args(["--only-binary=:all:", "--no-deps", "--require-hashes", "--upgrade"])
        .args(["--requirement", "xtask/tools.txt", "--target"])
        .arg(target))
}

fn from_source(tool: &Tool) -> Result<()> {
    run(&mut install(tool))
}

fn install(tool: &Tool) -> Command {
    let mut install = cargo(["install", "--locked", "--version", tool.version, "--root"]);
    install.arg(shell::tools()).arg(tool.package);
    install
}
