//! The VS Code extension: built with its native parts next to it, and tested in plain Node.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::native;
use crate::platform::Platform;
use crate::shell::{npm, program, root, run};

/// Where its sources lie.
pub(crate) const FOLDER: &str = "vscode-extension";

/// Builds it for trying it out on this machine.
pub(crate) fn build() -> Result<()> {
    build_for(Platform::here()?, false)
}

/// Builds the bundle, the native module and the program that holds sessions into `vscode-extension/dist`.
pub(crate) fn build_for(platform: &Platform, release: bool) -> Result<()> {
    let built = native::compile(release, platform)?;
    let dist = root().join(FOLDER).join("dist");
    let module = platform.module();
    copy(&built.join(platform.library()), &dist.join("native").join(&module))?;
    for file in ["index.js", "package.json"] {
        copy(&root().join("node-binding").join(file), &dist.join("native").join(file))?;
    }
    copy(&built.join(platform.program()), &dist.join("bin").join(platform.program()))?;
    keep(&dist.join("native"), &["index.js", "package.json", &module])?;
    keep(&dist.join("bin"), &[platform.program()])?;
    let mut bundle = program("node");
    bundle.current_dir(root().join(FOLDER)).arg("build.mjs");
    if release {
        bundle.arg("--release");
    }
    run(&mut bundle)
}

/// The types, and the state model in plain Node.
pub(crate) fn plain_tests() -> Result<()> {
    let folder = root().join(FOLDER);
    for script in ["check", "test"] {
        run(npm().current_dir(&folder).args(["run", "--silent", script]))?;
    }
    Ok(())
}

/// Written aside and renamed: a program that runs, or a module that is loaded, is not written into.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    let mut aside = OsString::from(to);
    aside.push(".new");
    fs::copy(from, &aside).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(fs::rename(aside, to)?)
}

/// Removes what was built for another platform.
fn keep(folder: &Path, names: &[&str]) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !names.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
