//! The control messages between an end and the relay.

use std::fmt::Debug;

use jumpseat_wire::control::{
    GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost, Seat, decode, encode,
};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    round_trip::<Hello>(text);
    round_trip::<HostToRelay>(text);
    round_trip::<RelayToHost>(text);
    round_trip::<GuestToRelay>(text);
    round_trip::<RelayToGuest>(text);
    round_trip::<Seat>(text);
}

fn round_trip<M: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(text: &str) {
    if let Ok(message) = decode::<M>(text) {
        assert_eq!(decode(&encode(&message)), Ok(message), "a message reads back as itself");
    }
}
