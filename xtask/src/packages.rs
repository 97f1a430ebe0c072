//! Programs that the tests drive or build with, from Debian's packages and from npm lock files.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use crate::shell::{has, npm, output, program, root, run, succeeds};

/// Programs and the Debian packages that bring them.
const NEEDED: [(&str, &str); 16] = [
    ("bash", "bash"),
    ("zsh", "zsh"),
    ("fish", "fish"),
    ("vim", "vim"),
    ("less", "less"),
    ("htop", "htop"),
    ("tmux", "tmux"),
    ("git", "git"),
    ("ps", "procps"),
    ("setsid", "util-linux"),
    // ring and zstd are built with a C compiler, libFuzzer with a C++ compiler.
    ("cc", "gcc"),
    ("c++", "g++"),
    // Relays are tried behind a real reverse proxy, and behind one that ends TLS.
    ("nginx", "nginx"),
    ("openssl", "openssl"),
    // xterm.js is the referee of the screen tests.
    ("node", "nodejs"),
    ("npm", "npm"),
];

const NODE: [(&str, &str); 2] = [("node", "nodejs"), ("npm", "npm")];

/// What a real VS Code is installed with next to Node; two of its modules are compiled.
const VSCODE: [(&str, &str); 3] = [("make", "make"), ("g++", "g++"), ("python3", "python3")];

/// What the tests drive it in, let time pass with, and make certificates with.
const BROWSER: [(&str, &str); 4] =
    [("chromium", "chromium"), ("faketime", "faketime"), ("patchelf", "patchelf"), ("openssl", "openssl")];

/// Installs the programs that are missing, or says which packages to install.
pub(crate) fn programs() -> Result<()> {
    let vscode = if cfg!(target_os = "linux") { (&VSCODE[..], &BROWSER[..]) } else { (&[][..], &[][..]) };
    ensure_all(NEEDED.iter().chain(vscode.0).chain(vscode.1))
}

/// As [`programs`], for a real VS Code alone.
pub(crate) fn for_vscode() -> Result<()> {
    ensure_all(NODE.iter().chain(&VSCODE))
}

/// As [`programs`], for what drives a real VS Code alone.
pub(crate) fn browser() -> Result<()> {
    ensure_all(BROWSER.iter())
}

fn ensure_all<'a>(programs: impl Iterator<Item = &'a (&'a str, &'a str)>) -> Result<()> {
    let missing: BTreeSet<&str> =
        programs.filter(|(name, _)| !has(name)).map(|(_, package)| *package).collect();
    ensure(&missing.into_iter().collect::<Vec<_>>())
}

/// Installs these Debian packages where it may; otherwise the error says exactly what to do.
pub(crate) fn ensure(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if !has("apt-get") {
        bail!("the tests need these programs (names of Debian packages): {names}");
    }
    let Some(prefix) = root_prefix() else {
        bail!("the tests need more packages; run: sudo apt-get install --no-install-recommends {names}");
    };
    let apt = |arguments: &[&str]| {
        let mut words = prefix.to_vec();
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        words.extend(arguments);
        run(program(words[0]).args(&words[1..]))
    };
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)
}

/// `npm ci` in every folder that has a lock file, unless what it asks for is there already.
pub(crate) fn node_modules() -> Result<()> {
    ensure_all(NODE.iter())?;
    let locks = output(program("git").args(["ls-files", "--", "package-lock.json", "*/package-lock.json"]))?;
    for lock in locks.lines() {
        let lock = root().join(lock);
        let folder = lock.parent().unwrap_or(root());
        if !is_installed(&lock, folder) {
            run(npm().current_dir(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
        }
    }
    Ok(())
}

/// npm leaves a copy of the lock file behind when it has finished.
fn is_installed(lock: &Path, folder: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    match (changed(&folder.join("node_modules/.package-lock.json")), changed(lock)) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

/// What to put before a command that needs root: nothing for root itself, `sudo -n` where that asks nothing.
fn root_prefix() -> Option<&'static [&'static str]> {
    if output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    succeeds(program("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}
