//! A relay that says no for good is told as such, with its own words.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_engine::api::{
    ApiErrorKind, ConnectionState, EndReason, GuestEvent, HostCommand, HostEvent, HostState, RelayChoice,
    Replica, Reply, Role, SessionEvent, ShareOptions, StartFrom, TerminalNo,
};
use jumpseat_relay::{Config, Relay, RunningRelay};
use jumpseat_wire::CloseCode;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_tungstenite::{
    accept_async,
    tungstenite::{Message, protocol::CloseFrame},
};

use super::{Guest, Host, terms, within};

async fn relay_with(address: SocketAddr, rooms: usize) -> RunningRelay {
    let mut config = Config::embedded(address);
    config.limits.rooms = rooms;
    Relay::bind(config).await.unwrap().spawn().unwrap()
}

fn at(address: SocketAddr, terminal: TerminalNo) -> ShareOptions {
    ShareOptions {
        name: "Ann".to_owned(),
        terminals: vec![terminal],
        from: StartFrom::Start,
        relay: RelayChoice::Url { url: format!("ws://{address}") },
        invite: terms(Role::Viewer),
        invite_page: None,
        manage_from_inside: false,
        max_guests: None,
    }
}

#[tokio::test]
async fn a_relay_that_refuses_for_good_ends_the_session_and_is_not_asked_again() {
    let relay = relay_with("127.0.0.1:0".parse().unwrap(), 1).await;
    let address = relay.address();
    let mut host = Host::new();
    let terminal = host.sh("echo ready; read line").await;
    let options = at(address, terminal);
    within(host.client.ask(HostCommand::Share(options.clone()))).await.unwrap();
    relay.stop().await;
    // Another one is there, of another version.
    let other = TcpListener::bind(address).await.unwrap();
    let relay = tokio::spawn(async move {
        for _ in 0..2 {
            let mut host = accept_async(other.accept().await.unwrap().0).await.unwrap();
            host.next().await.unwrap().unwrap();
            let code = CloseCode::Version;
            let close = CloseFrame { code: (code as u16).into(), reason: code.reason().into() };
            host.send(Message::Close(Some(close))).await.unwrap();
            // Until the host has taken it.
            while host.next().await.is_some_and(|message| message.is_ok()) {}
        }
    });
    let ended = host.until(|event| match event {
        HostEvent::Session { event: SessionEvent::Ended { reason, failure }, .. } => Some((reason, failure)),
        _ => None,
    });
    let (reason, failure) = ended.await;
    assert_eq!(reason, EndReason::RelayRefused);
    let said = failure.expect("the relay said why");
    assert_eq!(said.kind, ApiErrorKind::Protocol);
    assert!(said.message.contains(CloseCode::Version.reason()), "{said}");
    // The terminal stays, and whoever shares it again hears why that is no use.
    let Reply::State(update) = within(host.client.ask(HostCommand::State)).await.unwrap() else { panic!() };
    let mut state: Replica<HostState> = Replica::default();
    assert!(state.apply(update));
    assert_eq!((state.state().sessions.len(), state.state().terminals.len()), (0, 1));
    let failure = within(host.client.ask(HostCommand::Share(options))).await.unwrap_err();
    assert_eq!(failure, said);
    within(relay).await.unwrap();
}

/// JS-LINK-10: others can fill a relay, so that ends no session; one that would begin hears it at once.
#[tokio::test]
async fn a_full_relay_is_asked_again_by_a_session_that_stood_there() {
    let relay = relay_with("127.0.0.1:0".parse().unwrap(), 1).await;
    let address = relay.address();
    let mut host = Host::new();
    let terminal = host.sh("echo ready; read line").await;
    within(host.client.ask(HostCommand::Share(at(address, terminal)))).await.unwrap();
    relay.stop().await;
    // It has forgotten the room, and has no place for another.
    let relay = relay_with(address, 0).await;
    let connection = |state: &HostState| Some(state.sessions.values().next()?.connection.clone());
    let full = |state: &HostState| match connection(state)? {
        ConnectionState::Away { reason, .. } => reason.contains("relay is full").then_some(()),
        _ => None,
    };
    host.until_state(full).await;
    let other = host.sh("read line").await;
    let failure = within(host.client.ask(HostCommand::Share(at(address, other)))).await.unwrap_err();
    assert!(failure.kind == ApiErrorKind::Refused && failure.message.contains("relay is full"), "{failure}");
    relay.stop().await;
    let relay = relay_with(address, 1).await;
    host.until_state(|state| (connection(state)? == ConnectionState::Connected).then_some(())).await;
    relay.stop().await;
}

/// A guest whose relay is replaced by one that speaks another version.
#[tokio::test]
async fn a_relay_that_refuses_a_seated_guest_is_told_in_its_words() {
    let host = Host::new();
    let terminal = host.sh("echo ready; read line").await;
    let (_, relay, invite) = host.share(vec![terminal], StartFrom::Start, terms(Role::Viewer)).await;
    let real: SocketAddr = relay.split('/').find_map(|part| part.parse().ok()).unwrap();
    let between = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = between.local_addr().unwrap();
    let (change, changed) = oneshot::channel::<()>();
    let relays = tokio::spawn(async move {
        let (mut guest, _) = between.accept().await.unwrap();
        let mut relay = TcpStream::connect(real).await.unwrap();
        tokio::select! {
            _ = copy_bidirectional(&mut guest, &mut relay) => panic!("it stands until it is cut"),
            _ = changed => drop((guest, relay)),
        }
        let mut other = accept_async(between.accept().await.unwrap().0).await.unwrap();
        other.next().await.unwrap().unwrap();
        let code = CloseCode::Version;
        let close = CloseFrame { code: (code as u16).into(), reason: code.reason().into() };
        other.send(Message::Close(Some(close))).await.unwrap();
        // Until the guest has taken it.
        while other.next().await.is_some_and(|message| message.is_ok()) {}
    });
    let mut guest = Guest::new(&format!("ws://{address}"), &invite, "Bo");
    guest.sees("ready").await;
    change.send(()).unwrap();
    let ended = guest.until(|event| match event {
        GuestEvent::Ended { reason, by_host, failure } => Some((*reason, *by_host, failure.clone())),
        _ => None,
    });
    let (reason, by_host, failure) = ended.await;
    assert_eq!((reason, by_host), (EndReason::RelayRefused, false));
    let failure = failure.expect("the relay said why");
    assert_eq!(failure.kind, ApiErrorKind::Protocol);
    assert!(failure.message.contains(CloseCode::Version.reason()) && failure.hint.is_some(), "{failure}");
    within(relays).await.unwrap();
}
