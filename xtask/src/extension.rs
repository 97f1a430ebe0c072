//! The VS Code extension: built with its native parts beside it, tested in plain Node and in real VS Codes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::package::Platform;
use crate::shell::{npm, program, root, run};
use crate::{native, packages, vscode};

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

#[derive(Args)]
pub(crate) struct Options {
    /// Walk through this package instead of what is built here
    #[arg(long, value_name = "FILE")]
    package: Option<PathBuf>,
}

/// `cargo xtask walk`.
pub(crate) fn by_hand(options: &Options) -> Result<()> {
    packages::browser()?;
    packages::node_modules()?;
    let host = vscode::host()?;
    match &options.package {
        Some(package) => walk(&host, Some(&installed(&host, package)?)),
        None => end_to_end(),
    }
}

/// Host and guest, each in a real VS Code.
pub(crate) fn end_to_end() -> Result<()> {
    packages::browser()?;
    let host = vscode::host()?;
    build()?;
    walk(&host, None)
}

fn walk(host: &vscode::Host, extension: Option<&Path>) -> Result<()> {
    let mut tests = program(&host.node().to_string_lossy());
    if let Some(extension) = extension {
        tests.env("JUMPSEAT_EXTENSION", extension);
    }
    // One process for all files: they share their VS Codes.
    run(tests.current_dir(root().join("tests/vscode")).args([
        "--test",
        "--test-isolation=none",
        "--test-reporter=spec",
        "*.test.mjs",
    ]))
}

/// Installs a package as VS Code does; answers the folder it is in then.
fn installed(host: &vscode::Host, package: &Path) -> Result<PathBuf> {
    let extensions = root().join("target/walk");
    let _ = fs::remove_dir_all(&extensions);
    let mut server = host.server();
    server.arg("--extensions-dir").arg(&extensions).arg("--install-extension").arg(package.canonicalize()?);
    for (option, part) in [("--server-data-dir", "server"), ("--user-data-dir", "data")] {
        server.arg(option).arg(extensions.join(part));
    }
    run(&mut server)?;
    let mut entries = fs::read_dir(&extensions)?.flatten();
    let found = entries.find(|entry| entry.file_name().to_string_lossy().starts_with("jumpseat.jumpseat-"));
    Ok(found.context("VS Code did not install the package")?.path())
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
