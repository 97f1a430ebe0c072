//! The holder, as a process: started by whoever needs it, outliving them, ending with what it holds.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use jumpseat_engine::{
    api::{
        HostClient, HostCommand, HostEvent, HostState, Replica, Reply, Scope, ScreenFormat, SessionNo,
        ShareOptions, TerminalNo, TerminalOptions,
    },
    local::{self, RuntimeFolder},
};
use jumpseat_tests::{Invite, Line, PATIENCE, Program, TestEnv};
use serde_json::{Value, json};

/// Ends a holder that a failing test would leave behind.
struct Holder(u32);

impl Holder {
    fn kill(&self) {
        let _ = Command::new("kill").args(["-s", "KILL", &self.0.to_string()]).status();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Only while the number is its own: it may have ended long ago.
        let line = fs::read(format!("/proc/{}/cmdline", self.0)).unwrap_or_default();
        if line.ends_with(b"\0hold\0") {
            self.kill();
        }
    }
}

/// A program that starts the holder, or finds it.
fn editor(env: &TestEnv) -> Program {
    let mut command = Program::at_home(Command::new(env!("CARGO_BIN_EXE_holder_client")), env.home());
    command.arg(Program::path()).args(["hold", "--idle", "5s"]);
    let mut editor = Program::from_command(command);
    editor.wait_for_event("the holder", |said| (said["reply"] == "attached").then_some(()));
    editor
}

fn ask(editor: &mut Program, command: &HostCommand) -> Value {
    editor.write(format!("{}\n", serde_json::to_string(command).unwrap()).as_bytes());
    editor.wait_for_event("the answer", |said| Some(said.clone()))
}

fn open(editor: &mut Program, script: &str) -> TerminalNo {
    let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let said =
        ask(editor, &HostCommand::OpenTerminal(TerminalOptions { command, ..TerminalOptions::default() }));
    TerminalNo(u32::try_from(said["terminal"].as_u64().unwrap_or_else(|| panic!("{said}"))).unwrap())
}

/// Shares a terminal through a relay; the invite lies in a file then.
fn share(env: &TestEnv, editor: &mut Program, terminal: TerminalNo, relay: &str) -> (SessionNo, Invite) {
    let options: ShareOptions = serde_json::from_value(json!({
        "name": "Ann", "terminals": [terminal], "from": "start", "relay": { "at": "url", "url": relay },
        "invite": { "role": "viewer", "admission": "open" },
    }))
    .unwrap();
    let said = ask(editor, &HostCommand::Share(options));
    let session =
        SessionNo(u32::try_from(said["session"].as_u64().unwrap_or_else(|| panic!("{said}"))).unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (code, token, link) =
        (&said["invite"]["code"], &said["invite"]["keys"]["token"], &said["invite"]["keys"]["link"]);
    let file = env.home().join("invite");
    let invite = json!({ "code": code, "token": token, "link": link, "relay": relay });
    fs::write(&file, invite.to_string()).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    (session, Invite { file, code: text(code), token: text(token), relay: relay.to_owned() })
}

fn holder(editor: &mut Program) -> Holder {
    let said = ask(editor, &HostCommand::State);
    Holder(u32::try_from(said["changes"][0]["value"]["pid"].as_u64().unwrap()).unwrap())
}

fn folder(env: &TestEnv) -> PathBuf {
    env.home().join("run/jumpseat")
}

fn socket(env: &TestEnv) -> PathBuf {
    folder(env).join("hold.sock")
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes far less")
}

/// A second client of the holder.
async fn attach(env: &TestEnv) -> HostClient {
    let folder = RuntimeFolder::at(folder(env)).unwrap();
    let found = within(local::processes(&folder)).await.unwrap();
    let holder = found.iter().find(|process| process.path() == socket(env)).unwrap();
    within(holder.connect(Scope::Everything)).await.unwrap()
}

async fn state(client: &HostClient) -> HostState {
    match within(client.ask(HostCommand::State)).await.unwrap() {
        Reply::State(update) => {
            let mut state = Replica::default();
            assert!(state.apply(update));
            state.into_state()
        }
        other => panic!("{other:?}"),
    }
}

/// What a client is shown until `text` is in it.
async fn shows(client: &mut HostClient, text: &str) {
    let mut seen = Vec::new();
    within(async {
        while !String::from_utf8_lossy(&seen).contains(text) {
            if let HostEvent::Output { bytes, .. } = client.next().await.expect("the holder lives") {
                seen.extend(bytes);
            }
        }
    })
    .await;
}

fn on_runtime(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

const ECHO: &str =
    "echo ready-$((40+2)); while read line; do test $line = bye && exit 3; echo got:$line.; done";

#[test]
fn it_outlives_its_starter_and_ends_with_its_last_session() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let mut starter = editor(&env);
    let holder = holder(&mut starter);
    assert_ne!(holder.0, starter.id());
    assert_eq!((mode(&folder(&env)), mode(&socket(&env))), (0o700, 0o600));
    let terminal = open(&mut starter, ECHO);
    let (session, invite) = share(&env, &mut starter, terminal, &format!("ws://{address}"));
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));

    starter.kill();
    on_runtime(async {
        let mut client = attach(&env).await;
        let state = state(&client).await;
        assert_eq!((state.pid, state.terminals.len(), state.sessions.len()), (holder.0, 1, 1));
        within(client.ask(HostCommand::Attach { terminal, window: 65536, scrollback: true })).await.unwrap();
        shows(&mut client, "ready-42").await;
        within(client.ask(HostCommand::Input { terminal, bytes: b"on\r".to_vec() })).await.unwrap();
        shows(&mut client, "got:on.").await;
    });
    // Its guest was there all the time, and so is whoever comes now.
    env.picture(&invite, "got:on.", &[]);
    assert!(env.run(&["sessions", "--json"]).contains(&invite.code));

    // A second starter finds it instead of starting another.
    let mut second = editor(&env);
    assert_eq!(ask(&mut second, &HostCommand::State)["changes"][0]["value"]["pid"], holder.0);
    drop(second);

    on_runtime(async {
        let mut client = attach(&env).await;
        within(client.ask(HostCommand::Input { terminal, bytes: b"bye\r".to_vec() })).await.unwrap();
        // With the last program ends the session, and with the session, after a while, the holder.
        let (mut ended, mut closed, mut closing) = (false, false, false);
        within(async {
            while let Some(event) = client.next().await {
                match event {
                    HostEvent::Session { session: no, event } => {
                        assert_eq!(no, session);
                        let said = serde_json::to_value(event).unwrap();
                        ended |= said["what"] == "ended" && said["reason"] == "shell_exited";
                    }
                    HostEvent::TerminalClosed { exit_code, .. } => closed = exit_code == Some(3),
                    HostEvent::Closing => closing = true,
                    _ => {}
                }
            }
        })
        .await;
        assert!(ended && closed && closing, "ended {ended}, closed {closed}, closing {closing}");
    });
    let reason =
        guest.wait_for_event("the end", |event| (event["type"] == "ended").then(|| event["reason"].clone()));
    assert_eq!(reason, "shell_exited");
    assert!(!socket(&env).exists());
}

#[test]
fn a_killed_one_leaves_nothing_in_the_way_of_the_next() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let mut starter = editor(&env);
    let first = holder(&mut starter);
    let terminal = open(&mut starter, ECHO);
    let (_, invite) = share(&env, &mut starter, terminal, &format!("ws://{address}"));
    let mut guest = env.join(&invite, &["--json"]);
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));

    first.kill();
    // Who asks is told, and so is who watches.
    starter.write(b"{\"type\":\"state\"}\n");
    starter.wait_for_event("the failure", |said| (said["kind"] == "gone").then_some(()));
    let present = guest.wait_for_event("the host's absence", |event| {
        (event["type"] == "host_present").then(|| event["present"].clone())
    });
    assert_eq!(present, false);
    assert!(socket(&env).exists(), "a crash leaves its socket");

    let mut next = editor(&env);
    let second = holder(&mut next);
    assert_ne!(second.0, first.0);
    assert_eq!(mode(&socket(&env)), 0o600);
    let terminal = open(&mut next, ECHO);
    on_runtime(async {
        let client = attach(&env).await;
        let screen = HostCommand::Screen { terminal, format: ScreenFormat::Text };
        assert!(matches!(within(client.ask(screen)).await, Ok(Reply::Screen { .. })));
        assert!(state(&client).await.sessions.is_empty());
    });

    // Without a holder to come, whoever looks for processes clears it away.
    second.kill();
    next.write(b"{\"type\":\"state\"}\n");
    next.wait_for_event("the failure", |said| (said["kind"] == "gone").then_some(()));
    assert!(!env.run(&["sessions", "--json"]).contains(&invite.code));
    // A process that is killed closes one thing after the other: the next look finds that nobody listens.
    while socket(&env).exists() {
        env.run(&["sessions", "--json"]);
    }
    guest.signal("TERM");
    guest.wait();
}

#[test]
fn many_that_start_it_at_once_meet_in_one() {
    let env = TestEnv::new();
    let mut editors: Vec<Program> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..6).map(|_| scope.spawn(|| editor(&env))).collect();
        starting.into_iter().map(|editor| editor.join().unwrap()).collect()
    });
    let one = holder(&mut editors[0]);
    for editor in &mut editors {
        assert_eq!(ask(editor, &HostCommand::State)["changes"][0]["value"]["pid"], one.0);
    }
    assert_eq!(ask(&mut editors[0], &HostCommand::Shutdown)["reply"], "done");
}

/// Prints 1.3 MB once it gets a line, and is gone.
const LOUD: &str = "head -c1 >/dev/null; seq 200000; echo tests passed";

/// Prints until somebody ends it.
const ENDLESS: &str = "head -c1 >/dev/null; exec seq 100000000";

async fn press(client: &HostClient, terminal: TerminalNo, keys: &str) {
    let bytes = keys.as_bytes().to_vec();
    within(client.ask(HostCommand::Input { terminal, bytes })).await.unwrap();
}

/// A line to a relay that carries less than any program prints.
fn slower(relay: SocketAddr) -> Line {
    let line = Line::to(relay);
    line.rate(Some(1_000_000));
    line
}

/// Waits until more is printed than guests are shown.
async fn floods(client: &mut HostClient) {
    within(async {
        while let Some(event) = client.next().await {
            let said = serde_json::to_value(&event).unwrap();
            let mut changes = said["changes"].as_array().into_iter().flatten();
            let skims = |change: &Value| {
                let skimming = match change["path"].as_array().and_then(|path| path.last()) {
                    Some(last) if last == "skimming" => &change["value"],
                    _ => &change["value"]["skimming"],
                };
                skimming.as_array().is_some_and(|skimming| !skimming.is_empty())
            };
            if changes.any(skims) {
                return;
            }
        }
        panic!("the holder is gone");
    })
    .await;
}

fn seated(env: &TestEnv, invite: &Invite, arguments: &[&str]) -> Program {
    let mut guest = env.join(invite, &[&["--json", "--dump", "text"], arguments].concat());
    guest.wait_for_event("the seat", |event| (event["type"] == "joined").then_some(()));
    guest
}

/// How a guest ended: well, and with these lines.
#[track_caller]
fn lines(mut guest: Program) -> Vec<String> {
    let status = guest.wait();
    assert!(status.success(), "{status}\n{}\n{}", guest.said(), guest.errors());
    guest.said().lines().filter(|line| !line.starts_with('{')).map(str::to_owned).collect()
}

#[test]
fn a_terminal_that_is_withdrawn_in_a_flood_goes_and_the_others_stay_exact() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let slow = slower(address);
    let mut editor = editor(&env);
    let _holder = holder(&mut editor);
    let loud = open(&mut editor, ENDLESS);
    let quiet = open(&mut editor, "read a; echo still-$a; read b; echo over-$b");
    let (session, invite) = share(&env, &mut editor, loud, &slow.url());
    let add: HostCommand = serde_json::from_value(
        json!({ "type": "add_terminal", "session": session, "terminal": quiet, "from": "start" }),
    )
    .unwrap();
    assert_eq!(ask(&mut editor, &add)["reply"], "done");
    let mut guest = seated(&env, &invite, &[]);
    on_runtime(async {
        let mut client = attach(&env).await;
        press(&client, loud, "\r").await;
        floods(&mut client).await;
        within(client.ask(HostCommand::WithdrawTerminal { session, terminal: loud })).await.unwrap();
        press(&client, quiet, "here\r").await;
        let one_left = |terminals: &Value| terminals.as_object().is_some_and(|left| left.len() == 1);
        guest.wait_for_state("its end", "terminals", one_left);
        // The last program that is shared ends, and with it the session; the other runs on.
        press(&client, quiet, "there\r").await;
        assert_eq!(lines(guest), ["here", "still-here", "there", "over-there"]);
        assert_eq!(
            state(&client).await.terminals.values().filter(|terminal| terminal.terminal == loud).count(),
            1
        );
        within(client.ask(HostCommand::Shutdown)).await.unwrap();
    });
}

#[test]
fn one_that_is_told_to_end_in_a_flood_leaves_everyone_with_the_same_picture() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let slow = slower(address);
    let mut editor = editor(&env);
    let _holder = holder(&mut editor);
    let loud = open(&mut editor, ENDLESS);
    let (_, invite) = share(&env, &mut editor, loud, &slow.url());
    let guests = [(); 2].map(|()| seated(&env, &invite, &[]));
    on_runtime(async {
        let mut client = attach(&env).await;
        press(&client, loud, "\r").await;
        floods(&mut client).await;
        within(client.ask(HostCommand::Shutdown)).await.unwrap();
    });
    let [one, other] = guests.map(lines);
    assert_eq!(one, other);
    assert!(one.len() > 20, "{one:?}");
}

#[test]
fn one_that_ends_with_its_last_session_shows_all_of_it_before() {
    let env = TestEnv::new();
    let (_relay, address) = env.relay("127.0.0.1:0", &[]);
    let mut editor = editor(&env);
    let _holder = holder(&mut editor);
    let loud = open(&mut editor, LOUD);
    let (_, invite) = share(&env, &mut editor, loud, &format!("ws://{address}"));
    let guests = [(); 2].map(|()| seated(&env, &invite, &[]));
    on_runtime(async {
        let client = attach(&env).await;
        press(&client, loud, "\r").await;
    });
    for guest in guests {
        let lines = lines(guest);
        assert!(lines.ends_with(&["199999", "200000", "tests passed"].map(str::to_owned)), "{lines:?}");
    }
}
