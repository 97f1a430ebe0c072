//! How much of the relay there is for each.

use jumpseat_relay::{
    Proxies,
    testing::{End, HOST_CLAIM, Heard, Host, Session, claim, frame},
};
use jumpseat_wire::{
    CloseCode, FrameKind, VERSION,
    control::{Hello, RelayToHost},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{SESSION, relay_with};

/// JS-RELAY-27.
#[tokio::test]
async fn connections_beyond_the_limit_are_for_who_has_a_claim() {
    for per_address in [true, false] {
        let relay = relay_with(|config| {
            let limits = &mut config.limits;
            *if per_address { &mut limits.connections_per_address } else { &mut limits.connections } = 2;
        })
        .await;
        let mut first = Host::open(relay.address(), SESSION).await;
        let mut second = Host::open(relay.address(), Session(2)).await;
        let mut third = End::connect(relay.address()).await;
        third.say(&Session(3).opening(None, &[])).await;
        assert_eq!(third.closed().await, Some(CloseCode::RelayFull));
        let mut third = End::connect(relay.address()).await;
        third.say(&Hello::LookUp { version: VERSION, code: first.code }).await;
        assert_eq!(third.closed().await, Some(CloseCode::RateLimited));
        let mut third = End::connect(relay.address()).await;
        third
            .say(&Hello::Return { version: VERSION, sid: SESSION.sid(), claim: claim(HOST_CLAIM + 1).0 })
            .await;
        assert_eq!(third.closed().await, Some(CloseCode::NotAllowed));
        // A right claim has a place: the newest of those that have shown nothing makes way.
        let mut back = End::connect(relay.address()).await;
        back.say(&SESSION.returning()).await;
        assert!(matches!(back.message().await, RelayToHost::Returned { .. }));
        assert_eq!(second.end.closed().await, Some(CloseCode::RateLimited));
        assert_eq!(first.end.closed().await, Some(CloseCode::Replaced));
        let code = first.code;
        drop((first, second));
        // A place that is given back can be had: the relay notices by itself.
        loop {
            let mut other = End::connect(relay.address()).await;
            other.say(&Hello::LookUp { version: VERSION, code }).await;
            match other.hear().await {
                Heard::Text(_) => break,
                heard => assert_eq!(heard, Heard::Closed(Some(CloseCode::RateLimited))),
            }
        }
    }
}

/// JS-RELAY-27: who has a seat, and the host that gave it, are known. Nobody takes their places, by a right claim either.
#[tokio::test]
async fn who_has_a_seat_keeps_its_place() {
    let relay = relay_with(|config| config.limits.connections = 2).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let mut seq = 0;
    let mut talk = async |host: &mut Host| {
        guest.frame(frame(FrameKind::ToHost, 1, seq, 160)).await;
        assert_eq!(host.end.next_frame().await.seq, seq);
        seq += 1;
    };
    talk(&mut host).await;
    for hello in [SESSION.taking(1, 0, 0), SESSION.returning()] {
        let mut late = End::connect(relay.address()).await;
        late.say(&hello).await;
        assert_eq!(late.hear().await, Heard::Closed(Some(CloseCode::RateLimited)));
        talk(&mut host).await;
    }
}

/// JS-RELAY-27, JS-RELAY-31: a client that a proxy has named counts for itself, before it asks for anything.
#[tokio::test]
async fn who_says_nothing_behind_a_proxy_keeps_nobody_out() {
    let relay = relay_with(|config| {
        config.trusted_proxies = Proxies::parse("127.0.0.1").unwrap();
        config.limits.connections = 20;
        config.limits.connections_per_address = 2;
        // Nobody is closed for its silence.
        config.timeouts.hello = 3600;
    })
    .await;
    let come = async |last: u8| {
        let mut tcp = TcpStream::connect(relay.address()).await.unwrap();
        let addresses = [203, 0, 113, last, 10, 0, 0, 1, 0x80, 0, 0, 80];
        let named = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"[..], &addresses].concat();
        tcp.write_all(&named).await.unwrap();
        tcp
    };
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(come(66).await);
    }
    // All but those two and one that waits are gone.
    for tcp in &mut silent[2..39] {
        assert_eq!(tcp.read(&mut [0; 10]).await.unwrap_or(0), 0);
    }
    let mut neighbor = End::asking(come(7).await, &[]).await.unwrap();
    neighbor.open(SESSION, None, &[]).await;
    assert!(matches!(neighbor.message().await, RelayToHost::Opened { .. }));
}

/// JS-RELAY-3.
#[tokio::test]
async fn a_full_relay_says_so() {
    let relay = relay_with(|config| config.limits.rooms = 1).await;
    let _host = Host::open(relay.address(), SESSION).await;
    let mut other = End::connect(relay.address()).await;
    other.open(Session(1), None, &[]).await;
    assert_eq!(other.closed().await, Some(CloseCode::RelayFull));
}

/// JS-RELAY-3.
#[tokio::test]
async fn a_room_has_as_many_seats_as_the_settings_say() {
    let relay = relay_with(|config| config.limits.guests = 2).await;
    let mut end = End::connect(relay.address()).await;
    end.open(SESSION, None, &[]).await;
    let RelayToHost::Opened { max_guests, .. } = end.message().await else { panic!("not opened") };
    assert_eq!(max_guests, 2);
    let mut other = End::connect(relay.address()).await;
    other.say(&Session(1).opening(None, &[1, 2, 3])).await;
    assert_eq!(other.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-26.
#[tokio::test]
async fn a_session_expires() {
    let relay = relay_with(|config| config.timeouts.session = 1).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    assert_eq!(guest.closed().await, Some(CloseCode::Expired));
    assert_eq!(host.end.closed().await, Some(CloseCode::Expired));
}

/// JS-RELAY-17, JS-RELAY-27.
#[tokio::test]
async fn one_that_sends_too_many_messages_waits_and_loses_nothing() {
    let relay = relay_with(|config| config.limits.messages_per_second = 50).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let start = tokio::time::Instant::now();
    for seq in 0..100 {
        guest.frame(frame(FrameKind::ToHost, 1, seq, 160)).await;
        // One by one, so that they come in more than one read.
        assert_eq!(host.end.next_frame().await.seq, seq);
    }
    assert!(start.elapsed().as_millis() > 900, "{:?}", start.elapsed());
}
