//! Whose a room is: a session's name is known to everyone who has its code, and to everyone who was ever in it.

use jumpseat_relay::testing::{End, HOST_CLAIM, Host, Session, claim};
use jumpseat_wire::{
    Blob, CloseCode, Nonce, VERSION, control,
    control::{Hello, HostToRelay, RelayToGuest, RelayToHost, Seat},
};

use crate::{SESSION, relay, relay_with};

/// What somebody says who has the session's bundle and none of its keys: a claim of its own, and guests' seats too.
fn squatting() -> Hello {
    let seats = (1..=20).map(|slot| Seat { slot, claim: claim(99).1 }).collect();
    let (bundle, claim) = (Blob(SESSION.bundle()), claim(99).1);
    Hello::Open { version: VERSION, bundle, claim, code: None, seats }
}

async fn challenged(end: &mut End) -> Nonce {
    let RelayToHost::Challenge { nonce } = end.message().await else { panic!("not challenged") };
    nonce
}

/// JS-RELAY-33: the relay was restarted, and somebody else is there before the host.
#[tokio::test]
async fn who_knows_a_session_by_name_takes_nothing_of_it() {
    let relay = relay().await;
    let mut squatter = End::connect(relay.address()).await;
    let hello = control::encode(&squatting());
    squatter.text(&hello).await;
    // It has keys, but of another session.
    let nonce = challenged(&mut squatter).await;
    squatter.say(&Session(8).prove(&nonce, &hello)).await;
    assert_eq!(squatter.closed().await, Some(CloseCode::NotAllowed));

    let mut host = End::connect(relay.address()).await;
    host.say(&SESSION.returning()).await;
    assert_eq!(host.closed().await, Some(CloseCode::NotFound));
    let mut host = End::connect(relay.address()).await;
    host.open(SESSION, None, &[1]).await;
    assert!(matches!(host.message().await, RelayToHost::Opened { .. }));
    let mut guest = End::connect(relay.address()).await;
    guest.say(&SESSION.taking(1, 0, 0)).await;
    assert!(matches!(guest.message().await, RelayToGuest::Seated { .. }));
}

/// JS-RELAY-33: the signature is over everything that was said, and over this connection's nonce.
#[tokio::test]
async fn a_signature_opens_nothing_but_what_was_signed() {
    let relay = relay().await;
    let genuine = control::encode(&SESSION.opening(None, &[1]));
    // Seen on its way to another relay, or to this one before.
    let seen = SESSION.prove(&Nonce([1; 32]), &genuine);
    let mut replay = End::connect(relay.address()).await;
    replay.text(&genuine).await;
    challenged(&mut replay).await;
    replay.say(&seen).await;
    assert_eq!(replay.closed().await, Some(CloseCode::NotAllowed));
    // Under a claim, a code or seats that the host did not sign.
    let mut moved = End::connect(relay.address()).await;
    moved.say(&squatting()).await;
    let nonce = challenged(&mut moved).await;
    moved.say(&SESSION.prove(&nonce, &genuine)).await;
    assert_eq!(moved.closed().await, Some(CloseCode::NotAllowed));
    // And nothing else answers a challenge.
    let mut silent = End::connect(relay.address()).await;
    silent.text(&genuine).await;
    challenged(&mut silent).await;
    silent.say(&HostToRelay::End).await;
    assert_eq!(silent.closed().await, Some(CloseCode::BadMessage));
    let mut early = End::connect(relay.address()).await;
    early.say(&seen).await;
    assert_eq!(early.closed().await, Some(CloseCode::BadMessage));
    let mut host = Host::open(relay.address(), SESSION).await;
    host.end.say(&seen).await;
    assert_eq!(host.end.closed().await, Some(CloseCode::BadMessage));
}

/// JS-RELAY-33: under a weak key (here the neutral element) a signature says nothing, and so does a bundle without one.
#[tokio::test]
async fn a_weak_key_proves_nothing() {
    let relay = relay().await;
    let mut weak = [0; 32];
    weak[0] = 1;
    for bundle in [weak.to_vec(), vec![7; 31], Vec::new()] {
        let claim = claim(HOST_CLAIM).1;
        let bundle = Blob(bundle);
        let hello = Hello::Open { version: VERSION, bundle, claim, code: None, seats: Vec::new() };
        let mut end = End::connect(relay.address()).await;
        end.say(&hello).await;
        challenged(&mut end).await;
        let mut signature = [0; 64];
        signature[0] = 1;
        end.say(&HostToRelay::Prove { signature: jumpseat_wire::Signature(signature) }).await;
        assert_eq!(end.closed().await, Some(CloseCode::NotAllowed));
    }
}

/// JS-RELAY-3: the host's answer was lost, so it opens its room again; who sits there comes back.
#[tokio::test]
async fn a_host_that_opens_its_room_again_takes_it() {
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SESSION).await;
    let mut guest = host.seat(relay.address(), 1).await;
    let mut again = End::connect(relay.address()).await;
    again.open(SESSION, Some(host.code), &[1]).await;
    let RelayToHost::Opened { code, .. } = again.message().await else { panic!("not opened") };
    assert_eq!(code, host.code);
    assert_eq!(host.end.closed().await, Some(CloseCode::Moved));
    assert_eq!(guest.closed().await, Some(CloseCode::Moved));
    let mut guest = End::connect(relay.address()).await;
    guest.say(&SESSION.taking(1, 0, 0)).await;
    assert!(matches!(guest.message().await, RelayToGuest::Seated { .. }));
    assert_eq!(again.message::<RelayToHost>().await, RelayToHost::Present { slot: 1, pair: 0 });
}

/// JS-RELAY-1: who does not answer the challenge holds a connection no longer than who says nothing.
#[tokio::test]
async fn a_challenge_is_answered_in_time() {
    let relay = relay_with(|config| config.timeouts.hello = 1).await;
    let mut end = End::connect(relay.address()).await;
    end.say(&SESSION.opening(None, &[])).await;
    challenged(&mut end).await;
    assert_eq!(end.closed().await, Some(CloseCode::BadMessage));
}
