//! The VS Code extension: built with its native parts beside it, tested in plain Node and in real VS Codes, packaged.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::shell::{cargo, has, program, root, run};
use crate::{packages, vscode};

const FOLDER: &str = "vscode-extension";

/// Builds the bundle, the native module and the program that holds sessions into `vscode-extension/dist`.
pub(crate) fn build(release: bool) -> Result<()> {
    let mut native = cargo(["build", "--package", "jumpseat", "--package", "jumpseat-native"]);
    if release {
        native.arg("--release");
    }
    run(&mut native)?;
    let built = root().join("target").join(if release { "release" } else { "debug" });
    let dist = root().join(FOLDER).join("dist");
    let binding = root().join("node-binding");
    let module = module_name()?;
    copy(&built.join("libjumpseat_native.so"), &dist.join("native").join(module))?;
    for file in ["index.js", "package.json"] {
        copy(&binding.join(file), &dist.join("native").join(file))?;
    }
    copy(&built.join("jumpseat"), &dist.join("bin/jumpseat"))?;
    let mut bundle = node("build.mjs");
    if release {
        bundle.arg("--release");
    }
    run(&mut bundle)
}

/// The types, and the state model in plain Node.
pub(crate) fn plain_tests() -> Result<()> {
    let folder = root().join(FOLDER);
    for script in ["check", "test"] {
        run(program("npm").current_dir(&folder).args(["run", "--silent", script]))?;
    }
    Ok(())
}

/// Host and guest, each in a real VS Code.
pub(crate) fn end_to_end() -> Result<()> {
    if !has("chromium") {
        packages::ensure(&["chromium"])?;
    }
    let host = vscode::host()?;
    build(false)?;
    let node = host.folder().join("bin/node");
    let mut tests = program(&node.to_string_lossy());
    run(tests.current_dir(root().join("tests/vscode")).args([
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
        "*.test.mjs",
    ]))
}

/// The .vsix for this platform, in `target/`.
pub(crate) fn package() -> Result<()> {
    build(true)?;
    let target = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        (os, arch) => bail!("no package is made for {os} {arch}"),
    };
    let file = root().join(format!("target/jumpseat-{target}.vsix"));
    let vsce = root().join(FOLDER).join("node_modules/.bin/vsce");
    let mut package = program(&vsce.to_string_lossy());
    run(package
        .current_dir(root().join(FOLDER))
        .args(["package", "--no-dependencies", "--allow-missing-repository", "--target", target, "--out"])
        .arg(&file))?;
    let size = file.metadata()?.len();
    println!("{}: {:.1} MB", file.display(), size as f64 / 1e6);
    if size > MOST_BYTES {
        bail!("the package is larger than {} MB", MOST_BYTES / 1_000_000);
    }
    Ok(())
}

/// Larger ones are slow to install, and something got in that does not belong there.
const MOST_BYTES: u64 = 12_000_000;

/// As the native package names the module of this machine.
fn module_name() -> Result<&'static str> {
    match (std::env::consts::ARCH, cfg!(target_env = "musl")) {
        ("x86_64", false) => Ok("jumpseat.linux-x64-gnu.node"),
        ("x86_64", true) => Ok("jumpseat.linux-x64-musl.node"),
        ("aarch64", false) => Ok("jumpseat.linux-arm64-gnu.node"),
        ("aarch64", true) => Ok("jumpseat.linux-arm64-musl.node"),
        (arch, _) => bail!("the extension is not built on {arch}"),
    }
}

fn node(script: &str) -> std::process::Command {
    let mut node = program("node");
    node.current_dir(root().join(FOLDER)).arg(script);
    node
}

/// Written aside and renamed: a program that runs, or a module that is loaded, is not written into.
fn copy(from: &PathBuf, to: &PathBuf) -> Result<()> {
    let folder = to.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder)?;
    let mut aside = OsString::from(to);
    aside.push(".new");
    std::fs::copy(from, &aside).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(std::fs::rename(aside, to)?)
}
