//! How a relay stops.

use jumpseat_relay::testing::{End, Host};
use jumpseat_wire::{
    CloseCode, VERSION,
    control::{Hello, RelayToGuest},
};
use tokio::net::TcpStream;

use crate::{SESSION, relay, relay_with};

/// JS-RELAY-28.
#[tokio::test]
async fn everyone_is_told() {
    let relay = relay().await;
    let address = relay.address();
    let mut host = Host::open(address, SESSION).await;
    let mut guest = host.seat(address, 1).await;
    let mut looking = End::connect(address).await;
    looking.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    looking.message::<RelayToGuest>().await;
    let mut silent = End::connect(address).await;
    let _half = TcpStream::connect(address).await.unwrap();
    let all = async { tokio::join!(host.end.closed(), guest.closed(), looking.closed(), silent.closed()) };
    let ((a, b, c, d), ()) = tokio::join!(all, relay.stop());
    assert_eq!([a, b, c, d], [Some(CloseCode::ShuttingDown); 4]);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

/// JS-RELAY-28.
#[tokio::test]
async fn who_does_not_listen_does_not_hold_it_up() {
    let relay = relay_with(|config| config.timeouts.stop = 1).await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let _never_reads = host.seat(relay.address(), 1).await;
    for seq in 0..200 {
        host.end.group(seq, 32_000).await;
    }
    // It ends at all: with the relay's own limit of one second, whatever that guest still owes.
    tokio::join!(host.end.closed(), relay.stop());
}

#[tokio::test]
async fn a_relay_that_is_dropped_stops_too() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    drop(relay);
    assert_eq!(host.end.closed().await, Some(CloseCode::ShuttingDown));
}
