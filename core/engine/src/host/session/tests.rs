//! A host against a relay that does not read and says the same thing thousands of times.

use std::{future::poll_fn, time::Instant};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_session::{
    Admission, Entropy, GuestCard, InviteTerms, Role, Token,
    guest::{Guest, GuestConfig, GuestOutput},
    host::HostConfig,
};
use jumpseat_wire::{
    Blob, InviteCode,
    control::{self, GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use super::*;
use crate::transport::{Address, Dialer, MAX_WAITING, Proxies, TransportSetup};

/// What a join costs this host in bytes: a picture.
const PICTURE: usize = 200 * 1024;

type Socket = WebSocketStream<TcpStream>;

async fn say(socket: &mut Socket, message: &RelayToHost) {
    // The host may have hung up: that is one way to bound it.
    let _ = socket.send(Message::text(control::encode(message))).await;
}

async fn hear(socket: &mut Socket) -> String {
    loop {
        if let Message::Text(text) = socket.next().await.expect("a message").expect("a sound one") {
            return text.to_string();
        }
    }
}

/// What a guest wants to say at the relay, frames left aside.
fn said(guest: &mut Guest) -> (Vec<String>, Vec<Bytes>) {
    let (mut texts, mut frames) = (Vec::new(), Vec::new());
    while let Some(output) = guest.poll() {
        match output {
            GuestOutput::Text(text) => texts.push(text),
            GuestOutput::Frame(frame) => frames.push(frame),
            _ => {}
        }
    }
    (texts, frames)
}

/// Seats a genuine guest, then reads nothing more and says `rubbish` again and again.
async fn hostile(listener: TcpListener, token: Token, rubbish: Vec<RelayToHost>, times: usize) {
    let (stream, _) = listener.accept().await.unwrap();
    let mut socket = accept_async(stream).await.unwrap();
    let Hello::Open { bundle, .. } = control::decode(&hear(&mut socket).await).unwrap() else {
        panic!("the host opens nothing")
    };
    let code = InviteCode::from_random([7; 5]);
    say(&mut socket, &RelayToHost::Opened { code, expires_in: 86_400, max_guests: 20 }).await;

    let card = GuestCard { name: "Bo".into(), program: "test".into() };
    let config = GuestConfig { code, token, card, key: None, key_timing: false };
    let now = Millis(0);
    let mut guest = Guest::new(config, Entropy::system(), now);
    guest.connected(now);
    said(&mut guest);
    let found = RelayToGuest::Bundle { bundle, host_present: true };
    guest.relay_text(now, &control::encode(&found)).unwrap();
    let (texts, _) = said(&mut guest);
    let GuestToRelay::Knock { data } = control::decode(&texts[0]).unwrap() else { panic!("no knock") };
    say(&mut socket, &RelayToHost::Knock { knock: 1, data }).await;
    let data: Blob = loop {
        if let Ok(HostToRelay::Welcome { data, .. }) = control::decode(&hear(&mut socket).await) {
            break data;
        }
    };
    guest.relay_text(now, &control::encode(&RelayToGuest::Welcome { data })).unwrap();
    for frame in said(&mut guest).1 {
        socket.send(Message::Binary(frame)).await.unwrap();
    }
    for _ in 0..times {
        for message in &rubbish {
            if socket.send(Message::text(control::encode(message))).await.is_err() {
                return;
            }
        }
    }
}

/// A session at a relay of this kind, driven until the relay has said everything or was left. Gives the most that
/// waited for it, in bytes.
async fn waiting_at_most(rubbish: Vec<RelayToHost>, times: usize) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = format!("ws://{}", listener.local_addr().unwrap());
    let began = Instant::now();
    let now = || Millis(began.elapsed().as_millis() as u64);
    let mut host = Host::new(HostConfig::new("Ann", 0), Entropy::system(), now());
    let terms =
        InviteTerms { role: Role::Viewer, admission: Admission::Open, expires_in: None, max_uses: None };
    let invite = host.create_invite(now(), terms).unwrap();
    let stream = host.open_terminal(now(), "sh", 80, 24).unwrap();
    let setup = TransportSetup { proxies: Proxies::none(), ..TransportSetup::default() };
    let line = RelayConnection::new(Dialer::new(Address::parse(&relay).unwrap(), setup));
    let (answer, _opened) = oneshot::channel();
    let mut session = Session::new(SessionNo(1), host, line, (relay, None), None, (answer, invite.id));
    session.streams.insert(stream, TerminalNo(1));
    let relay = tokio::spawn(hostile(listener, invite.token, rubbish, times));

    let (mut effects, mut most) = (Vec::new(), 0);
    tokio::pin!(relay);
    let driven = poll_fn(|cx| {
        loop {
            let moved = session.poll_line(cx, now(), &mut effects);
            session.act(now(), &mut effects);
            session.tick(now(), &mut effects);
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Snapshot { ticket, .. } => {
                        session.host.snapshot_ready(now(), ticket, vec![7; PICTURE].into());
                    }
                    Effect::Mark(HostPath::Connection(_)) => return Poll::Ready(()),
                    _ => {}
                }
            }
            session.act(now(), &mut effects);
            most = most.max(session.line.waiting());
            session.line.flush(cx);
            if !moved {
                return relay.as_mut().poll(cx).map(drop);
            }
        }
    });
    tokio::time::timeout(Duration::from_secs(60), driven).await.expect("the relay gets through");
    most
}

/// JS-LINK-7.
#[tokio::test]
async fn a_relay_that_does_not_read_and_repeats_itself_makes_nothing_grow() {
    let present = RelayToHost::Present { slot: 1, pair: 0 };
    let absent = RelayToHost::Absent { slot: 1 };
    let unknown = RelayToHost::Present { slot: 99, pair: 0 };
    let knock = RelayToHost::Knock { knock: 7, data: Blob(vec![1; 20 * 1024]) };
    for (rubbish, times) in [
        (vec![present.clone()], 4000),
        (vec![present, absent], 2000),
        (vec![unknown], 4000),
        (vec![knock], 100),
    ] {
        let most = waiting_at_most(rubbish.clone(), times).await;
        assert!(most <= MAX_WAITING, "{rubbish:.60?}: {most} bytes wait");
    }
}
