//! What the try runs in: a relay, a VS Code with the packaged extension, and folders that end with them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell::{program, root, run};
use crate::vscode::Host;

/// Between two looks at another process.
const PAUSE: Duration = Duration::from_millis(100);

/// What runs while somebody tries it; all of it ends with this.
pub(super) struct Stage {
    folder: PathBuf,
    /// Where the holder's socket lies: in the system's temporary folder, as a socket's path has to be short.
    runtime: PathBuf,
    port: u16,
    server: Mutex<Child>,
    relay: Child,
    /// Open as long as the relay may print.
    _says: BufReader<ChildStdout>,
    over: AtomicBool,
}

impl Stage {
    /// Starts all of it, from nothing.
    pub(super) fn start(host: &Host, package: &Path) -> Result<Self> {
        let folder = root().join("target/try");
        let _ = fs::remove_dir_all(&folder);
        for part in ["data/User", "extensions", "shared", "guest"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let runtime = std::env::temp_dir().join(format!("jumpseat-try-{}", std::process::id()));
        private(&runtime)?;
        let (relay, says, url) = start_relay(&folder)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let server =
            install(host, &folder, package, &url).and_then(|()| serve(host, &folder, &runtime, port));
        let mut relay = Some(relay);
        let server = server.inspect_err(|_| {
            let _ = relay.as_mut().map(Child::kill);
        })?;
        let relay = relay.context("the relay was started above")?;
        let server = Mutex::new(server);
        let stage = Self { folder, runtime, port, server, relay, _says: says, over: AtomicBool::new(false) };
        stage.ready()?;
        Ok(stage)
    }

    /// Where a folder of the try is opened: `shared` shares a terminal at once.
    pub(super) fn address(&self, folder: &str) -> String {
        format!("http://127.0.0.1:{}/?folder={}", self.port, self.folder.join(folder).display())
    }

    /// The program for guests in a terminal.
    pub(super) fn program(&self) -> PathBuf {
        root().join("target/debug/jumpseat")
    }

    /// The link of what is shared, once it is; nothing when it is over, or not shared in time.
    pub(super) fn link(&self, patience: Option<Duration>) -> Result<Option<String>> {
        let start = Instant::now();
        while !self.over.load(Ordering::Relaxed) && patience.is_none_or(|most| start.elapsed() < most) {
            // It fails as long as nothing is shared, and says so; nobody needs to read that.
            let told = self.jumpseat().args(["invites", "--show", "--json"]).output()?.stdout;
            if let Some(link) = link_in(&String::from_utf8_lossy(&told)) {
                return Ok(Some(link));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// Whoever waits for a link need not any more.
    pub(super) fn no_longer(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Until VS Code ends.
    pub(super) fn wait(&self) -> Result<()> {
        while self.server()?.try_wait()?.is_none() {
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn server(&self) -> Result<std::sync::MutexGuard<'_, Child>> {
        self.server.lock().map_err(|_| anyhow::anyhow!("somebody who held the server panicked"))
    }

    fn jumpseat(&self) -> Command {
        let mut jumpseat = program(&self.program().to_string_lossy());
        jumpseat.env("XDG_RUNTIME_DIR", &self.runtime);
        jumpseat
    }

    fn ready(&self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(status) = self.server()?.try_wait()? {
                bail!("VS Code ended ({status}); target/try/server.log says why");
            }
            if Instant::now() > end {
                bail!("VS Code did not start; target/try/server.log says why");
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What is shared ends for its guests before the relay goes.
        let _ = self.jumpseat().args(["stop", "--all"]).output();
        if let Ok(mut server) = self.server.lock() {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = self.relay.kill();
        let _ = self.relay.wait();
        end_holder(&self.runtime);
        let _ = fs::remove_dir_all(&self.runtime);
    }
}

/// The holder outlives whoever started it; the one that has this run's folder in its environment is this run's.
fn end_holder(runtime: &Path) {
    let own = format!("XDG_RUNTIME_DIR={}\0", runtime.display());
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        if String::from_utf8_lossy(&environment).contains(&own) {
            let _ = program("kill").arg(process.file_name()).status();
        }
    }
}

fn link_in(told: &str) -> Option<String> {
    told.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find_map(first_link)
}

fn first_link(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Object(mut fields) => match fields.remove("link") {
            Some(serde_json::Value::String(link)) => Some(link),
            _ => fields.into_iter().find_map(|(_, part)| first_link(part)),
        },
        serde_json::Value::Array(parts) => parts.into_iter().find_map(first_link),
        _ => None,
    }
}

fn private(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    run(program("chmod").arg("700").arg(folder))
}

fn start_relay(folder: &Path) -> Result<(Child, BufReader<ChildStdout>, String)> {
    let log = fs::File::create(folder.join("relay.log"))?;
    let mut relay = program(&root().join("target/debug/jumpseat").to_string_lossy());
    relay.args(["relay", "--listen", "127.0.0.1:0", "--json"]).stdout(Stdio::piped()).stderr(log);
    let mut relay = relay.spawn().context("cannot start the relay")?;
    let mut says = BufReader::new(relay.stdout.take().context("its output is piped")?);
    let mut line = String::new();
    says.read_line(&mut line)?;
    let told: serde_json::Value =
        serde_json::from_str(&line).context("the relay did not start; target/try/relay.log says why")?;
    let url = told["url"].as_str().context("the relay says where it listens")?.to_owned();
    Ok((relay, says, url))
}

/// The package as anyone installs it, and next to it what shares a terminal at the start.
fn install(host: &Host, folder: &Path, package: &Path, relay: &str) -> Result<()> {
    let settings = serde_json::json!({
        "workbench.startupEditor": "none", "workbench.tips.enabled": false,
        "workbench.secondarySideBar.defaultVisibility": "hidden", "chat.disableAIFeatures": true,
        "security.workspace.trust.enabled": false, "extensions.autoCheckUpdates": false,
        "remote.autoForwardPorts": false, "git.openRepositoryInParentFolders": "never",
        "jumpseat.relay.url": relay,
    });
    fs::write(folder.join("data/User/settings.json"), format!("{settings:#}\n"))?;
    let starter = folder.join("extensions/jumpseat.starter-1.0.0");
    fs::create_dir_all(&starter)?;
    for file in ["package.json", "starter.cjs"] {
        fs::copy(root().join("tests/vscode/starter").join(file), starter.join(file))?;
    }
    run(server(host, folder).arg("--install-extension").arg(package).arg("--force"))
}

fn serve(host: &Host, folder: &Path, runtime: &Path, port: u16) -> Result<Child> {
    let log = fs::File::create(folder.join("server.log"))?;
    let mut server = server(host, folder);
    server.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--without-connection-token"]);
    server.env("XDG_RUNTIME_DIR", runtime).stdout(log.try_clone()?).stderr(log);
    server.spawn().context("cannot start VS Code")
}

fn server(host: &Host, folder: &Path) -> Command {
    let mut server = host.server();
    for (option, part) in
        [("--server-data-dir", "server"), ("--user-data-dir", "data"), ("--extensions-dir", "extensions")]
    {
        server.arg(option).arg(folder.join(part));
    }
    server
}
