//! The product: its own program shares and relays; its guests are a stop-watch around its engine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Contestant, Process, Task};
use crate::bench::programs::Program;

pub(in crate::bench) struct Product;

/// The program itself, away from the person's own settings and sessions.
pub(in crate::bench) fn jumpseat<const N: usize>(folder: &Path, arguments: [&str; N]) -> Result<Command> {
    let home = folder.join("home");
    fs::create_dir_all(&home)?;
    let mut command = Program::Product.command(arguments);
    let own = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("JUMPSEAT_"));
    own.for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.env("HOME", &home).env("XDG_RUNTIME_DIR", &home).env("XDG_CONFIG_HOME", &home);
    Ok(command)
}

/// The product's relay and its address.
pub(in crate::bench) fn relay(folder: &Path) -> Result<(Process, String)> {
    let arguments =
        ["--json", "relay", "--listen", "127.0.0.1:0", "--set", "limits.connections_per_address=50000"];
    let process = Process::spawn("relay", folder, &mut jumpseat(folder, arguments)?)?;
    let (_, line) = process.line()?;
    let said: Value = serde_json::from_str(&line)?;
    let url = said["url"].as_str().and_then(|url| url.strip_prefix("ws://"));
    let address = url.with_context(|| format!("no address: {line}"))?.to_owned();
    Ok((process, address))
}

/// A copy of an invite that leads to the relay another way.
pub(in crate::bench) fn by_way_of(line: &str, invite: &str) -> Result<String> {
    let mut contents: Value = serde_json::from_slice(&fs::read(invite)?)?;
    contents["relay"] = format!("ws://{line}").into();
    let copy = format!("{invite}.{}", line.rsplit(':').next().unwrap_or("line"));
    fs::write(&copy, contents.to_string())?;
    Ok(copy)
}

/// Starts a guest's stop-watch; returns when it is seated.
pub(in crate::bench) fn guest<I: AsRef<OsStr>>(
    folder: &Path,
    invite: &str,
    task: impl IntoIterator<Item = I>,
) -> Result<Process> {
    let mut command = Program::StopWatch.command(["guest", invite]);
    let guest = Process::spawn("guest", folder, command.args(task))?;
    guest.wait_for(|line| line == "seated")?;
    Ok(guest)
}

impl Contestant for Product {
    fn name(&self) -> &'static str {
        "jumpseat"
    }

    fn relay(&self, folder: &Path) -> Result<(Process, String)> {
        relay(folder)
    }

    fn host(&self, folder: &Path, relay: &str, command: &[String]) -> Result<(Process, String)> {
        let invite: PathBuf = folder.join("invite");
        fs::remove_file(&invite).ok();
        let invite = invite.to_string_lossy().into_owned();
        let url = format!("ws://{relay}");
        let share =
            ["--json", "share", "--headless", "--size", "120x40", "--role", "writer", "--admission", "open"];
        let mut host = jumpseat(folder, share)?;
        host.args(["--relay", &url, "--invite-file", &invite, "--no-shell-integration"]);
        // The terminal alone: panels have a benchmark of their own.
        host.args(["--panel", "none", "--"]).args(command);
        let host = Process::spawn("host", folder, &mut host)?;
        host.wait_for(|line| line.contains("invite"))?;
        Ok((host, invite))
    }

    fn guest(&self, folder: &Path, invite: &str, task: &Task) -> Result<Process> {
        match task {
            Task::Until(text) => guest(folder, invite, ["until", text]),
            Task::Show(text) => guest(folder, invite, ["show", text]),
            Task::Keys { count, flooded: false } => guest(folder, invite, ["keys", &count.to_string()]),
            Task::Keys { count, flooded: true } => {
                guest(folder, invite, ["keys", &count.to_string(), "flooded"])
            }
        }
    }
}
