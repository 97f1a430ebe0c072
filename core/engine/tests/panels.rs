//! Panels the whole way, in one process: a real repository, the engine that shares it, a real relay, and guests.

#![allow(clippy::unwrap_used)] // helpers of tests, not only tests

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jumpseat_engine::{
    EmbeddedRelay, GuestEngine, GuestSetup, HostEngine, HostSetup, Proxies, StartRelay, TransportSetup,
    face::{
        Failure, FailureKind, GuestCommand, GuestEvent, GuestFace, HostCommand, HostEvent, HostFace, Invite,
        InviteTerms, PanelOptions, RelayChoice, Reply, SessionEvent, SessionNo, ShareOptions, StartFrom,
        TerminalNo, TerminalOptions,
        panels::{Entry, Finding, Key, PanelKind, Reference, SourceState},
    },
    local::RuntimeFolder,
};
use jumpseat_relay::{Config, Relay, SESSION_PATH};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("it takes far less than 30 s")
}

fn transport() -> TransportSetup {
    TransportSetup { ca_file: None, proxies: Proxies::none(), allow_plain: false }
}

fn start_relay() -> StartRelay {
    Arc::new(|address: SocketAddr| {
        Box::pin(async move {
            let failed = |error: &dyn std::fmt::Display| Failure::new(FailureKind::System, error.to_string());
            let relay = Relay::bind(Config::embedded(address)).await.map_err(|error| failed(&error))?;
            let relay = relay.spawn().map_err(|error| failed(&error))?;
            let url = format!("ws://{}{SESSION_PATH}", relay.address());
            Ok(EmbeddedRelay { url, stop: Box::pin(relay.stop()) })
        })
    })
}

/// A session of a shell that waits, with a workspace beside it.
struct Host {
    face: HostFace,
    session: SessionNo,
    relay: String,
    invite: Invite,
    workspace: TempDir,
    _runtime: TempDir,
}

impl Host {
    async fn new() -> Self {
        Self::of("read line", StartFrom::Start, 0).await
    }

    /// A session of a shell that runs `script`, shared once so many commands were told of as they began or ended.
    async fn of(script: &str, from: StartFrom, told: u32) -> Self {
        let (workspace, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = RuntimeFolder::at(runtime.path().join("run")).unwrap();
        let setup = HostSetup { transport: transport(), start_relay: Some(start_relay()), runtime: folder };
        let (engine, door) = HostEngine::new(setup);
        tokio::spawn(engine.run());
        let mut face = door.open();
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        let options = TerminalOptions { command, ..TerminalOptions::default() };
        let Reply::Terminal { terminal } = face.ask(HostCommand::OpenTerminal(options)).await.unwrap() else {
            panic!("no terminal")
        };
        let mut heard = 0;
        while heard < told {
            let event = within(face.next()).await.unwrap();
            heard += u32::from(matches!(event, HostEvent::Block { .. }));
        }
        let options = ShareOptions {
            name: "Ann".to_owned(),
            terminals: vec![terminal],
            from,
            relay: RelayChoice::Embedded { address: "127.0.0.1".parse().unwrap(), port: 0 },
            invite: InviteTerms::default(),
            max_guests: None,
        };
        match within(face.ask(HostCommand::Share(options))).await.unwrap() {
            Reply::Session { session, relay, invite } => {
                Self { face, session, relay, invite, workspace, _runtime: runtime }
            }
            other => panic!("{other:?}"),
        }
    }

    fn folder(&self) -> &Path {
        self.workspace.path()
    }

    fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.folder()).args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
        let output = git.args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder().join(path), text).unwrap();
    }

    async fn share(&self, panel: PanelKind) {
        let options = PanelOptions::new(panel, Some(self.folder().to_owned()));
        self.ask(HostCommand::SharePanel { session: self.session, options }).await;
    }

    async fn ask(&self, command: HostCommand) -> Reply {
        within(self.face.ask(command)).await.unwrap()
    }

    async fn until<T>(&mut self, mut found: impl FnMut(SessionEvent) -> Option<T>) -> T {
        within(async {
            loop {
                if let HostEvent::Session { event, .. } = self.face.next().await.expect("the engine runs")
                    && let Some(found) = found(event)
                {
                    return found;
                }
            }
        })
        .await
    }
}

/// A guest that keeps panels as a face does: from updates alone.
struct Guest {
    face: GuestFace,
    panels: BTreeMap<PanelKind, BTreeMap<Key, Entry>>,
    states: BTreeMap<PanelKind, SourceState>,
    progress: Vec<(u32, u32, u32)>,
}

impl Guest {
    fn new(host: &Host) -> Self {
        Self::at(host, host.relay.clone())
    }

    fn at(host: &Host, relay: String) -> Self {
        let setup = GuestSetup {
            relay,
            code: host.invite.code,
            token: host.invite.token.clone(),
            name: "Bo".to_owned(),
            program: "test/1".to_owned(),
            key_timing: false,
            window: 1 << 20,
            transport: transport(),
        };
        let (engine, face) = GuestEngine::new(setup).unwrap();
        tokio::spawn(engine.run());
        Self { face, panels: BTreeMap::new(), states: BTreeMap::new(), progress: Vec::new() }
    }

    async fn step(&mut self) {
        match within(self.face.next()).await.expect("the seat is there") {
            GuestEvent::Panels { panels } => self.panels.retain(|panel, _| panels.contains(panel)),
            GuestEvent::Panel(update) => {
                let entries = self.panels.entry(update.panel).or_default();
                if update.whole {
                    entries.clear();
                }
                update.remove.iter().for_each(|key| drop(entries.remove(key)));
                entries.extend(update.set);
                self.states.insert(update.panel, update.state);
            }
            GuestEvent::Fetching { tag, received, total } => self.progress.push((tag, received, total)),
            GuestEvent::Failed(failure) => panic!("{failure}"),
            _ => {}
        }
    }

    async fn until<T>(&mut self, mut found: impl FnMut(&Self) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            self.step().await;
        }
    }

    /// The contents of a changed file that can be fetched, in the order of their entry; once it has `count` of them.
    fn contents(&self, path: &str) -> Vec<Reference> {
        let mut found = Vec::new();
        for entry in self.panels.get(&PanelKind::Git).into_iter().flat_map(BTreeMap::values) {
            if let Entry::File(file) = entry
                && file.path == path
            {
                entry.references(&mut |reference| found.push(reference.clone()));
            }
        }
        found
    }

    async fn fetch(&self, panel: PanelKind, reference: &Reference) -> Result<Vec<u8>, Failure> {
        let command = GuestCommand::Fetch { panel, reference: reference.id.clone(), tag: 7 };
        match within(self.face.ask(command)).await? {
            Reply::Content(content) => Ok(content.into_bytes().unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

fn numbered(lines: u32, changed: u32) -> String {
    let line = |n: u32| {
        format!("{n} {:x}{}\n", n.wrapping_mul(2_654_435_761), if n == changed { " changed" } else { "" })
    };
    (0..lines).map(line).collect()
}

#[tokio::test]
async fn a_guest_sees_what_is_changed_and_reads_it() {
    let mut host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    host.write("long.txt", numbered(5000, 9999));
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    host.share(PanelKind::Git).await;
    let mut guest = Guest::new(&host);
    guest
        .until(|guest| guest.panels.get(&PanelKind::Git).filter(|entries| !entries.is_empty()).map(drop))
        .await;
    assert_eq!(guest.contents("long.txt"), []);

    host.write("long.txt", numbered(5000, 2500));
    let versions =
        guest.until(|guest| Some(guest.contents("long.txt")).filter(|found| found.len() >= 2)).await;
    let mut contents = Vec::new();
    for version in &versions {
        contents.push(guest.fetch(PanelKind::Git, version).await.unwrap());
    }
    assert!(contents.contains(&numbered(5000, 9999).into_bytes()), "what is in the index");
    assert!(contents.contains(&numbered(5000, 2500).into_bytes()), "what is in the worktree");

    // Saved again: another content, and the host's own face sees what its guest sees.
    host.write("long.txt", numbered(5000, 17));
    let newest = guest
        .until(|guest| guest.contents("long.txt").into_iter().find(|found| !versions.contains(found)))
        .await;
    assert_eq!(guest.fetch(PanelKind::Git, &newest).await.unwrap(), numbered(5000, 17).into_bytes());
    let session = host.session;
    match host.ask(HostCommand::LookAtPanel { session, panel: PanelKind::Git }).await {
        Reply::Panel(shown) => assert_eq!(shown.set, guest.panels[&PanelKind::Git]),
        other => panic!("{other:?}"),
    }
    let panels =
        host.until(|event| if let SessionEvent::Panels { panels } = event { Some(panels) } else { None });
    assert_eq!(panels.await, [PanelKind::Git]);
    host.until(|event| matches!(event, SessionEvent::Panel(status) if status.entries > 0).then_some(()))
        .await;
}

#[tokio::test]
async fn what_is_taken_back_is_gone() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    host.write("new.txt", "new");
    host.share(PanelKind::Git).await;
    let mut guest = Guest::new(&host);
    let found = guest.until(|guest| guest.contents("new.txt").pop()).await;
    assert_eq!(guest.fetch(PanelKind::Git, &found).await.unwrap(), b"new");

    let session = host.session;
    host.ask(HostCommand::UnsharePanel { session, panel: PanelKind::Git }).await;
    guest.until(|guest| guest.panels.is_empty().then_some(())).await;
    let refused = guest.fetch(PanelKind::Git, &found).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::NotFound, "{refused}");
    let again = host.face.ask(HostCommand::LookAtPanel { session, panel: PanelKind::Git }).await;
    assert_eq!(again.unwrap_err().kind, FailureKind::NotFound);

    // Shared anew, it is there anew.
    host.share(PanelKind::Git).await;
    guest.until(|guest| guest.contents("new.txt").pop()).await;
}

#[tokio::test]
async fn a_large_content_tells_how_far_it_is() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let noise: Vec<u8> = (0..2_000_000).map(|_| next()).collect();
    host.write("noise.bin", &noise);
    host.share(PanelKind::Git).await;
    let mut guest = Guest::new(&host);
    let found = guest.until(|guest| guest.contents("noise.bin").pop()).await;
    assert!(guest.fetch(PanelKind::Git, &found).await.unwrap() == noise);
    guest.until(|guest| (guest.progress.len() > 5).then_some(())).await;
    assert!(guest.progress.iter().all(|(tag, received, total)| *tag == 7 && received <= total));
    assert!(guest.progress.is_sorted());
}

#[tokio::test]
async fn a_panel_without_its_folder_is_refused() {
    let host = Host::new().await;
    let options = PanelOptions::new(PanelKind::Git, None);
    let refused =
        host.face.ask(HostCommand::SharePanel { session: host.session, options }).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Misused);
    assert!(refused.hint.is_some());
}

/// A command as a shell's marks tell it.
fn marked(command: &str, output: &str, exit_code: i32) -> String {
    let marks = ["A", "B", &format!("E;{command}"), "C"].map(|mark| format!("\\033]633;{mark}\\a")).concat();
    format!("printf '{marks}{output}\\n\\033]633;D;{exit_code}\\a'")
}

fn blocks(guest: &Guest) -> Vec<jumpseat_engine::face::panels::Block> {
    let entries = guest.panels.get(&PanelKind::History).into_iter().flat_map(BTreeMap::values);
    entries
        .filter_map(|entry| if let Entry::Block(block) = entry { Some(block.clone()) } else { None })
        .collect()
}

#[tokio::test]
async fn a_guest_reads_the_commands_that_it_may_see() {
    let script = format!(
        "{}; {}; read line; {}; read line",
        marked("cat secret", "hidden", 0),
        marked("ls", "hidden, too", 0),
        marked("make all", "two\\nlines", 2)
    );
    let host = Host::of(&script, StartFrom::Now, 4).await;
    host.share(PanelKind::History).await;
    host.share(PanelKind::Log).await;
    let mut guest = Guest::new(&host);
    guest.until(|guest| guest.panels.contains_key(&PanelKind::History).then_some(())).await;
    host.ask(HostCommand::Input { terminal: TerminalNo(1), bytes: b"\n".to_vec() }).await;
    let block = guest.until(|guest| blocks(guest).into_iter().find(|block| block.took.is_some())).await;
    assert_eq!((block.command.as_deref(), block.exit_code, block.lines), (Some("make all"), Some(2), 2));
    let output = guest.fetch(PanelKind::History, &block.output.unwrap()).await.unwrap();
    assert_eq!(String::from_utf8(output).unwrap().trim_end(), "two\nlines");
    assert_eq!(blocks(&guest).len(), 1, "what was run before the session is not in it");

    let log = guest.until(|guest| logged(guest, &["make all", "\"Bo\"", "viewer", "history"])).await;
    assert!(!log.contains("secret"), "{log}");
}

/// The log, once all of these stand in it.
fn logged(guest: &Guest, words: &[&str]) -> Option<String> {
    let log = serde_json::to_string(guest.panels.get(&PanelKind::Log)?).unwrap();
    words.iter().all(|word| log.contains(word)).then_some(log)
}

#[tokio::test]
async fn a_command_from_before_the_session_is_no_line_of_its_log() {
    let whole = marked("mysql -psecret", "", 0);
    let (begins, ends) = whole.split_at(whole.find("\\n").unwrap());
    let script = format!("{begins}'; read line; printf '{ends}; {}; read line", marked("make all", "", 0));
    let host = Host::of(&script, StartFrom::Now, 1).await;
    host.share(PanelKind::Log).await;
    let mut guest = Guest::new(&host);
    host.ask(HostCommand::Input { terminal: TerminalNo(1), bytes: b"\n".to_vec() }).await;
    let log = guest.until(|guest| logged(guest, &["make all"])).await;
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test]
async fn a_terminal_that_is_withdrawn_takes_its_commands_along() {
    let script = format!("{}; read line", marked("cat notes", "private", 0));
    let host = Host::of(&script, StartFrom::Start, 2).await;
    host.share(PanelKind::History).await;
    let mut guest = Guest::new(&host);
    let block = guest.until(|guest| blocks(guest).into_iter().find(|block| block.took.is_some())).await;
    let withdraw = HostCommand::WithdrawTerminal { session: host.session, terminal: TerminalNo(1) };
    host.ask(withdraw).await;
    guest.until(|guest| blocks(guest).is_empty().then_some(())).await;
    assert!(guest.fetch(PanelKind::History, &block.output.unwrap()).await.is_err());
}

#[tokio::test]
async fn a_guest_sees_what_an_editor_finds() {
    let host = Host::new().await;
    let session = host.session;
    let finding = |message: &str| Finding {
        tool: "checker".to_owned(),
        message: message.to_owned(),
        path: Some("src/main.rs".to_owned()),
        ..Finding::default()
    };
    let set = |findings| HostCommand::SetFindings { session, origin: "rust".to_owned(), findings };
    let refused = host.face.ask(set(vec![finding("early")])).await.unwrap_err();
    assert_eq!(refused.kind, FailureKind::NotFound, "it is not shared yet");
    host.share(PanelKind::Findings).await;
    host.ask(set(vec![finding("one"), finding("two")])).await;
    let mut guest = Guest::new(&host);
    let found = |guest: &Guest| {
        let entries = guest.panels.get(&PanelKind::Findings)?.values();
        let messages = entries.filter_map(|entry| match entry {
            Entry::Finding(finding) => Some(finding.message.clone()),
            _ => None,
        });
        Some(messages.collect::<Vec<_>>())
    };
    guest.until(|guest| found(guest).filter(|found| found.len() == 2)).await;
    host.ask(set(vec![finding("two")])).await;
    guest.until(|guest| found(guest).filter(|found| found == &["two"])).await;
}

/// Stands before a relay and counts what it sends; gives its own address and the count.
async fn counted(relay: &str) -> (String, Arc<AtomicU64>) {
    let rest = relay.strip_prefix("ws://").unwrap();
    let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("ws://{}{path}", listener.local_addr().unwrap());
    let (count, counts) = (Arc::new(AtomicU64::new(0)), address.to_owned());
    let counter = count.clone();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&counts).await.unwrap();
            let ((mut near_read, mut near_write), (mut far_read, mut far_write)) =
                (near.into_split(), far.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut near_read, &mut far_write).await });
            let counter = counter.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(len @ 1..) = far_read.read(&mut buffer).await {
                    counter.fetch_add(len as u64, Ordering::Relaxed);
                    near_write.write_all(&buffer[..len]).await.unwrap();
                }
            });
        }
    });
    (own, count)
}

/// What a save costs and how long it takes, from the file to the guest: the newest version of `long.txt`.
async fn saves(host: &Host, guest: &mut Guest, bytes: &AtomicU64, open: bool) -> (Duration, u64) {
    let (mut times, mut costs) = (Vec::new(), Vec::new());
    for round in 0..8 {
        let known = guest.contents("long.txt");
        let (began, before) = (Instant::now(), bytes.load(Ordering::Relaxed));
        host.write("long.txt", numbered(5000, 100 + round + 100 * u32::from(open)));
        let newest = guest
            .until(|guest| guest.contents("long.txt").into_iter().find(|found| !known.contains(found)))
            .await;
        times.push(began.elapsed());
        if open {
            guest.fetch(PanelKind::Git, &newest).await.unwrap();
        }
        costs.push(bytes.load(Ordering::Relaxed) - before);
    }
    times.sort_unstable();
    costs.sort_unstable();
    (times[times.len() / 2], costs[costs.len() / 2])
}

#[tokio::test]
async fn a_save_is_quick_and_small() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    host.write("long.txt", numbered(5000, 9999));
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    host.share(PanelKind::Git).await;
    let (relay, bytes) = counted(&host.relay).await;
    let mut guest = Guest::at(&host, relay);
    host.write("long.txt", numbered(5000, 1));
    let versions =
        guest.until(|guest| Some(guest.contents("long.txt")).filter(|found| found.len() >= 2)).await;
    let (time, cost) = saves(&host, &mut guest, &bytes, false).await;
    println!("not open: {time:?} and {cost} bytes at the median of 8 saves");
    assert!(cost < 4 * 1024, "{cost} bytes");
    assert!(time < Duration::from_secs(2), "{time:?}");
    for version in &guest.contents("long.txt") {
        guest.fetch(PanelKind::Git, version).await.unwrap();
    }
    assert!(!versions.is_empty());
    let (time, cost) = saves(&host, &mut guest, &bytes, true).await;
    println!("open: {time:?} and {cost} bytes at the median of 8 saves");
    assert!(cost < 16 * 1024, "{cost} bytes");
}

#[tokio::test]
async fn a_thousand_changed_files_come_at_once() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    for n in 0..1000 {
        host.write(&format!("file-{n}.txt"), "before\n");
    }
    host.git(&["add", "."]);
    host.git(&["commit", "-q", "-m", "first"]);
    for n in 0..1000 {
        host.write(&format!("file-{n}.txt"), "after\n");
    }
    host.share(PanelKind::Git).await;
    let files = |guest: &Guest| {
        let entries = guest.panels.get(&PanelKind::Git).into_iter().flat_map(BTreeMap::values);
        entries.filter(|entry| matches!(entry, Entry::File(_))).count()
    };
    let mut first = Guest::new(&host);
    first.until(|guest| (files(guest) == 1000).then_some(())).await;
    let (relay, bytes) = counted(&host.relay).await;
    let began = Instant::now();
    let mut guest = Guest::at(&host, relay);
    guest.until(|guest| (files(guest) == 1000).then_some(())).await;
    println!("join to 1,000 files: {:?}, {} bytes in all", began.elapsed(), bytes.load(Ordering::Relaxed));
    assert_eq!(guest.panels, first.panels);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
