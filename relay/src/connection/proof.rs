//! A host proves that the session it opens is its own (JS-RELAY-33): the session's name is a hash of the host's public
//! keys, and what it said to open the room is signed with one of them, over a nonce of this connection. So a name that
//! others know is nobody's to take, and what was signed once opens nothing again.

use std::future::poll_fn;

use ed25519_dalek::{Signature, VerifyingKey};
use jumpseat_wire::{CloseCode, Nonce, control, control::HostToRelay, opening};

use super::{Ending, receive::receive_text};
use crate::{packet, socket::Socket};

/// Has the host sign what it said, with the key in its bundle.
pub(super) async fn ask(socket: &mut Socket, bundle: &[u8], said: String) -> Result<(), Ending> {
    let mut nonce = Nonce([0; 32]);
    getrandom::fill(&mut nonce.0).map_err(|_| Ending::Close(CloseCode::RelayFull))?;
    let signed = opening::signed(&nonce, &said);
    drop(said);
    socket.out.push_back(packet::challenge(nonce));
    poll_fn(|cx| socket.poll_write(cx)).await.map_err(|_| Ending::Gone)?;
    let Ok(HostToRelay::Prove { signature }) = control::decode(&receive_text(socket).await?) else {
        return Err(Ending::Close(CloseCode::BadMessage));
    };
    if is_by(bundle, &signed, &signature.0) { Ok(()) } else { Err(Ending::Close(CloseCode::NotAllowed)) }
}

fn is_by(bundle: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = opening::signing_key(bundle).and_then(|key| VerifyingKey::from_bytes(key).ok());
    // Strictly: a weak key signs anything for anyone.
    key.is_some_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
