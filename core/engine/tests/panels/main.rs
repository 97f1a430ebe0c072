//! Panels the whole way, in one process: a real repository, the engine that shares it, a real relay, and guests.

#![allow(clippy::unwrap_used)] // helpers of tests, not only tests

mod commands;
mod costs;
mod forges;
#[path = "../support/mod.rs"]
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use jumpseat_engine::{
    GuestEngine, GuestSetup, HostEngine, HostSetup, SeatConfig,
    api::{
        Admission, ApiError, ApiErrorKind, BlockInfo, GuestClient, GuestCommand, GuestEvent, HostClient,
        HostCommand, HostEvent, HostState, Invite, InviteTerms, PanelOptions, PanelStatus, RelayChoice,
        Replica, Reply, SeatState, SessionNo, ShareOptions, StartFrom, TerminalChange, TerminalNo,
        TerminalOptions,
        panels::{Entry, Finding, Key, PanelKind, Reference, SourceState},
    },
    local::RuntimeFolder,
};
use support::{start_relay, transport, within};
use tempfile::TempDir;

/// A session of a shell that waits, with a workspace next to it.
struct Host {
    client: HostClient,
    state: Replica<HostState>,
    session: SessionNo,
    relay: String,
    invite: Invite,
    workspace: TempDir,
    _runtime: TempDir,
}

impl Host {
    async fn new() -> Self {
        Self::of("read line", StartFrom::Start, |_| true).await
    }

    /// A session of a shell that runs `script`, shared once the commands that were told of are so far: each as it is
    /// by then.
    async fn of(script: &str, from: StartFrom, so_far: impl Fn(&[BlockInfo]) -> bool) -> Self {
        let (workspace, runtime) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = RuntimeFolder::at(runtime.path().join("run")).unwrap();
        let setup = HostSetup { transport: transport(), start_relay: Some(start_relay()), runtime: folder };
        let (engine, door) = HostEngine::new(setup);
        tokio::spawn(engine.run());
        let mut client = door.open();
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        let options = TerminalOptions { command, ..TerminalOptions::default() };
        let Reply::Terminal { terminal } = client.ask(HostCommand::OpenTerminal(options)).await.unwrap()
        else {
            panic!("no terminal")
        };
        let mut state: Replica<HostState> = Replica::default();
        let blocks = |state: &HostState| -> Vec<BlockInfo> {
            state
                .terminals
                .get(&terminal)
                .into_iter()
                .flat_map(|terminal| terminal.blocks.values().cloned())
                .collect()
        };
        while !so_far(&blocks(state.state())) {
            if let HostEvent::State(update) = within(client.next()).await.unwrap() {
                assert!(state.apply(update));
            }
        }
        let options = ShareOptions {
            name: "Ann".to_owned(),
            terminals: vec![terminal],
            from,
            relay: RelayChoice::Embedded { address: "127.0.0.1".parse().unwrap(), port: 0 },
            invite: InviteTerms { admission: Admission::Open, ..InviteTerms::default() },
            invite_page: None,
            manage_from_inside: false,
            max_guests: None,
        };
        match within(client.ask(HostCommand::Share(options))).await.unwrap() {
            Reply::Session { session, relay, invite } => {
                Self { client, state, session, relay, invite, workspace, _runtime: runtime }
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
        within(self.client.ask(command)).await.unwrap()
    }

    /// What is found in how a panel stands, once it is there.
    async fn until<T>(&mut self, panel: PanelKind, found: impl Fn(&PanelStatus) -> Option<T>) -> T {
        within(async {
            loop {
                let session = self.state.state().sessions.get(&self.session);
                if let Some(found) = session.and_then(|session| session.panels.get(&panel)).and_then(&found) {
                    return found;
                }
                if let HostEvent::State(update) = self.client.next().await.expect("the engine runs") {
                    assert!(self.state.apply(update));
                }
            }
        })
        .await
    }
}

/// A guest that keeps panels as a client does: from updates alone.
struct Guest {
    client: GuestClient,
    state: Replica<SeatState>,
    panels: BTreeMap<PanelKind, BTreeMap<Key, Entry>>,
    states: BTreeMap<PanelKind, SourceState>,
    progress: Vec<(u32, u32, u32)>,
    printed: Vec<u8>,
    /// Terminals whose whole picture it has.
    pictures: BTreeSet<TerminalNo>,
}

impl Guest {
    fn new(host: &Host) -> Self {
        Self::at(host, host.relay.clone())
    }

    fn at(host: &Host, relay: String) -> Self {
        let setup = GuestSetup {
            relay,
            seat: SeatConfig {
                code: host.invite.code,
                token: host.invite.keys.as_ref().unwrap().token.clone(),
                name: "Bo".to_owned(),
                program: "test/1".to_owned(),
                key: None,
                key_timing: false,
                window: 1 << 20,
                draws: false,
            },
            transport: transport(),
        };
        let (engine, client) = GuestEngine::new(setup).unwrap();
        tokio::spawn(engine.run());
        Self {
            client,
            state: Replica::default(),
            panels: BTreeMap::new(),
            states: BTreeMap::new(),
            progress: Vec::new(),
            printed: Vec::new(),
            pictures: BTreeSet::new(),
        }
    }

    async fn step(&mut self) {
        match within(self.client.next()).await.expect("the seat is there") {
            GuestEvent::State(update) => {
                assert!(self.state.apply(update));
                let shared = &self.state.state().panels;
                self.panels.retain(|panel, _| shared.contains(panel));
            }
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
            GuestEvent::Terminal { change: TerminalChange::Output(bytes), .. } => self.printed.extend(bytes),
            GuestEvent::Terminal { terminal, change: TerminalChange::Snapshot { scrollback: true, .. } } => {
                self.pictures.insert(terminal);
            }
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

    /// What came from terminals since it joined.
    fn printed(&self) -> String {
        String::from_utf8_lossy(&self.printed).into_owned()
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

    async fn fetch(&self, panel: PanelKind, reference: &Reference) -> Result<Vec<u8>, ApiError> {
        let command = GuestCommand::Fetch { panel, reference: reference.id.clone(), tag: 7 };
        match within(self.client.ask(command)).await? {
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

    // Saved again: another content, and the host's own client sees what its guest sees.
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
    host.until(PanelKind::Git, |status| (status.entries > 0).then_some(())).await;
    assert_eq!(host.state.state().sessions[&host.session].panels.len(), 1);
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
    assert_eq!(refused.kind, ApiErrorKind::NotFound, "{refused}");
    let again = host.client.ask(HostCommand::LookAtPanel { session, panel: PanelKind::Git }).await;
    assert_eq!(again.unwrap_err().kind, ApiErrorKind::NotFound);

    // Shared again, it is there again.
    host.share(PanelKind::Git).await;
    guest.until(|guest| guest.contents("new.txt").pop()).await;
}

/// Two megabytes that do not compress.
fn noise() -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..2_000_000).map(|_| next()).collect()
}

#[tokio::test]
async fn a_large_content_tells_how_far_it_is() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    let noise = noise();
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
async fn a_fetch_that_is_given_up_is_answered_and_can_be_asked_for_again() {
    let host = Host::new().await;
    host.git(&["init", "-q", "-b", "main"]);
    let noise = noise();
    host.write("noise.bin", &noise);
    host.share(PanelKind::Git).await;
    let mut guest = Guest::new(&host);
    let found = guest.until(|guest| guest.contents("noise.bin").pop()).await;
    // More than may be under way: some wait for the others.
    let tags = 100..112;
    let commands = guest.client.commands();
    let mut asked = Vec::new();
    for tag in tags.clone() {
        let fetch = GuestCommand::Fetch { panel: PanelKind::Git, reference: found.id.clone(), tag };
        asked.push(commands.begin(fetch).await.unwrap());
    }
    for tag in tags {
        commands.tell(GuestCommand::CancelFetch { tag }).await.unwrap();
    }
    for answer in asked {
        assert_eq!(within(answer).await.unwrap_err().kind, ApiErrorKind::Gone);
    }
    assert!(guest.fetch(PanelKind::Git, &found).await.unwrap() == noise);
}

#[tokio::test]
async fn a_panel_without_its_folder_is_refused() {
    let host = Host::new().await;
    let options = PanelOptions::new(PanelKind::Git, None);
    let refused =
        host.client.ask(HostCommand::SharePanel { session: host.session, options }).await.unwrap_err();
    assert_eq!(refused.kind, ApiErrorKind::Misused);
    assert!(refused.hint.is_some());
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
    let refused = host.client.ask(set(vec![finding("early")])).await.unwrap_err();
    assert_eq!(refused.kind, ApiErrorKind::NotFound, "it is not shared yet");
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
