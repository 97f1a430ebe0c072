//! How much of the relay there is for each.

use jumpseat_relay::testing::{End, Host, opening};
use jumpseat_wire::{CloseCode, SessionId, control::RelayToHost};
use tokio::{io::AsyncReadExt as _, net::TcpStream};

use crate::{SID, relay_with};

/// JS-RELAY-27.
#[tokio::test]
async fn connections_beyond_the_limit_are_not_served() {
    for per_prefix in [true, false] {
        let relay = relay_with(|config| {
            let limits = &mut config.limits;
            *if per_prefix { &mut limits.connections_per_prefix } else { &mut limits.connections } = 2;
        })
        .await;
        let first = Host::open(relay.address(), SID).await;
        let _second = Host::open(relay.address(), SessionId([2; 16])).await;
        let mut third = TcpStream::connect(relay.address()).await.unwrap();
        assert_eq!(third.read(&mut [0; 10]).await.unwrap_or(0), 0, "closed at once");
        // A place that is given back can be had: the relay notices by itself.
        drop(first);
        loop {
            let tcp = TcpStream::connect(relay.address()).await.unwrap();
            if tcp_is_served(tcp).await {
                break;
            }
        }
    }
}

async fn tcp_is_served(mut tcp: TcpStream) -> bool {
    use tokio::io::AsyncWriteExt as _;
    let _ = tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.is_ok() && answer.starts_with(b"HTTP/1.1 200")
}

/// JS-RELAY-3.
#[tokio::test]
async fn a_full_relay_says_so() {
    let relay = relay_with(|config| config.limits.rooms = 1).await;
    let _host = Host::open(relay.address(), SID).await;
    let mut other = End::connect(relay.address()).await;
    other.say(&opening(SessionId([1; 16]), None, &[])).await;
    assert_eq!(other.closed().await, Some(CloseCode::RelayFull));
}

/// JS-RELAY-3.
#[tokio::test]
async fn a_room_has_as_many_seats_as_the_settings_say() {
    let relay = relay_with(|config| config.limits.guests = 2).await;
    let mut end = End::connect(relay.address()).await;
    end.say(&opening(SID, None, &[])).await;
    let RelayToHost::Opened { max_guests, .. } = end.message().await else { panic!("not opened") };
    assert_eq!(max_guests, 2);
    let mut other = End::connect(relay.address()).await;
    other.say(&opening(SessionId([1; 16]), None, &[1, 2, 3])).await;
    assert_eq!(other.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-26.
#[tokio::test]
async fn a_session_expires() {
    let relay = relay_with(|config| config.timeouts.session = 1).await;
    let mut host = Host::open(relay.address(), SID).await;
    let mut guest = host.seat(relay.address(), 1).await;
    assert_eq!(guest.closed().await, Some(CloseCode::Expired));
    assert_eq!(host.end.closed().await, Some(CloseCode::Expired));
}

/// JS-RELAY-17, JS-RELAY-27.
#[tokio::test]
async fn one_that_sends_too_many_messages_waits_and_loses_nothing() {
    use jumpseat_relay::testing::frame;
    use jumpseat_wire::FrameKind;
    let relay = relay_with(|config| config.limits.messages_per_second = 50).await;
    let mut host = Host::open(relay.address(), SID).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let start = tokio::time::Instant::now();
    for seq in 0..100 {
        guest.frame(frame(FrameKind::ToHost, 1, seq, 160)).await;
        // One by one, so that they come in more than one read.
        assert_eq!(host.end.next_frame().await.seq, seq);
    }
    assert!(start.elapsed().as_millis() > 900, "{:?}", start.elapsed());
}
