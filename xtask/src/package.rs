//! `cargo xtask package`: the extension as it is installed, one .vsix for each platform, with nothing else in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::extension::{self, FOLDER};
use crate::packages;
use crate::platform::Platform;
use crate::shell::{output, program, root, run};

#[derive(Args)]
pub(crate) struct Options {
    /// The platform, as the marketplaces name it; this one, unless you say so
    #[arg(long, value_name = "PLATFORM")]
    target: Option<String>,
}

/// Larger ones are slow to install, and something got in that does not belong there.
const MOST_BYTES: u64 = 12_000_000;

/// The package as it is published, in `target/`.
pub(crate) fn by_hand(options: &Options) -> Result<()> {
    packages::node_modules()?;
    let platform = options.target.as_deref().map_or_else(Platform::here, Platform::named)?;
    extension::build_for(platform, true)?;
    let file = root().join(format!("target/jumpseat-{}.vsix", platform.name));
    pack(platform, &file)?;
    let size = file.metadata()?.len();
    println!("{}: {:.1} MB", file.display(), size as f64 / 1e6);
    if size > MOST_BYTES {
        bail!("the package is larger than {} MB", MOST_BYTES / 1_000_000);
    }
    Ok(())
}

/// The package of what was built for trying it out on this machine.
pub(crate) fn for_trying() -> Result<PathBuf> {
    let file = root().join("target/jumpseat-dev.vsix");
    pack(Platform::here()?, &file)?;
    Ok(file)
}

fn pack(platform: &Platform, file: &Path) -> Result<()> {
    check_list(platform)?;
    let options = ["package", "--no-dependencies", "--allow-missing-repository", "--target", platform.name];
    run(vsce().args(options).arg("--out").arg(file))
}

/// What is packed is exactly what is expected: a file too many is as wrong as one that is missing.
fn check_list(platform: &Platform) -> Result<()> {
    let listed = output(vsce().args(["ls", "--no-dependencies"]))?;
    let listed: BTreeSet<&str> = listed.lines().filter(|line| !line.starts_with("media/")).collect();
    let (program, module) =
        (format!("dist/bin/{}", platform.program()), format!("dist/native/{}", platform.module()));
    let expected = BTreeSet::from([
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "dist/extension.js",
        "dist/native/index.js",
        "dist/native/package.json",
        "package.json",
        "package.nls.json",
        &program,
        &module,
    ]);
    let odd: Vec<&&str> = listed.symmetric_difference(&expected).collect();
    if !odd.is_empty() {
        bail!("the package has too much or too little: {odd:?}");
    }
    Ok(())
}

fn vsce() -> Command {
    let mut vsce = program("node");
    vsce.current_dir(root().join(FOLDER)).arg("node_modules/@vscode/vsce/vsce");
    vsce
}
