//! The linked program under Wine: a relay, a guest, and processes that find each other by named pipes. Whatever needs a
//! console is left out: Wine 8 has none that `portable-pty` can open.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::{MINGW, TARGET};
use crate::shell::{cargo, has, output, program, root, run};

/// Where Debian puts it, outside of the search path.
const DEBIAN_WINE: &str = "/usr/lib/wine/wine64";

/// What the host prints and the guest waits for.
const TEXT: &str = "tests passed";

/// Runs the program that was just linked.
pub(super) fn try_out() -> Result<()> {
    let wine = Wine::new()?;
    run(&mut wine.command(&["--version"]))?;
    guest_at_a_relay(&wine)?;
    processes_find_each_other(&wine)?;
    println!("the program runs under Wine");
    Ok(())
}

/// A relay and a guest under Wine, the host as it is built for this machine.
fn guest_at_a_relay(wine: &Wine) -> Result<()> {
    run(&mut cargo(["build", "--package", "jumpseat"]))?;
    let mut relay = wine.start(&["relay", "--listen", "127.0.0.1:0"])?;
    let address = relay.line("ws://")?;
    let address = address.rsplit(' ').next().unwrap_or_default();
    let invite = wine.folder.join("invite.json");
    let _ = fs::remove_file(&invite);
    let mut host = program("target/debug/jumpseat");
    host.args(["share", "--headless", "--json", "--relay", address, "--invite-file"]).arg(&invite);
    host.args(["--", "sh", "-c", &format!("echo {TEXT}; sleep 600")]);
    let mut host = Running::new(&mut host)?;
    // The file is there by then.
    host.line("\"invite\"")?;

    let invite = invite.to_str().context("the checkout's folder is not UTF-8")?;
    let join = ["join", "--headless", "--invite-file", invite, "--timeout", "60s", "--until"];
    let shown = output(&mut wine.command(&[&join[..], &[TEXT, "--dump", "text"]].concat()))?;
    ensure!(shown.contains(TEXT), "the guest's screen shows {shown:?}");

    // It stays until it is ended, and another process asks it.
    let mut guest = wine.start(&[&join[..], &["never", "--json"]].concat())?;
    guest.line("\"panels\"")?;
    let panels = output(&mut wine.command(&["panel"]))?;
    ensure!(panels.contains("history"), "the joined session says {panels:?}");
    Ok(())
}

/// A process in the background, found by another one.
fn processes_find_each_other(wine: &Wine) -> Result<()> {
    let mut holder = wine.start(&["hold", "--idle", "10s"])?;
    holder.line("ready")?;
    run(&mut wine.command(&["sessions"]))?;
    // A second one leaves at once, as there is one.
    run(&mut wine.command(&["hold", "--idle", "600s"]))?;
    ensure!(holder.0.wait()?.success(), "the holder failed");
    Ok(())
}

struct Wine {
    wine: PathBuf,
    folder: PathBuf,
}

impl Wine {
    fn new() -> Result<Self> {
        let debian = Path::new(DEBIAN_WINE);
        let wine = match debian.is_file() {
            true => debian.to_owned(),
            false if has("wine64") => "wine64".into(),
            false if has("wine") => "wine".into(),
            false => bail!("Wine is missing; on Debian: apt-get install --no-install-recommends wine64"),
        };
        let folder = root().join("target/windows/wine");
        fs::create_dir_all(&folder)?;
        let exe = root().join(format!("target/windows/{TARGET}/debug/jumpseat.exe"));
        fs::copy(exe, folder.join("jumpseat.exe"))?;
        let source = root().join("xtask/src/windows/prng.c");
        let mut compiler = program(MINGW.0);
        compiler.args(["-shared", "-O1", "-s", "-o"]).arg(folder.join("bcryptprimitives.dll"));
        run(compiler.arg(source).arg("-ladvapi32"))?;
        Ok(Self { wine, folder })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.wine.to_string_lossy());
        command.env("WINEPREFIX", self.folder.join("prefix")).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command.arg(self.folder.join("jumpseat.exe")).args(arguments);
        command
    }

    fn start(&self, arguments: &[&str]) -> Result<Running> {
        Running::new(&mut self.command(arguments))
    }
}

/// A program that is ended with this.
struct Running(Child);

impl Running {
    fn new(command: &mut Command) -> Result<Self> {
        Ok(Self(command.stdout(Stdio::piped()).spawn()?))
    }

    /// The next line with this in it.
    fn line(&mut self, mark: &str) -> Result<String> {
        let out = self.0.stdout.as_mut().context("standard output is piped")?;
        let lines = BufReader::new(out).lines();
        let found = lines.map_while(Result::ok).find(|line| line.contains(mark));
        found.with_context(|| format!("it ended before it said {mark:?}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
