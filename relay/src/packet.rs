//! Outgoing WebSocket messages, built once however many ends they go to (RFC 6455 section 5.2; a server
//! does not mask).

use std::sync::Arc;

use bytes::Bytes;
use jumpseat_wire::{CloseCode, Nonce, control, control::RelayToHost};
use serde::Serialize;

use crate::budget::Meter;

const FIN_TEXT: u8 = 0x81;
const FIN_BINARY: u8 = 0x82;
const FIN_CLOSE: u8 = 0x88;

/// A ping without payload.
pub(crate) const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// A sealed frame as a binary message, in an allocation of exactly its size: a ring entry never keeps a
/// larger read buffer alive. It counts at the meter for as long as it is anywhere.
pub(crate) fn frame(payload: &[u8], meter: &Arc<Meter>) -> Bytes {
    meter.keep(message(FIN_BINARY, payload))
}

/// A control message as a text message, counted as a frame is.
pub(crate) fn text(message_: &impl Serialize, meter: &Arc<Meter>) -> Bytes {
    meter.keep(message(FIN_TEXT, control::encode(message_).as_bytes()))
}

/// What is said before there is a room, for whose meter it would count.
pub(crate) fn challenge(nonce: Nonce) -> Bytes {
    message(FIN_TEXT, control::encode(&RelayToHost::Challenge { nonce }).as_bytes()).into()
}

/// A close message with its code and reason.
pub(crate) fn close(code: CloseCode) -> Bytes {
    let payload = [&(code as u16).to_be_bytes()[..], code.reason().as_bytes()].concat();
    message(FIN_CLOSE, &payload).into()
}

fn message(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + payload.len());
    bytes.push(first);
    match payload.len() {
        short @ ..=125 => bytes.push(short as u8),
        long => {
            let long = u16::try_from(long).expect("frames and control messages are below 64 KiB");
            bytes.push(126);
            bytes.extend_from_slice(&long.to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use jumpseat_wire::limits::MAX_FRAME_LEN;
    use proptest::prelude::*;
    use tungstenite::{Message, WebSocket, protocol::Role};

    use super::*;

    fn read(bytes: Bytes) -> Message {
        WebSocket::from_raw_socket(Cursor::new(bytes.to_vec()), Role::Client, None).read().unwrap()
    }

    proptest! {
        #[test]
        fn frames_are_read_by_a_library(len in 0..=MAX_FRAME_LEN) {
            let payload = vec![7; len];
            prop_assert_eq!(read(message(FIN_BINARY, &payload).into()), Message::Binary(payload.into()));
        }
    }

    #[test]
    fn close_and_ping_are_read_by_a_library() {
        for code in CloseCode::ALL {
            let Message::Close(Some(close)) = read(close(code)) else { panic!("no close message") };
            assert_eq!((u16::from(close.code), close.reason.as_str()), (code as u16, code.reason()));
        }
        assert_eq!(read(PING), Message::Ping(Bytes::new()));
    }
}
