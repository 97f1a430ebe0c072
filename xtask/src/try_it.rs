//! `cargo xtask try`: Jumpseat in VS Code, with a terminal that is shared and a line for a guest.
//!
//! Into the person's own VS Code if there is one and they say so; otherwise into a real one in the browser, installed
//! below `target`. `--check` does the same and then walks through it as two people would.

mod stage;

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{has, program, root, run as shell_run, succeeds};
use crate::vscode::Host;
use crate::{extension, package, packages, vscode};
use stage::Stage;

/// What can be chosen.
#[derive(Args)]
pub(crate) struct Options {
    /// Walk through sharing and joining by itself, print what was seen, and end
    #[arg(long)]
    check: bool,
    /// Take what was built last
    #[arg(long)]
    no_build: bool,
}

/// The commands that VS Code and its kin put on the path.
const EDITORS: [&str; 5] = ["code", "code-insiders", "codium", "cursor", "windsurf"];

/// How long a page may take to share its terminal.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(options: &Options) -> Result<()> {
    packages::node_modules()?;
    if !options.no_build {
        extension::build()?;
    }
    let package = package::for_trying()?;
    if options.check {
        packages::browser()?;
        let host = vscode::host()?;
        return check(&host, &Stage::start(&host, &package)?);
    }
    match EDITORS.into_iter().find(|editor| has(editor)) {
        Some(editor) if agreed(editor)? => into_own(editor, &package),
        _ => in_browser(&Stage::start(&vscode::host()?, &package)?),
    }
}

/// The walk of `--check` with what the tests before it built.
pub(crate) fn tests() -> Result<()> {
    run(&Options { check: true, no_build: true })
}

/// Whether the person wants it in their own editor; nobody is asked where nobody answers.
fn agreed(editor: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("\nInstall Jumpseat into your own VS Code ({editor})? Otherwise it opens in the browser. [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_lowercase().starts_with('y'))
}

fn into_own(editor: &str, package: &Path) -> Result<()> {
    shell_run(program(editor).arg("--install-extension").arg(package).arg("--force"))?;
    let jumpseat = root().join("target/debug/jumpseat");
    println!("\nJumpseat is installed. In VS Code, press F1 and choose \"Jumpseat: Share New Terminal\":");
    println!("its link is on your clipboard then. A guest pastes it in VS Code (Ctrl+Shift+J) or after");
    println!("\n    {} join", jumpseat.display());
    println!("\n`{editor} --uninstall-extension jumpseat.jumpseat` takes it out again.");
    Ok(())
}

fn in_browser(stage: &Stage) -> Result<()> {
    let address = stage.address("shared");
    println!("\nVS Code with Jumpseat:  {address}");
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if !(screen || cfg!(target_os = "macos")) || !succeeds(program(opener).arg(&address)) {
        println!("Open that address in your browser; a terminal in it is shared at once.");
    }
    println!("Enter ends all of it.");
    std::thread::scope(|scope| {
        scope.spawn(|| match stage.link(None) {
            Ok(Some(link)) => println!("{}", invitation(stage, &link)),
            Ok(None) => {}
            Err(error) => eprintln!("error: {error:#}"),
        });
        let end = wait_for_enter(stage);
        stage.no_longer();
        end
    })
}

/// Until Enter; without anybody to press it, until VS Code ends.
fn wait_for_enter(stage: &Stage) -> Result<()> {
    if std::io::stdin().read(&mut [0])? == 0 {
        stage.wait()?;
    }
    Ok(())
}

/// What a second guest does.
fn invitation(stage: &Stage, link: &str) -> String {
    let jumpseat = stage.program();
    format!(
        "\nYour terminal is shared. A guest, in another terminal:\n\n    {} join\n\nand pastes this link:\n\n    {link}\n\n\
         Or a guest in VS Code: open {} in a private window, press Ctrl+Shift+J, and paste it there.",
        jumpseat.display(),
        stage.address("guest"),
    )
}

/// A browser opens the address, two guests take the invitation, and everyone tells what they see.
fn check(host: &Host, stage: &Stage) -> Result<()> {
    println!("\nVS Code with Jumpseat:  {}", stage.address("shared"));
    let mut walker = program(&host.node().to_string_lossy());
    walker.current_dir(root().join("tests/vscode")).arg("try.mjs");
    walker.arg(stage.address("shared")).arg(stage.address("guest")).arg(stage.program());
    let mut walker = Walker(walker.stdin(Stdio::piped()).spawn().context("cannot start the walk")?);
    let link = stage.link(Some(PATIENCE))?.context("no terminal was shared within a minute")?;
    println!("{}\n", invitation(stage, &link));
    let mut told = walker.0.stdin.take().context("the walk reads the link")?;
    writeln!(told, "{link}")?;
    let status = walker.0.wait()?;
    if !status.success() {
        bail!("the walk ended with {status}");
    }
    Ok(())
}

/// Ends with whoever started it.
struct Walker(Child);

impl Drop for Walker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
