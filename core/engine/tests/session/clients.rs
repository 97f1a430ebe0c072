//! Several clients at one engine and at one seat, by the local socket: what each may do, and that none holds another up.

use jumpseat_engine::{
    api::{
        ApiError, ApiErrorKind, Columns, GuestClient, GuestCommand, GuestEvent, HostClient, HostCommand,
        HostEvent, HostState, PointAt, Replica, Reply, Role, Scope, ScreenFormat, SeatState, StartFrom,
        TerminalChange, TerminalNo, TextRange,
        panels::{PanelKind, ReferenceId},
    },
    local::{self, Listener, RuntimeFolder},
};
use jumpseat_screen::{Limits, Options, Screen};
use jumpseat_wire::InviteId;
use tempfile::TempDir;

use super::{Guest, Host, SIZE, joined, support::within, terms};

/// A folder of the person whose processes meet there.
fn meeting() -> (TempDir, RuntimeFolder) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = RuntimeFolder::at(folder.path().join("run")).unwrap();
    (folder, runtime)
}

/// A client of the guest's seat, as another process has it.
async fn at_seat(guest: &Guest, runtime: &RuntimeFolder, scope: Scope) -> GuestClient {
    if local::seats(runtime).await.unwrap().is_empty() {
        tokio::spawn(Listener::bind_seat(runtime).unwrap().serve(guest.door.clone()));
    }
    within(local::seats(runtime).await.unwrap()[0].connect(scope)).await.unwrap()
}

async fn at_host(host: &Host, runtime: &RuntimeFolder, scope: Scope) -> HostClient {
    if local::processes(runtime).await.unwrap().is_empty() {
        tokio::spawn(Listener::bind(runtime).unwrap().serve(host.door.clone()));
    }
    within(local::processes(runtime).await.unwrap()[0].connect(scope)).await.unwrap()
}

fn is_refused(answer: &Result<Reply, ApiError>) -> bool {
    answer.as_ref().is_err_and(|failure| failure.kind == ApiErrorKind::Scope)
}

/// Every command of a seat but keys, which travel without an answer; what ends it comes last.
fn guest_commands() -> Vec<(GuestCommand, Scope)> {
    let terminal = TerminalNo(1);
    let panel = PanelKind::Git;
    let at = Some(PointAt { terminal, range: TextRange { from: 1, to: 1, columns: None } });
    vec![
        (GuestCommand::Attach { window: 1024 }, Scope::Read),
        (GuestCommand::Credit { bytes: 1 }, Scope::Read),
        (GuestCommand::Redraw { terminal }, Scope::Read),
        (GuestCommand::Screen { terminal, format: ScreenFormat::Text }, Scope::Read),
        (GuestCommand::Detach, Scope::Read),
        (GuestCommand::LookAtPanel { panel }, Scope::Read),
        (GuestCommand::Fetch { panel, reference: ReferenceId::new("o:1.1").unwrap(), tag: 1 }, Scope::Read),
        (GuestCommand::CancelFetch { tag: 1 }, Scope::Read),
        (GuestCommand::State, Scope::Read),
        (GuestCommand::AskControl, Scope::Propose),
        (GuestCommand::Chat { text: "look".to_owned() }, Scope::Propose),
        (GuestCommand::Point { at }, Scope::Propose),
        (GuestCommand::SetRole { slot: 9, role: Role::Viewer }, Scope::Control),
        (GuestCommand::Remove { slot: 9 }, Scope::Control),
        (
            GuestCommand::CreateInvite {
                role: Role::Viewer,
                max_uses: None,
                admission: jumpseat_engine::api::Admission::Ask,
            },
            Scope::Everything,
        ),
        (GuestCommand::Leave, Scope::Control),
    ]
}

#[tokio::test]
async fn a_seats_client_may_do_what_its_scope_has_and_nothing_else() {
    for scope in Scope::ALL {
        let host = Host::new();
        let terminal = host.sh("echo ready; read line; echo got:$line; read line").await;
        let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Writer)).await;
        let mut guest = Guest::new(&relay, &invite, "Bo");
        guest.sees("ready").await;
        let (_folder, runtime) = meeting();
        let client = at_seat(&guest, &runtime, scope).await;
        for (command, needed) in guest_commands() {
            let what = format!("{command:?} with {scope:?}");
            let answer = within(client.ask(command)).await;
            assert_eq!(is_refused(&answer), needed > scope, "{what}: {answer:?}");
        }
        // Keys of one that may not type go nowhere. They have no answer, so the owner's come behind them.
        if scope < Scope::Control {
            client
                .tell(GuestCommand::Input { terminal: TerminalNo(1), bytes: b"never\r".to_vec() })
                .await
                .unwrap();
            within(client.ask(GuestCommand::State)).await.unwrap();
            host.client.ask(HostCommand::Looking { terminal: Some(terminal) }).await.unwrap();
            guest.until_state(|state| state.looking.map(drop)).await;
            guest.type_keys(b"mine\r").await;
            guest.sees("got:mine").await;
        }
    }
}

fn of<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// Every command of a host but keys; what ends things comes last.
fn host_commands(
    session: jumpseat_engine::api::SessionNo,
    terminal: TerminalNo,
) -> Vec<(HostCommand, Scope)> {
    let panel = PanelKind::Log;
    let (knock, slot, invite) = (9, 9, InviteId([9; 16]));
    vec![
        (HostCommand::Attach { terminal, window: 1024, scrollback: true }, Scope::Read),
        (HostCommand::Credit { terminal, bytes: 1 }, Scope::Read),
        (HostCommand::Detach { terminal }, Scope::Read),
        (HostCommand::Screen { terminal, format: ScreenFormat::Text }, Scope::Read),
        (HostCommand::LookAtPanel { session, panel }, Scope::Read),
        (HostCommand::IsInside { pid: 1 }, Scope::Read),
        (HostCommand::State, Scope::Read),
        (HostCommand::Chat { session, text: "look".to_owned() }, Scope::Propose),
        (HostCommand::Point { session, at: None }, Scope::Propose),
        (
            HostCommand::SetFindings { session, origin: "lint".to_owned(), findings: Vec::new() },
            Scope::Propose,
        ),
        (HostCommand::OpenTerminal(of(serde_json::json!({ "command": ["/bin/true"] }))), Scope::Control),
        (HostCommand::Resize { terminal, size: SIZE }, Scope::Control),
        (HostCommand::Looking { terminal: None }, Scope::Control),
        (HostCommand::AddTerminal { session, terminal, from: StartFrom::Now }, Scope::Control),
        (HostCommand::Admit { session, knock }, Scope::Control),
        (HostCommand::Deny { session, knock }, Scope::Control),
        (HostCommand::SetRole { session, slot, role: Role::Viewer }, Scope::Control),
        (HostCommand::Decline { session, slot }, Scope::Control),
        (HostCommand::Remove { session, slot, with_invite: false }, Scope::Control),
        (HostCommand::RevokeInvite { session, invite }, Scope::Control),
        (
            HostCommand::SharePanel { session, options: of(serde_json::json!({ "panel": "log" })) },
            Scope::Control,
        ),
        (HostCommand::RefreshPanel { session, panel }, Scope::Control),
        (HostCommand::UnsharePanel { session, panel }, Scope::Control),
        (HostCommand::CreateInvite { session, terms: terms(Role::Viewer) }, Scope::Everything),
        (HostCommand::GiveCredential { host: "forge.test".to_owned(), credential: None }, Scope::Everything),
        (
            HostCommand::Share(of(serde_json::json!({
                "name": "Ann", "from": "now", "relay": { "at": "url", "url": "nowhere" }
            }))),
            Scope::Everything,
        ),
        (HostCommand::WithdrawTerminal { session, terminal }, Scope::Control),
        (HostCommand::CloseTerminal { terminal }, Scope::Control),
        (HostCommand::Stop { session }, Scope::Control),
        (HostCommand::StopAll, Scope::Control),
        (HostCommand::Shutdown, Scope::Everything),
    ]
}

#[tokio::test]
async fn a_hosts_client_may_do_what_its_scope_has_and_nothing_else() {
    for scope in Scope::ALL {
        let host = Host::new();
        let terminal = host.sh("read line; echo got:$line; read line").await;
        let (session, ..) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
        let (_folder, runtime) = meeting();
        let client = at_host(&host, &runtime, scope).await;
        if scope < Scope::Control {
            client.tell(HostCommand::Input { terminal, bytes: b"never\r".to_vec() }).await.unwrap();
            within(client.ask(HostCommand::State)).await.unwrap();
            host.client.ask(HostCommand::Input { terminal, bytes: b"mine\r".to_vec() }).await.unwrap();
            while !host.text(terminal).await.contains("got:mine") {}
        }
        for (command, needed) in host_commands(session, terminal) {
            let what = format!("{command:?} with {scope:?}");
            let answer = within(client.ask(command)).await;
            assert_eq!(is_refused(&answer), needed > scope, "{what}: {answer:?}");
        }
    }
}

/// What another process's client is shown: a screen, and the state.
struct Watcher {
    client: GuestClient,
    state: Replica<SeatState>,
    screen: Screen,
    pictures: usize,
}

impl Watcher {
    async fn begin(client: GuestClient, window: u32) -> Self {
        let screen = Screen::new(Options::default());
        within(client.ask(GuestCommand::Attach { window })).await.unwrap();
        Self { client, state: Replica::default(), screen, pictures: 0 }
    }

    /// Takes one event in; says what it counts against the window.
    async fn step(&mut self) -> u32 {
        match within(self.client.next()).await.expect("the seat is there") {
            GuestEvent::State(update) => {
                assert!(self.state.apply(update));
                0
            }
            GuestEvent::Terminal { change, .. } => {
                match &change {
                    TerminalChange::Output(bytes) => self.screen.feed(0, bytes),
                    TerminalChange::Resize(size) => self.screen.resize(size.cols, size.rows),
                    TerminalChange::Snapshot { data, .. } => {
                        self.pictures += 1;
                        self.screen = Screen::decode(data, &Limits::default()).unwrap();
                    }
                }
                change.weight()
            }
            _ => 0,
        }
    }

    async fn sees(&mut self, text: &str) {
        while !jumpseat_engine::dump::screen(&self.screen, ScreenFormat::Text).contains(text) {
            let bytes = self.step().await;
            self.client.tell(GuestCommand::Credit { bytes }).await.unwrap();
        }
    }
}

#[tokio::test]
async fn who_comes_late_sees_what_the_owner_sees_without_what_opens_the_session() {
    let mut host = Host::new();
    let terminal = host.sh("echo before; read line; echo after; read line").await;
    let (session, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("before").await;
    let slot = host.until(joined).await;
    host.client.ask(HostCommand::SetRole { session, slot, role: Role::CoOwner }).await.unwrap();
    guest.until_state(|state| (state.role == Role::CoOwner).then_some(())).await;
    let admission = jumpseat_engine::api::Admission::Ask;
    let command = GuestCommand::CreateInvite { role: Role::Viewer, max_uses: None, admission };
    guest.client.ask(command).await.unwrap();
    guest.until_state(|state| (!state.invites.is_empty()).then_some(())).await;

    let (_folder, runtime) = meeting();
    let mut watcher = Watcher::begin(at_seat(&guest, &runtime, Scope::Control).await, 1 << 20).await;
    watcher.sees("before").await;
    assert_eq!(watcher.pictures, 1);
    let mut owner = Watcher::begin(at_seat(&guest, &runtime, Scope::Everything).await, 1 << 20).await;
    owner.sees("before").await;
    let everything = guest.state.state().clone();
    assert_eq!(owner.state.state(), &everything);
    let without = SeatState { invites: std::collections::BTreeMap::new(), ..everything };
    assert_eq!(watcher.state.state(), &without);

    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    guest.sees("after").await;
    watcher.sees("after").await;
    // What one of them says, all of them hear.
    watcher.client.ask(GuestCommand::Chat { text: "from the side".to_owned() }).await.unwrap();
    guest
        .until_state(|state| state.chat.values().any(|line| line.text == "from the side").then_some(()))
        .await;

    // Clients of the host see invites, but their tokens and links only with the scope `everything`.
    for scope in Scope::ALL {
        let client = at_host(&host, &runtime, scope).await;
        let Reply::State(update) = within(client.ask(HostCommand::State)).await.unwrap() else { panic!() };
        let mut replica: Replica<jumpseat_engine::api::HostState> = Replica::default();
        assert!(replica.apply(update.clone()));
        let invites = &replica.state().sessions[&session].invites;
        assert!(
            invites.len() == 2
                && invites.iter().all(|one| one.keys.is_some() == (scope == Scope::Everything))
        );
        let text = serde_json::to_string(&update).unwrap();
        assert_eq!(text.contains("jst1_"), scope == Scope::Everything, "{scope:?}");
    }
}

#[tokio::test]
async fn who_takes_nothing_holds_up_neither_a_seat_nor_a_program() {
    let host = Host::new();
    let script = "read line; seq 1 60000; echo the end; read line; echo more; read line";
    let terminal = host.sh(script).await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.until_state(|state| (!state.terminals.is_empty()).then_some(())).await;
    let (_folder, runtime) = meeting();
    let mut watcher = Watcher::begin(at_seat(&guest, &runtime, Scope::Read).await, 64).await;
    let mut looker = at_host(&host, &runtime, Scope::Propose).await;
    looker.ask(HostCommand::Attach { terminal, window: 64, scrollback: true }).await.unwrap();

    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    guest.sees("the end").await;

    // Both go on with a picture of what is there now.
    watcher.client.tell(GuestCommand::Credit { bytes: 1 << 20 }).await.unwrap();
    watcher.sees("the end").await;
    assert!(watcher.pictures > 1, "it missed something");
    looker.tell(HostCommand::Credit { terminal, bytes: 1 << 30 }).await.unwrap();
    let (mut pictures, mut seen) = (0, Vec::new());
    while !String::from_utf8_lossy(&seen).contains("the end") {
        match within(looker.next()).await.expect("the engine runs") {
            HostEvent::Picture { .. } => {
                pictures += 1;
                seen.clear();
            }
            HostEvent::Output { bytes, .. } => seen.extend(bytes),
            _ => {}
        }
    }
    assert!(pictures > 1, "it missed something");
    host.client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    watcher.sees("more").await;
}

#[tokio::test]
async fn a_seat_goes_with_its_owner_and_says_so() {
    let host = Host::new();
    let terminal = host.sh("echo ready; read line").await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("ready").await;
    let (_folder, runtime) = meeting();
    let mut client = at_seat(&guest, &runtime, Scope::Everything).await;
    // One that comes and goes changes nothing.
    drop(at_seat(&guest, &runtime, Scope::Everything).await);
    within(client.ask(GuestCommand::State)).await.unwrap();
    drop(guest);
    let mut ended = false;
    while let Some(event) = within(client.next()).await {
        ended |= matches!(event, GuestEvent::Ended { .. });
    }
    assert!(ended);
    assert_eq!(within(client.ask(GuestCommand::State)).await.unwrap_err().kind, ApiErrorKind::Gone);
    within(async { while !local::seats(&runtime).await.unwrap().is_empty() {} }).await;
}

#[tokio::test]
async fn who_lets_its_events_go_may_still_ask() {
    let host = Host::new();
    let terminal = host.sh("while read line; do echo got:$line.; done").await;
    let client = host.door.open();
    let commands = client.commands();
    drop(client);
    // Something that every client is told, so that its end is found.
    host.sh("read line").await;
    within(host.client.ask(HostCommand::State)).await.unwrap();
    commands.ask(HostCommand::Input { terminal, bytes: b"last\r".to_vec() }).await.unwrap();
    within(async { while !host.text(terminal).await.contains("got:last.") {} }).await;
}

/// JS-POINT-2: a full-screen program's rows are gone once it ends, and nobody points at them any more.
#[tokio::test]
async fn nobody_points_at_an_alternate_screen_that_is_gone() {
    let mut host = Host::new();
    let script = "printf '\\033[?1049hmenu'; read line; printf '\\033[?1049lback\\n'; read line";
    let terminal = host.sh(script).await;
    let (session, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Writer)).await;
    let mut guest = Guest::new(&relay, &invite, "Bo");
    guest.sees("menu").await;
    let screen = GuestCommand::Screen { terminal: TerminalNo(1), format: ScreenFormat::Json };
    let Reply::Screen { picture } = guest.client.ask(screen).await.unwrap() else { panic!() };
    let first = of::<serde_json::Value>(serde_json::from_str(&picture).unwrap())["first"].as_u64().unwrap();
    let columns = Some(Columns { first: 0, last: 3, reversed: false });
    let at = PointAt { terminal: TerminalNo(1), range: TextRange { from: first, to: first, columns } };
    guest.client.ask(GuestCommand::Point { at: Some(at) }).await.unwrap();
    let pointed = |state: &HostState| {
        state.sessions.get(&session).and_then(|session| session.pointing.values().next().copied())
    };
    let told = host.until_state(move |state| pointed(state)).await;
    assert_eq!(told, PointAt { terminal, ..at });

    host.client.ask(HostCommand::Looking { terminal: Some(terminal) }).await.unwrap();
    guest.until_state(|state| state.looking.map(drop)).await;
    guest.type_keys(b"\r").await;
    guest.sees("back").await;
    host.until_state(move |state| pointed(state).is_none().then_some(())).await;
    guest.until_state(|state| state.pointing.is_empty().then_some(())).await;
}
