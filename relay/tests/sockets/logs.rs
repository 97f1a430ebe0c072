//! What the relay writes down.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use jumpseat_relay::testing::{End, HOST_CLAIM, Host, Session, claim, frame};
use jumpseat_wire::{
    Blob, CloseCode, FrameKind, InviteCode, VERSION, blob,
    control::{GuestToRelay, Hello, HostToRelay, RelayToGuest},
};
use sha2::{Digest as _, Sha256};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::relay;

const SECRET: Session = Session(0xc3);

/// Writes every event and span down, of whatever level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut Line(&mut self.0.lock().expect("nobody panics while it writes")));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.0.lock().expect("nobody panics while it writes")));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&mut self.0.lock().expect("nobody panics while it writes")));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// How bytes may be written.
fn spellings(bytes: &[u8]) -> [String; 3] {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [hex, blob::encode(bytes), format!("{bytes:?}")]
}

/// JS-RELAY-29.
#[tokio::test]
async fn logs_tell_sessions_apart_and_nothing_of_them() {
    let logs = Everything::default();
    // For this thread alone: the relay's tasks run on it.
    let _guard = tracing::subscriber::set_default(logs.clone());
    let relay = relay().await;
    let mut host = Host::open(relay.address(), SECRET).await;
    let mut guest = host.seat(relay.address(), 1).await;
    host.end.frame(frame(FrameKind::Group, 0, 0, 300)).await;
    guest.next_frame().await;
    guest.frame(frame(FrameKind::ToHost, 1, 0, 160)).await;
    host.end.next_frame().await;

    let mut refused = End::connect(relay.address()).await;
    refused.say(&Hello::LookUp { version: VERSION, code: host.code }).await;
    refused.message::<RelayToGuest>().await;
    refused.say(&GuestToRelay::Knock { data: Blob(vec![0xa5; 64]) }).await;
    let knock = host.knocked().await;
    host.end.say(&HostToRelay::Refuse { knock, data: Some(Blob(vec![0xa5; 64])), failed: true }).await;
    assert_eq!(refused.closed().await, Some(CloseCode::Refused));
    let guess = InviteCode::from_random([0x5a; 5]);
    for hello in [
        Hello::LookUp { version: VERSION, code: guess },
        Hello::Return { version: VERSION, sid: SECRET.sid(), claim: claim(0xb7).0 },
        SECRET.taking(7, 0, 0),
    ] {
        let mut end = End::connect(relay.address()).await;
        end.say(&hello).await;
        end.closed().await;
    }
    let mut broken = End::connect(relay.address()).await;
    broken.text(&format!("{} {}", host.code, SECRET.sid())).await;
    broken.closed().await;
    let mut end = End::connect(relay.address()).await;
    end.say(&SECRET.returning()).await;
    assert_eq!(host.end.closed().await, Some(CloseCode::Replaced));
    end.say(&HostToRelay::End).await;
    assert_eq!(end.closed().await, Some(CloseCode::Ended));
    relay.stop().await;

    let logs = logs.0.lock().unwrap();
    let name = &spellings(&Sha256::digest(SECRET.sid().0))[0][..8];
    for word in [name, "room opened", "room closed", "connection closed"] {
        assert!(logs.contains(word), "{word}: {logs}");
    }
    let mut secrets = vec![host.code.to_string(), guess.to_string()];
    for secret in secrets.clone() {
        secrets.push(secret.replace('-', ""));
    }
    let hashes = [HOST_CLAIM, 1, 7, 0xb7].map(|number| claim(number).1.0);
    let claims = [HOST_CLAIM, 1, 7, 0xb7].map(|number| claim(number).0.0);
    let bytes = hashes.iter().chain(&claims).map(|claim| &claim[..6]);
    for bytes in bytes.chain([&SECRET.sid().0[..6], &[0xa5; 6]]) {
        secrets.extend(spellings(bytes).map(|text| text.trim_matches(['[', ']']).to_owned()));
    }
    for secret in secrets {
        assert!(!logs.contains(&secret), "{secret}: {logs}");
    }
}
