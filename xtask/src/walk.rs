//! `cargo xtask walk`: the extension in real VS Codes, host and guest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::shell::{program, root, run, run_node_tests};
use crate::{extension, packages, vscode};

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
    extension::build()?;
    walk(&host, None)
}

fn walk(host: &vscode::Host, extension: Option<&Path>) -> Result<()> {
    let mut tests = program(&host.node().to_string_lossy());
    if let Some(extension) = extension {
        tests.env("JUMPSEAT_EXTENSION", extension);
    }
    // One process for all files: they share their VS Codes.
    run_node_tests(tests.current_dir(root().join("tests/vscode")), &["--test-isolation=none", "*.test.mjs"])
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
