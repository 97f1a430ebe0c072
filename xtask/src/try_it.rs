//! `cargo xtask try`: Jumpseat in a real VS Code, with a terminal to share and a line for a guest.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{program, root};
use crate::{extension, packages, vscode};

/// What can be chosen.
#[derive(Args)]
pub(crate) struct Options {
    /// Walk through sharing and joining by itself, print what was seen, and end
    #[arg(long)]
    check: bool,
}

/// Quiet, and without what a first start asks.
const SETTINGS: &str = r#"{
    "workbench.startupEditor": "none", "security.workspace.trust.enabled": false, "chat.disableAIFeatures": true,
    "workbench.secondarySideBar.defaultVisibility": "hidden", "extensions.autoCheckUpdates": false
}
"#;

pub(crate) fn run(options: &Options) -> Result<()> {
    packages::node_modules()?;
    if options.check {
        return extension::end_to_end();
    }
    let host = vscode::host()?;
    extension::build(false)?;
    let folder = root().join("target/try");
    prepare(&folder)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut server = start(host.folder(), &folder, port)?;
    wait(&mut server, port)?;
    let work = folder.join("work");
    println!("\nVS Code with Jumpseat:   http://127.0.0.1:{port}/?folder={}", work.display());
    println!(
        "\n  Open it, press F1 and choose \"Jumpseat: Share New Terminal\": the link is on your clipboard."
    );
    println!("  A guest:   {} join", root().join("target/debug/jumpseat").display());
    println!("  pastes it; or opens the address above in a second window and presses Ctrl+Shift+J.");
    println!("\nEnter ends VS Code; what is shared goes on until it is stopped there.");
    let _ = std::io::stdin().read(&mut [0]);
    let _ = server.kill();
    server.wait()?;
    Ok(())
}

/// Settings, and the extension as it lies in the checkout.
fn prepare(folder: &Path) -> Result<()> {
    for part in ["data/User", "extensions", "work"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    std::fs::write(folder.join("data/User/settings.json"), SETTINGS)?;
    let installed = folder.join("extensions/jumpseat.jumpseat-0.1.0");
    let _ = std::fs::remove_dir_all(&installed);
    for part in ["dist", "media"] {
        copy_all(&root().join("vscode-extension").join(part), &installed.join(part))?;
    }
    for file in ["package.json", "package.nls.json", "README.md"] {
        std::fs::copy(root().join("vscode-extension").join(file), installed.join(file))?;
    }
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn start(host: &Path, folder: &Path, port: u16) -> Result<Child> {
    // Straight to Node: the launcher's shell would stay between this program and the server.
    let mut server: Command = program(&host.join("bin/node").to_string_lossy());
    server.arg(host.join("node_modules/code-server/lib/vscode/out/server-main.js"));
    server.args(["--host", "127.0.0.1", "--without-connection-token", "--accept-server-license-terms"]);
    server.args(["--telemetry-level", "off", "--port", &port.to_string()]);
    for (option, part) in
        [("--server-data-dir", "server"), ("--user-data-dir", "data"), ("--extensions-dir", "extensions")]
    {
        server.arg(option).arg(folder.join(part));
    }
    let log = std::fs::File::create(folder.join("server.log"))?;
    server.env("EXTENSIONS_GALLERY", "{}").stdout(log.try_clone()?).stderr(Stdio::from(log));
    server.spawn().context("cannot start VS Code")
}

fn wait(server: &mut Child, port: u16) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if let Some(status) = server.try_wait()? {
            bail!("VS Code ended ({status}); target/try/server.log says why");
        }
        if Instant::now() > end {
            bail!("VS Code did not start; target/try/server.log says why");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
