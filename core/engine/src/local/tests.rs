//! The local socket with a real engine behind it.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    attach,
    frame::Frame,
    holder::hold,
    listener::MAX_CLIENTS,
    message::{MAX_HELLO_LEN, ToEngine, VERSION, greet},
    protocol::HostProtocol,
    *,
};
use crate::{
    ClientListener, HostEngine, HostSetup, Proxies, TransportSetup,
    api::{
        ApiError, ApiErrorKind, HostClient, HostCommand, Reply, Scope, ScreenFormat, TerminalNo,
        TerminalOptions,
    },
};

async fn connect(path: &Path) -> Result<HostClient, ApiError> {
    attach::connect::<HostProtocol>(path, Scope::Everything).await
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(150), future).await.expect("it takes far less")
}

fn folder() -> (TempDir, RuntimeFolder) {
    let parent = tempfile::tempdir().unwrap();
    let folder = RuntimeFolder::at(parent.path().join("run")).unwrap();
    (parent, folder)
}

fn setup(runtime: RuntimeFolder) -> HostSetup {
    let transport = TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() };
    HostSetup { transport, start_relay: None, runtime }
}

fn engine(folder: &RuntimeFolder) -> ClientListener {
    let (engine, door) = HostEngine::new(setup(folder.clone()));
    tokio::spawn(engine.run());
    door
}

async fn open(client: &HostClient, script: &str) -> TerminalNo {
    let command = if cfg!(windows) { ["cmd", "/c", script] } else { ["/bin/sh", "-c", script] };
    let command = command.map(str::to_owned).to_vec();
    let options = TerminalOptions { command, ..TerminalOptions::default() };
    match within(client.ask(HostCommand::OpenTerminal(options))).await.unwrap() {
        Reply::Terminal { terminal } => terminal,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
async fn shows(client: &mut HostClient, text: &str) {
    let mut seen = Vec::new();
    within(async {
        while !String::from_utf8_lossy(&seen).contains(text) {
            if let crate::api::HostEvent::Output { bytes, .. } = client.next().await.expect("the engine runs")
            {
                seen.extend(bytes);
            }
        }
    })
    .await;
}

/// Something that waits for a line.
const WAITS: &str = if cfg!(windows) { "pause" } else { "read line" };

#[tokio::test]
#[cfg(unix)]
async fn a_client_over_the_socket_is_a_client() {
    let (_parent, folder) = folder();
    let listener = Listener::bind(&folder).unwrap();
    tokio::spawn(listener.serve(engine(&folder)));

    let found = processes(&folder).await.unwrap();
    assert_eq!(found.len(), 1);
    let mut client = within(found[0].connect(Scope::Everything)).await.unwrap();
    let terminal = open(&client, "while read line; do echo got:$line.; done").await;
    client.ask(HostCommand::Attach { terminal, window: 65536, scrollback: true }).await.unwrap();
    client.ask(HostCommand::Input { terminal, bytes: b"hello\r".to_vec() }).await.unwrap();
    shows(&mut client, "got:hello.").await;

    // The client goes without a word, and what it opened is there for the next one.
    drop(client);
    let mut client = within(found[0].connect(Scope::Everything)).await.unwrap();
    let Reply::State(update) = within(client.ask(HostCommand::State)).await.unwrap() else { panic!() };
    let mut state: crate::api::Replica<crate::api::HostState> = crate::api::Replica::default();
    assert!(state.apply(update));
    assert!(state.state().terminals.contains_key(&terminal));
    client.ask(HostCommand::Attach { terminal, window: 65536, scrollback: true }).await.unwrap();
    shows(&mut client, "got:hello.").await;
    let failure = client.ask(HostCommand::CloseTerminal { terminal: TerminalNo(77) }).await.unwrap_err();
    assert_eq!(failure.kind, ApiErrorKind::NotFound);
}

#[tokio::test]
#[cfg(unix)]
async fn a_flood_over_the_socket_keeps_to_its_window() {
    let (_parent, folder) = folder();
    let listener = Listener::bind(&folder).unwrap();
    let path = listener.path().to_owned();
    tokio::spawn(listener.serve(engine(&folder)));
    let mut client = within(connect(&path)).await.unwrap();
    let terminal = open(&client, "read line; seq 1 200000; echo over; read line").await;
    client.ask(HostCommand::Attach { terminal, window: 65536, scrollback: false }).await.unwrap();
    client.ask(HostCommand::Input { terminal, bytes: b"\r".to_vec() }).await.unwrap();
    let (mut total, mut ahead, mut tail) = (0, 0, Vec::new());
    within(async {
        while !String::from_utf8_lossy(&tail).contains("over") {
            let Some(crate::api::HostEvent::Output { bytes, .. }) = client.next().await else { continue };
            ahead += bytes.len();
            total += bytes.len();
            assert!(ahead <= 65536, "{ahead}");
            tail.extend(&bytes);
            tail.drain(..tail.len().saturating_sub(64));
            if ahead > 32768 {
                let bytes = u32::try_from(ahead).unwrap();
                client.tell(HostCommand::Credit { terminal, bytes }).await.unwrap();
                ahead = 0;
            }
        }
    })
    .await;
    assert!(total > 1_000_000, "{total}");
}

/// Whether a client that says this and then asks for the status is answered, or cut off.
async fn is_answered(path: &Path, said: &[u8]) -> bool {
    let mut stream = LocalStream::connect(path).await.unwrap();
    let mut out = said.to_vec();
    let ask = ToEngine { id: Some(1), command: HostCommand::State };
    Frame::put_json(&ask, &mut out).unwrap();
    // It may be cut off before it has said everything.
    let _ = stream.write_all(&out).await;
    let mut heard = Vec::new();
    within(async {
        while stream.read_buf(&mut heard).await.is_ok_and(|len| len > 0) {
            if String::from_utf8_lossy(&heard).contains("\"answer\"") {
                return true;
            }
        }
        false
    })
    .await
}

fn hello(version: u32, len: usize) -> Vec<u8> {
    let hello = |program| serde_json::json!({"jumpseat": version, "program": program});
    let rest = len - hello("").to_string().len();
    let mut out = Vec::new();
    Frame::put_json(&hello(&"x".repeat(rest)), &mut out).unwrap();
    out
}

#[tokio::test]
async fn what_breaks_the_rules_is_cut_off_and_others_are_not() {
    let (_parent, folder) = folder();
    let listener = Listener::bind(&folder).unwrap();
    let path = listener.path().to_owned();
    tokio::spawn(listener.serve(engine(&folder)));
    let client = within(connect(&path)).await.unwrap();
    assert!(is_answered(&path, &hello(VERSION, MAX_HELLO_LEN)).await);
    let greeted = |nonsense: &[u8]| [&hello(VERSION, 100), nonsense].concat();
    for nonsense in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0, 0, 0, 2, 0, b'x'],
        Vec::new(),
        hello(VERSION, MAX_HELLO_LEN + 1),
        hello(VERSION + 1, 100),
        greeted(&[255, 255, 255, 255, 0]),
        greeted(&[0, 0, 0, 3, 0, b'{', b'}']),
        greeted(&[0, 0, 0, 1, 7]),
    ] {
        assert!(!is_answered(&path, &nonsense).await, "after {}", nonsense.escape_ascii());
        assert!(within(client.ask(HostCommand::State)).await.is_ok());
    }
}

#[tokio::test]
async fn each_answer_finds_who_asked() {
    let (_parent, folder) = folder();
    let listener = Listener::bind(&folder).unwrap();
    let path = listener.path().to_owned();
    tokio::spawn(listener.serve(engine(&folder)));
    let client = within(connect(&path)).await.unwrap();
    let terminal = open(&client, WAITS).await;
    let screen = HostCommand::Screen { terminal, format: ScreenFormat::Text };
    let close = HostCommand::CloseTerminal { terminal: TerminalNo(77) };
    let asked = async {
        tokio::join!(
            client.ask(screen),
            client.ask(HostCommand::State),
            client.ask(close),
            client.ask(HostCommand::State)
        )
    };
    let (screen, status, closed, again) = within(asked).await;
    assert!(matches!(screen, Ok(Reply::Screen { .. })), "{screen:?}");
    assert!(matches!((&status, &again), (Ok(Reply::State(_)), Ok(Reply::State(_)))), "{status:?}");
    assert_eq!(closed.unwrap_err().kind, ApiErrorKind::NotFound);
}

/// A socket goes when nobody listens there any more, not when it cannot be reached for another reason.
#[tokio::test]
#[cfg(unix)]
async fn a_socket_of_another_kind_is_not_removed() {
    let (_parent, folder) = folder();
    let path = folder.path().join("1.sock");
    let _other = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    assert!(within(processes(&folder)).await.unwrap().is_empty() && path.exists());
}

#[tokio::test]
async fn a_process_that_lets_nobody_more_in_keeps_its_place() {
    let (_parent, folder) = folder();
    let listener = Listener::bind(&folder).unwrap();
    let path = listener.path().to_owned();
    tokio::spawn(listener.serve(engine(&folder)));
    let mut clients = Vec::new();
    for _ in 0..MAX_CLIENTS {
        clients.push(within(connect(&path)).await.unwrap());
    }
    within(processes(&folder)).await.unwrap();
    assert!(within(connect(&path)).await.is_err(), "no more than that");
    clients.pop();
    // One that left makes room, as soon as it is seen to be gone.
    within(async { while connect(&path).await.is_err() {} }).await;
}

#[tokio::test]
async fn another_version_is_told_apart_from_a_dead_process() {
    let (_parent, folder) = folder();
    let other = folder.bind("1.sock").unwrap();
    let path = other.path().to_owned();
    let answering = tokio::spawn(async move {
        let mut stream = other.accept().await.unwrap().check().await.unwrap();
        let mut out = Vec::new();
        Frame::put_json(&serde_json::json!({"jumpseat": 99, "program": "9.9.9"}), &mut out).unwrap();
        stream.write_all(&out).await.unwrap();
        Frame::read(&mut stream).await.unwrap();
        other.crash();
    });
    let failure = within(connect(&path)).await.err().unwrap();
    assert!(failure.message.contains("9.9.9"), "{failure}");
    within(answering).await.unwrap();
    // Nobody listens any more: the socket is stale now, and goes.
    assert!(processes(&folder).await.unwrap().is_empty() && !path.exists());
}

#[tokio::test]
async fn a_holder_ends_with_the_last_it_holds_and_there_is_one() {
    let (_parent, folder) = folder();
    let setup = || HoldSetup { host: setup(folder.clone()), idle: Duration::from_millis(200) };
    // One that nobody asks anything of.
    within(hold(setup())).await.unwrap();
    assert!(!folder.path().join("hold.sock").exists());

    let holding = tokio::spawn(hold(HoldSetup { idle: Duration::from_secs(10), ..setup() }));
    let client = within(async {
        loop {
            match connect(&folder.path().join("hold.sock")).await {
                Ok(client) => return client,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    })
    .await;
    let terminal = open(&client, WAITS).await;
    // A second one leaves at once.
    within(hold(setup())).await.unwrap();
    let screen = HostCommand::Screen { terminal, format: ScreenFormat::Text };
    assert!(within(client.ask(screen)).await.is_ok());
    drop(client);
    assert!(!holding.is_finished());
    let client = within(connect(&folder.path().join("hold.sock"))).await.unwrap();
    client.ask(HostCommand::Shutdown).await.unwrap();
    within(holding).await.unwrap().unwrap();
}

/// A client that reads nothing, asks, and is gone: what it asked for is done, although nothing can be told to it.
#[cfg(unix)]
#[tokio::test]
async fn what_a_client_asked_for_before_it_went_is_done() {
    let (_parent, folder) = folder();
    let door = engine(&folder);
    let own = door.open();
    let terminal = open(&own, "seq 2000; while read line; do echo got:$line.; done").await;
    let listener = Listener::bind(&folder).unwrap();
    let path = listener.path().to_owned();
    tokio::spawn(listener.serve(door));
    let screen = HostCommand::Screen { terminal, format: ScreenFormat::Ansi };
    for nth in 0..20 {
        let mut stream = LocalStream::connect(&path).await.unwrap();
        within(greet(&mut stream, Some(Scope::Everything))).await.unwrap();
        // More answers than a socket takes: the engine's end waits for this one to read.
        let mut out = Vec::new();
        for id in 0..60 {
            Frame::put_json(&ToEngine { id: Some(id), command: screen.clone() }, &mut out).unwrap();
        }
        stream.write_all(&out).await.unwrap();
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        let mut keys = Vec::new();
        Frame::put_bytes(terminal, format!("{nth}\r").as_bytes(), &mut keys);
        stream.write_all(&keys).await.unwrap();
        drop(stream);
        let got = format!("got:{nth}.");
        within(async {
            loop {
                let Ok(Reply::Screen { picture }) = own.ask(screen.clone()).await else { panic!() };
                if picture.contains(&got) {
                    return;
                }
            }
        })
        .await;
    }
}
