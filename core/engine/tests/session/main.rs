//! The whole way, in one process: a shell, the engine that hosts it, a real relay, and guests.

#![allow(clippy::unwrap_used)] // helpers of tests, not only tests

mod clients;
mod keys;
mod refusals;
#[path = "../support/mod.rs"]
mod support;

use jumpseat_engine::{
    ClientListener, GuestEngine, GuestSetup, HostEngine, HostSetup, SeatConfig, SeatListener,
    api::{
        Admission, ApiErrorKind, EndReason, GuestClient, GuestCommand, GuestEvent, HostClient, HostCommand,
        HostEvent, HostState, InputRefusal, Invite, InviteTerms, RelayChoice, Replica, Reply, Role,
        ScreenFormat, SeatState, SessionEvent, SessionNo, ShareOptions, Size, StartFrom, TerminalChange,
        TerminalNo, TerminalOptions,
    },
    dump,
    local::RuntimeFolder,
};
use jumpseat_relay::{Config, Relay};
use jumpseat_screen::{Limits, Options, Screen};
use support::{start_relay, transport, within};
use tempfile::TempDir;

const SIZE: Size = Size { cols: 80, rows: 24 };
const WINDOW: u32 = 256 * 1024;

/// An engine with one client.
struct Host {
    client: HostClient,
    state: Replica<HostState>,
    door: ClientListener,
    engine: tokio::task::JoinHandle<()>,
    _folder: TempDir,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = RuntimeFolder::at(folder.path().join("run")).unwrap();
        let setup = HostSetup { transport: transport(), start_relay: Some(start_relay()), runtime };
        let (engine, door) = HostEngine::new(setup);
        let engine = tokio::spawn(engine.run());
        Self { client: door.open(), state: Replica::default(), door, engine, _folder: folder }
    }

    async fn open(&self, options: TerminalOptions) -> TerminalNo {
        match within(self.client.ask(HostCommand::OpenTerminal(options))).await.unwrap() {
            Reply::Terminal { terminal } => terminal,
            other => panic!("{other:?}"),
        }
    }

    async fn sh(&self, script: &str) -> TerminalNo {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        self.open(TerminalOptions { command, size: SIZE, ..TerminalOptions::default() }).await
    }

    async fn share(
        &self,
        terminals: Vec<TerminalNo>,
        from: StartFrom,
        invite: InviteTerms,
    ) -> (SessionNo, String, Invite) {
        let relay = RelayChoice::Embedded { address: "127.0.0.1".parse().unwrap(), port: 0 };
        let options = ShareOptions {
            name: "Ann".to_owned(),
            terminals,
            from,
            relay,
            invite,
            invite_page: None,
            manage_from_inside: false,
            max_guests: None,
        };
        match within(self.client.ask(HostCommand::Share(options))).await.unwrap() {
            Reply::Session { session, relay, invite } => (session, relay, invite),
            other => panic!("{other:?}"),
        }
    }

    async fn until<T>(&mut self, mut found: impl FnMut(HostEvent) -> Option<T>) -> T {
        within(async {
            loop {
                let event = self.client.next().await.expect("the engine runs");
                if let HostEvent::State(update) = &event {
                    assert!(self.state.apply(update.clone()));
                }
                if let Some(found) = found(event) {
                    return found;
                }
            }
        })
        .await
    }

    /// What is found in the state, once it is there.
    async fn until_state<T>(&mut self, found: impl Fn(&HostState) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self.state.state()) {
                return found;
            }
            self.until(|event| matches!(event, HostEvent::State(_)).then_some(())).await;
        }
    }

    async fn text(&self, terminal: TerminalNo) -> String {
        let command = HostCommand::Screen { terminal, format: ScreenFormat::Text };
        match within(self.client.ask(command)).await.unwrap() {
            Reply::Screen { picture } => picture,
            other => panic!("{other:?}"),
        }
    }
}

/// A guest that keeps a screen.
struct Guest {
    client: GuestClient,
    door: SeatListener,
    state: Replica<SeatState>,
    screen: Screen,
    events: Vec<GuestEvent>,
}

impl Guest {
    fn new(relay: &str, invite: &Invite, name: &str) -> Self {
        let setup = GuestSetup {
            relay: relay.to_owned(),
            seat: SeatConfig {
                code: invite.code,
                token: invite.keys.as_ref().unwrap().token.clone(),
                name: name.to_owned(),
                program: "test/1".to_owned(),
                key: None,
                key_timing: false,
                window: WINDOW,
                draws: false,
            },
            transport: transport(),
        };
        let (engine, client) = GuestEngine::new(setup).unwrap();
        let door = engine.listener();
        tokio::spawn(engine.run());
        Self {
            client,
            door,
            state: Replica::default(),
            screen: Screen::new(Options::default()),
            events: Vec::new(),
        }
    }

    /// Takes one event in.
    async fn step(&mut self) -> &GuestEvent {
        let event = within(self.client.next()).await.expect("the seat is there");
        if let GuestEvent::State(update) = &event {
            assert!(self.state.apply(update.clone()));
        }
        if let GuestEvent::Terminal { change, .. } = &event {
            match change {
                TerminalChange::Output(bytes) => self.screen.feed(0, bytes),
                TerminalChange::Resize(size) => self.screen.resize(size.cols, size.rows),
                TerminalChange::Snapshot { data, .. } => {
                    self.screen = Screen::decode(data, &Limits::default()).unwrap();
                }
            }
            let bytes = change.weight();
            let _ = self.client.tell(GuestCommand::Credit { bytes }).await;
        }
        self.events.push(event);
        self.events.last().unwrap()
    }

    async fn until<T>(&mut self, mut found: impl FnMut(&GuestEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self.step().await) {
                return found;
            }
        }
    }

    /// What is found in the state, once it is there.
    async fn until_state<T>(&mut self, found: impl Fn(&SeatState) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self.state.state()) {
                return found;
            }
            self.step().await;
        }
    }

    fn text(&self) -> String {
        dump::screen(&self.screen, ScreenFormat::Text)
    }

    async fn sees(&mut self, text: &str) {
        while !self.text().contains(text) {
            if let GuestEvent::Failed(failure) = self.step().await {
                panic!("{failure}");
            }
        }
    }

    async fn type_keys(&self, keys: &[u8]) {
        self.client
            .tell(GuestCommand::Input { terminal: TerminalNo(1), bytes: keys.to_vec() })
            .await
            .unwrap();
    }
}

fn terms(role: Role) -> InviteTerms {
    InviteTerms { role, admission: Admission::Open, ..InviteTerms::default() }
}

fn joined(event: HostEvent) -> Option<u16> {
    match event {
        HostEvent::Session { event: SessionEvent::Joined { guest, .. }, .. } => Some(guest.info.slot),
        _ => None,
    }
}

#[tokio::test]
async fn a_shell_is_shared_watched_steered_and_taken_back() {
    let mut host = Host::new();
    let (session, relay, invite) = host.share(Vec::new(), StartFrom::Start, terms(Role::Viewer)).await;
    let script =
        "echo code=$JUMPSEAT_SESSION token=$JUMPSEAT_TOKEN.; while read line; do echo \"got:$line.\"; done";
    let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let options = TerminalOptions { command, session: Some(session), ..TerminalOptions::default() };
    let terminal = host.open(options).await;

    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees(&format!("code={} token=.", invite.code)).await;
    let slot = host.until(joined).await;

    // Read-only on arrival, and both sides hear of it.
    host.client.ask(HostCommand::Looking { terminal: Some(terminal) }).await.unwrap();
    guest.type_keys(b"nope\r").await;
    let why = guest
        .until(|event| if let GuestEvent::InputRefused { why, .. } = event { Some(*why) } else { None })
        .await;
    assert_eq!(why, InputRefusal::ReadOnly);

    guest.client.ask(GuestCommand::AskControl).await.unwrap();
    host.until(|event| match event {
        HostEvent::Session { event: SessionEvent::ControlAsked { slot: asks }, .. } => {
            assert_eq!(asks, slot);
            Some(())
        }
        _ => None,
    })
    .await;
    host.client.ask(HostCommand::SetRole { session, slot, role: Role::Writer }).await.unwrap();
    guest.until(|event| matches!(event, GuestEvent::RoleChanged { role: Role::Writer }).then_some(())).await;
    guest.type_keys(b"hello\r").await;
    guest.sees("got:hello.").await;
    assert!(!guest.text().contains("got:nope"));

    // A terminal's own answers are no keys.
    guest.type_keys(b"a\x1b[?1;2cb\x1b[5;7Rc\r").await;
    guest.sees("got:abc.").await;

    // The host looks away.
    host.client.ask(HostCommand::Looking { terminal: None }).await.unwrap();
    guest.until_state(|state| state.looking.is_none().then_some(())).await;
    guest.type_keys(b"away\r").await;
    let why = guest
        .until(|event| if let GuestEvent::InputRefused { why, .. } = event { Some(*why) } else { None })
        .await;
    assert_eq!(why, InputRefusal::HostAway);

    host.client.ask(HostCommand::Remove { session, slot, with_invite: false }).await.unwrap();
    let reason = guest
        .until(|event| if let GuestEvent::Ended { reason, .. } = event { Some(*reason) } else { None })
        .await;
    assert_eq!(reason, EndReason::Removed);
    // Its invite went with it.
    let mut again = Guest::new(&relay, &invite, "Bo");
    again.until(|event| matches!(event, GuestEvent::Failed(_)).then_some(())).await;

    host.client.ask(HostCommand::Stop { session }).await.unwrap();
    host.until(|event| match event {
        HostEvent::Session { event: SessionEvent::Ended { reason, .. }, .. } => {
            assert_eq!(reason, EndReason::Stopped);
            Some(())
        }
        _ => None,
    })
    .await;
    // The terminal stays.
    host.client.ask(HostCommand::Input { terminal, bytes: b"still\r".to_vec() }).await.unwrap();
    while !host.text(terminal).await.contains("got:still.") {}
}

#[tokio::test]
async fn guests_hear_the_end_although_the_relay_goes_with_it() {
    let mut host = Host::new();
    let terminal = host.sh("echo ready; read line; exit 3").await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("ready").await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    let ended = guest.until(|event| match event {
        GuestEvent::Ended { reason, by_host, .. } => Some((*reason, *by_host)),
        _ => None,
    });
    assert_eq!(ended.await, (EndReason::ShellExited, true));
    let code = host.until(|event| match event {
        HostEvent::TerminalClosed { exit_code, .. } => Some(exit_code),
        _ => None,
    });
    assert_eq!(code.await, Some(3));
}

#[tokio::test]
async fn what_was_before_is_shown_only_where_it_is_shared() {
    let host = Host::new();
    let terminal = host.sh("seq 1 100; echo canary; clear; echo now; read line; echo later; read line").await;
    while !host.text(terminal).await.ends_with("now\n") {}
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Now, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest
        .until(|event| {
            matches!(event, GuestEvent::Terminal { change: TerminalChange::Snapshot { .. }, .. })
                .then_some(())
        })
        .await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    guest.sees("later").await;
    assert!(!guest.text().contains("canary") && !guest.text().contains("99"), "{}", guest.text());
}

#[tokio::test]
async fn a_late_guest_ends_with_the_hosts_screen() {
    let host = Host::new();
    let script = "seq 1 3000; printf '\\033[1;31mred\\033[0m \\346\\274\\242\\n'; read line; seq 3001 6000; echo end; read line";
    let terminal = host.sh(script).await;
    while !host.text(terminal).await.contains("red") {}
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("red").await;
    host.client.ask(HostCommand::Resize { terminal, size: Size { cols: 100, rows: 30 } }).await.unwrap();
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    guest.sees("\nend\n").await;
    assert_eq!(guest.screen.size(), (100, 30));
    assert_eq!(guest.text(), host.text(terminal).await);
}

#[tokio::test]
async fn a_flood_ends_equal_at_a_guest() {
    let host = Host::new();
    let terminal = host.sh("read line; seq 1 2000000; echo over; read line").await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.until(|event| matches!(event, GuestEvent::Terminal { .. }).then_some(())).await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    guest.sees("\nover\n").await;
    // With the scrollback: after a skim only a full snapshot brings it. A busy machine may print too slowly to be skimmed.
    while guest.text() != host.text(terminal).await {
        guest.step().await;
    }
}

#[tokio::test]
async fn a_knock_that_asks_waits_for_the_answer() {
    let mut host = Host::new();
    let terminal = host.sh("echo ready; read line").await;
    let ask = InviteTerms { admission: Admission::Ask, ..terms(Role::Viewer) };
    let (session, relay, invite) = host.share(vec![terminal], StartFrom::Start, ask).await;
    let knocked = |event: HostEvent| match event {
        HostEvent::Session { event: SessionEvent::Knocked(knock), .. } => Some(knock),
        _ => None,
    };
    let mut first = Guest::new(&relay, &invite, "Mallory");
    let knock = host.until(knocked).await;
    assert_eq!(knock.name, "Mallory");
    host.client.ask(HostCommand::Deny { session, knock: knock.knock }).await.unwrap();
    let failure = first
        .until(|event| if let GuestEvent::Failed(failure) = event { Some(failure.clone()) } else { None })
        .await;
    assert_eq!(failure.kind, ApiErrorKind::Refused);

    let mut second = Guest::new(&relay, &invite, "Bo");
    let knock = host.until(knocked).await;
    host.client.ask(HostCommand::Admit { session, knock: knock.knock }).await.unwrap();
    second.sees("ready").await;
    host.until_state(|state| {
        let session = &state.sessions[&session];
        (session.guests.len() == 1 && session.knocks.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_client_gets_picture_then_bytes_and_paces_the_program() {
    let mut host = Host::new();
    let terminal = host.sh("echo before; read line; seq 1 100000; echo over; read line").await;
    while !host.text(terminal).await.contains("before") {}
    host.client.ask(HostCommand::Attach { terminal, window: 1024, scrollback: false }).await.unwrap();
    let mut shown = Screen::new(Options { cols: SIZE.cols, rows: SIZE.rows, ..Options::default() });
    host.until(|event| matches!(event, HostEvent::Picture { .. }).then_some(())).await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    // Without credit no more than the window comes, however much is printed.
    let mut total = 0;
    while total < 1024 {
        total += host
            .until(|event| {
                if let HostEvent::Output { bytes, .. } = event {
                    shown.feed(0, &bytes);
                    Some(bytes.len())
                } else {
                    None
                }
            })
            .await;
    }
    assert_eq!(total, 1024);
    host.client.ask(HostCommand::Credit { terminal, bytes: 1 << 30 }).await.unwrap();
    while !dump::screen(&shown, ScreenFormat::Text).contains("over") {
        host.until(|event| {
            if let HostEvent::Output { bytes, .. } = event {
                shown.feed(0, &bytes);
                Some(())
            } else {
                None
            }
        })
        .await;
    }
    // A second client attaches to what runs, and the first can go.
    let mut other = host.door.open();
    other.ask(HostCommand::Attach { terminal, window: WINDOW, scrollback: true }).await.unwrap();
    let mut picture = Vec::new();
    within(async {
        while !String::from_utf8_lossy(&picture).contains("over") {
            if let HostEvent::Output { bytes, .. } = other.next().await.expect("the engine runs") {
                picture.extend(bytes);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_comes_back_after_its_relay_was_lost() {
    let relay = Relay::bind(Config::embedded("127.0.0.1:0".parse().unwrap())).await.unwrap().spawn().unwrap();
    let address = relay.address();
    let url = format!("ws://{address}");
    let mut host = Host::new();
    let terminal = host.sh("echo ready; while read line; do echo got:$line.; done").await;
    let options = ShareOptions {
        name: "Ann".to_owned(),
        terminals: vec![terminal],
        from: StartFrom::Start,
        relay: RelayChoice::Url { url: url.clone() },
        invite: terms(Role::Viewer),
        invite_page: None,
        manage_from_inside: false,
        max_guests: None,
    };
    let Reply::Session { invite, .. } = within(host.client.ask(HostCommand::Share(options))).await.unwrap()
    else {
        panic!()
    };
    let mut guest = Guest::new(&url, &invite, "Bo");
    guest.sees("ready").await;
    relay.stop().await;
    host.until(|event| {
        matches!(event, HostEvent::Session { event: SessionEvent::Away { .. }, .. }).then_some(())
    })
    .await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"meanwhile\r".to_vec() }).await.unwrap();
    let relay = Relay::bind(Config::embedded(address)).await.unwrap().spawn().unwrap();
    guest.sees("got:meanwhile.").await;
    drop(relay);
}

/// Adversarial case 29, at a real host and guest: what a guest's terminal answers by itself is not typed, and
/// nothing that is shown reaches the guest's clipboard or makes its terminal answer.
#[tokio::test]
async fn case_29_automatic_replies_and_osc_52() {
    let mut host = Host::new();
    let script = "ask() { printf '\\033]52;c;Y2FuYXJ5\\007\\033[c\\033[6n\\033]11;?\\007'; }
        ask; echo shown; while read line; do echo got:$line.; ask; echo asked; done";
    let terminal = host.sh(script).await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Writer)).await;
    host.client.ask(HostCommand::Looking { terminal: Some(terminal) }).await.unwrap();
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("shown").await;
    host.until(joined).await;
    // Attributes, cursor, colour, focus, clipboard; the colour cut in two.
    guest.type_keys(b"a\x1b[?1;2cb\x1b[5;7Rc\x1b]11;rgb:0000/00").await;
    guest.type_keys(b"00/0000\x07d\x1b[Ie\x1b]52;c;Y2FuYXJ5\x07f\r").await;
    guest.sees("got:abcdef.").await;

    guest.sees("asked").await;
    // What a real terminal of the guest gets: everything is drawn again in its window.
    guest.events.clear();
    let window = GuestCommand::OpenWindow { terminal: TerminalNo(1), size: SIZE, history: 1000 };
    guest.client.ask(window).await.unwrap();
    guest.type_keys(b"again\r").await;
    guest.sees("got:again.").await;
    let drawn = guest.events.iter().filter_map(|event| match event {
        GuestEvent::Terminal { change: TerminalChange::Output(bytes), .. } => Some(&bytes[..]),
        _ => None,
    });
    let drawn = drawn.collect::<Vec<_>>().concat();
    let drawn = String::from_utf8_lossy(&drawn);
    assert!(drawn.contains("shown"), "{drawn:?}");
    for asks in ["\x1b]52", "\x1b[c", "\x1b[6n", "\x1b]11;?"] {
        assert!(!drawn.contains(asks), "{asks:?} in {drawn:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_shared_is_said_at_once() {
    let host = Host::new();
    let share = |url: &str| ShareOptions {
        name: "Ann".to_owned(),
        terminals: Vec::new(),
        from: StartFrom::Start,
        relay: RelayChoice::Url { url: url.to_owned() },
        invite: InviteTerms::default(),
        invite_page: None,
        manage_from_inside: false,
        max_guests: None,
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, kind) in [
        (format!("ws://{free}"), ApiErrorKind::Unreachable),
        ("relay.example".to_owned(), ApiErrorKind::Address),
        ("ws://203.0.113.7:9".to_owned(), ApiErrorKind::Address),
    ] {
        let failure = within(host.client.ask(HostCommand::Share(share(&url)))).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{url}: {failure}");
        assert!(failure.hint.is_some());
    }
    let missing = HostCommand::Resize { terminal: TerminalNo(99), size: SIZE };
    assert_eq!(host.client.ask(missing).await.unwrap_err().kind, ApiErrorKind::NotFound);
}

#[tokio::test]
async fn the_engine_ends_with_its_last_client() {
    let Host { client, door, engine, _folder, .. } = Host::new();
    let options = TerminalOptions { command: vec!["/bin/cat".to_owned()], ..TerminalOptions::default() };
    client.ask(HostCommand::OpenTerminal(options)).await.unwrap();
    drop((client, door));
    within(engine).await.unwrap();
}

#[tokio::test]
async fn a_shell_tells_its_blocks() {
    let mut host = Host::new();
    let mut env = std::collections::BTreeMap::new();
    env.insert("HOME".to_owned(), "/nonexistent".to_owned());
    let options = TerminalOptions { command: vec!["bash".to_owned()], env, ..TerminalOptions::default() };
    let terminal = host.open(options).await;
    host.client.ask(HostCommand::Input { terminal, bytes: b"false # why\r".to_vec() }).await.unwrap();
    let ended = |state: &HostState| {
        let mut blocks = state.terminals.get(&terminal)?.blocks.values();
        blocks.find(|block| block.exit_code.is_some()).cloned()
    };
    let block = host.until_state(ended).await;
    assert_eq!((block.command.as_deref(), block.exit_code), (Some("false # why"), Some(1)));
    assert!(block.cwd.is_some() && block.duration.is_some());
}
