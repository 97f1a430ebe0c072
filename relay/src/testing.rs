//! Ends that speak the protocol with made-up ciphertext: the relay cannot tell (feature `testing`).
//!
//! They panic on anything unexpected, as tests do.

pub mod load;

use std::net::SocketAddr;

use bytes::Bytes;
use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::{SinkExt as _, StreamExt as _};
use jumpseat_wire::{
    Blob, Claim, ClaimHash, CloseCode, FrameHeader, FrameKind, HEADER_LEN, InviteCode, KnockId, Nonce,
    SessionId, Signature, Slot, VERSION, control,
    control::{GuestToRelay, Hello, HostToRelay, RelayToGuest, RelayToHost, Seat},
    opening::{self, session_id},
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message, client::IntoClientRequest as _, http::HeaderValue, protocol::WebSocketConfig,
    },
};

use crate::SESSION_PATH;

/// One end of a connection to a relay.
pub struct End {
    /// The WebSocket, for what the methods do not do.
    pub socket: WebSocketStream<TcpStream>,
}

/// Something that an end received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// A control message.
    Text(String),
    /// A frame.
    Frame(FrameHeader, Bytes),
    /// The relay closed the connection, with a code of ours if it gave one.
    Closed(Option<CloseCode>),
}

impl End {
    /// Connects.
    pub async fn connect(relay: SocketAddr) -> Self {
        let stream = TcpStream::connect(relay).await.expect("the relay listens");
        Self::over(stream).await
    }

    /// Connects as a proxy does for a client at this address.
    pub async fn connect_for(relay: SocketAddr, client: &str) -> Self {
        let stream = TcpStream::connect(relay).await.expect("the relay listens");
        Self::asking(stream, &[("x-forwarded-for", client)]).await.expect("an upgrade")
    }

    /// Connects over a stream that exists already.
    pub async fn over(stream: TcpStream) -> Self {
        Self::asking(stream, &[]).await.expect("an upgrade")
    }

    /// Connects with these headers in the request.
    ///
    /// # Errors
    /// When the relay does not upgrade the connection.
    pub async fn asking(stream: TcpStream, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        stream.set_nodelay(true).expect("a TCP stream");
        let relay = stream.peer_addr().expect("a connected stream");
        // As frugal as the relay: a thousand of them fit in one process.
        let config = WebSocketConfig::default().read_buffer_size(64 * 1024).write_buffer_size(0);
        let mut request = format!("ws://{relay}{SESSION_PATH}").into_client_request()?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header's value");
            if *name == "host" {
                request.headers_mut().insert(*name, value);
            } else {
                request.headers_mut().append(*name, value);
            }
        }
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { socket })
    }

    /// Sends a control message.
    pub async fn say(&mut self, message: &impl Serialize) {
        self.text(&control::encode(message)).await;
    }

    /// Asks for a room and signs for it, if the relay asks for that; what comes of it is still to be heard.
    pub async fn open(&mut self, session: Session, code: Option<InviteCode>, slots: &[Slot]) {
        let hello = control::encode(&session.opening(code, slots));
        self.text(&hello).await;
        let RelayToHost::Challenge { nonce } = self.message().await else { panic!("not challenged") };
        self.say(&session.prove(&nonce, &hello)).await;
    }

    /// Sends text.
    pub async fn text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends a frame.
    pub async fn frame(&mut self, frame: Bytes) {
        self.send(Message::Binary(frame)).await;
    }

    /// Sends a frame from the host to all.
    pub async fn group(&mut self, seq: u64, len: usize) {
        self.frame(frame(FrameKind::Group, 0, seq, len)).await;
    }

    /// The next thing that comes.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.to_string()),
                Some(Ok(Message::Binary(frame))) => {
                    let (header, _) = FrameHeader::decode(&frame).expect("the relay sends sound frames");
                    return Heard::Frame(header, frame);
                }
                Some(Ok(Message::Close(close))) => {
                    return Heard::Closed(close.and_then(|close| CloseCode::from_u16(close.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(None),
            }
        }
    }

    /// The next control message, frames left out.
    pub async fn message<M: DeserializeOwned>(&mut self) -> M {
        loop {
            match self.hear().await {
                Heard::Text(text) => {
                    return control::decode(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                }
                Heard::Frame(..) => {}
                Heard::Closed(code) => panic!("closed: {code:?}"),
            }
        }
    }

    /// The next frame, control messages left out.
    pub async fn next_frame(&mut self) -> FrameHeader {
        loop {
            match self.hear().await {
                Heard::Frame(header, _) => return header,
                Heard::Text(_) => {}
                Heard::Closed(code) => panic!("closed: {code:?}"),
            }
        }
    }

    /// Why the relay closes the connection, everything before it left out.
    pub async fn closed(&mut self) -> Option<CloseCode> {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }

    async fn send(&mut self, message: Message) {
        // The relay may have closed; what comes next says so.
        let _ = self.socket.send(message).await;
    }
}

/// A session whose host's keys are made of this number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session(pub u32);

impl Session {
    /// Its name.
    pub fn sid(self) -> SessionId {
        session_id(&self.bundle())
    }

    /// Its host's public keys, of which the relay knows one.
    pub fn bundle(self) -> Vec<u8> {
        [&[7; 1219], &self.key().verifying_key().to_bytes()[..]].concat()
    }

    /// What its host says to open a room, or to open it again.
    pub fn opening(self, code: Option<InviteCode>, slots: &[Slot]) -> Hello {
        let seats = slots.iter().map(|slot| Seat { slot: *slot, claim: claim(*slot as u8).1 }).collect();
        let (bundle, claim) = (Blob(self.bundle()), claim(HOST_CLAIM).1);
        Hello::Open { version: VERSION, bundle, claim, code, seats }
    }

    /// What its host says when it is challenged.
    pub fn prove(self, nonce: &Nonce, hello: &str) -> HostToRelay {
        let signature = Signature(self.key().sign(&opening::signed(nonce, hello)).to_bytes());
        HostToRelay::Prove { signature }
    }

    /// What its host says to come back.
    pub fn returning(self) -> Hello {
        Hello::Return { version: VERSION, sid: self.sid(), claim: claim(HOST_CLAIM).0 }
    }

    /// What a guest says to take its seat back.
    pub fn taking(self, slot: Slot, group: u64, pair: u64) -> Hello {
        let (sid, claim) = (self.sid(), claim(slot as u8).0);
        Hello::TakeSeat { version: VERSION, sid, slot, claim, group, pair }
    }

    fn key(self) -> SigningKey {
        SigningKey::from_bytes(&Sha256::digest(self.0.to_be_bytes()).into())
    }
}

/// A claim that this number stands for, and its hash.
pub fn claim(number: u8) -> (Claim, ClaimHash) {
    let claim = Claim([number; 32]);
    let hash = ClaimHash(Sha256::digest(claim.0).into());
    (claim, hash)
}

/// A frame of this whole length.
pub fn frame(kind: FrameKind, slot: Slot, seq: u64, len: usize) -> Bytes {
    let mut bytes = vec![0xa5; len.max(HEADER_LEN)];
    bytes[..HEADER_LEN].copy_from_slice(&FrameHeader { kind, slot, epoch: 0, seq }.encode());
    bytes.into()
}

/// A host with its room.
pub struct Host {
    /// Its connection.
    pub end: End,
    /// Where guests find it.
    pub code: InviteCode,
}

/// The claim of every [`Host`].
pub const HOST_CLAIM: u8 = 0;

impl Host {
    /// Opens a room.
    pub async fn open(relay: SocketAddr, session: Session) -> Self {
        let mut end = End::connect(relay).await;
        end.open(session, None, &[]).await;
        let RelayToHost::Opened { code, .. } = end.message().await else { panic!("not opened") };
        Self { end, code }
    }

    /// Lets one more guest in, under a claim of its slot's number.
    pub async fn seat(&mut self, relay: SocketAddr, slot: Slot) -> End {
        let mut guest = End::connect(relay).await;
        guest.say(&Hello::LookUp { version: VERSION, code: self.code }).await;
        let RelayToGuest::Bundle { .. } = guest.message().await else { panic!("no bundle") };
        guest.say(&GuestToRelay::Knock { data: Blob(vec![1; 64]) }).await;
        let knock = self.knocked().await;
        self.welcome(knock, slot).await;
        let RelayToGuest::Welcome { .. } = guest.message().await else { panic!("no welcome") };
        guest
    }

    /// Waits for a knock.
    pub async fn knocked(&mut self) -> KnockId {
        loop {
            if let RelayToHost::Knock { knock, .. } = self.end.message().await {
                return knock;
            }
        }
    }

    /// Answers a knock with a seat.
    pub async fn welcome(&mut self, knock: KnockId, slot: Slot) {
        let seat = Seat { slot, claim: claim(slot as u8).1 };
        self.end.say(&HostToRelay::Welcome { knock, seat, data: Blob(vec![2; 64]) }).await;
    }
}
