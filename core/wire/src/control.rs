//! Control messages: the text frames between an end and the relay (rules JS-CTL-…).
//!
//! A connection opens with one [`Hello`]; what it says decides which of the other four enums follow. All
//! acknowledgements name the *next* frame that is expected, so 0 means "nothing yet".
//!
//! ```text
//! host   Hello::Open            → RelayToHost::Challenge → Prove → Opened  → HostToRelay ⇄ RelayToHost
//! host   Hello::Return          → RelayToHost::Returned            → HostToRelay ⇄ RelayToHost
//! guest  Hello::LookUp          → RelayToGuest::Bundle → knock → Welcome  → GuestToRelay ⇄ RelayToGuest
//! guest  Hello::TakeSeat        → RelayToGuest::Seated             → GuestToRelay ⇄ RelayToGuest
//! ```

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Blob, Claim, ClaimHash, InviteCode, KnockId, Nonce, SessionId, Signature, Slot, WireError,
    limits::MAX_CONTROL_LEN,
};

/// The first message of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Hello {
    /// A host opens a room, or opens it again at a relay that lost it, and [proves](HostToRelay::Prove) that it is
    /// its own: the bundle [names](crate::opening::session_id) the session.
    Open {
        /// The protocol's version.
        version: u8,
        /// What guests check their token against, and the relay the host's signature.
        bundle: Blob,
        /// What the host will show to take the room back.
        claim: ClaimHash,
        /// The code that the session had before, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<InviteCode>,
        /// The seats that the session has already.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seats: Vec<Seat>,
    },
    /// A host takes its room back after a lost connection.
    Return {
        /// The protocol's version.
        version: u8,
        /// The session.
        sid: SessionId,
        /// The secret behind [`Hello::Open`]'s hash.
        claim: Claim,
    },
    /// A guest asks for the session behind a code.
    LookUp {
        /// The protocol's version.
        version: u8,
        /// The code.
        code: InviteCode,
    },
    /// A guest takes its seat back after a lost connection.
    TakeSeat {
        /// The protocol's version.
        version: u8,
        /// The session.
        sid: SessionId,
        /// Its slot.
        slot: Slot,
        /// The secret behind the seat's hash.
        claim: Claim,
        /// The next group frame that it expects.
        group: u64,
        /// The next host-to-guest frame that it expects.
        pair: u64,
    },
}

/// A seat as the relay knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seat {
    /// Its slot.
    pub slot: Slot,
    /// What its guest will show to take it back.
    pub claim: ClaimHash,
}

/// Host to relay, once its room is open or about to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HostToRelay {
    /// Answers [`RelayToHost::Challenge`]: the room that it opens is its own.
    Prove {
        /// Of [this](crate::opening::signed), by the key in the bundle.
        signature: Signature,
    },
    /// Seats the guest that knocked and hands it the welcome.
    Welcome {
        /// Whose knock.
        knock: KnockId,
        /// The seat it gets.
        #[serde(flatten)]
        seat: Seat,
        /// The sealed welcome.
        data: Blob,
    },
    /// Sends the guest that knocked away.
    Refuse {
        /// Whose knock.
        knock: KnockId,
        /// The sealed reason, for one that holds a token; nothing for anyone else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Blob>,
        /// Whether the knock counts against the limit of failed ones.
        #[serde(default)]
        failed: bool,
    },
    /// Which of a guest's frames the host has taken.
    Ack {
        /// The guest.
        slot: Slot,
        /// The next guest-to-host frame that is expected.
        pair: u64,
    },
    /// Takes a seat away and closes its connection.
    Remove {
        /// The guest.
        slot: Slot,
    },
    /// Ends the session for everyone.
    End,
}

/// Relay to host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RelayToHost {
    /// A room is opened for whoever signs this.
    Challenge {
        /// Never given before.
        nonce: Nonce,
    },
    /// The room is open.
    Opened {
        /// Where guests find it.
        code: InviteCode,
        /// When the relay will end it, in seconds from now.
        expires_in: u64,
        /// How many seats it has.
        max_guests: u16,
    },
    /// The room is the host's again.
    Returned {
        /// The next group frame that the relay expects.
        group: u64,
    },
    /// Someone knocks.
    Knock {
        /// The number to answer under.
        knock: KnockId,
        /// The sealed knock.
        data: Blob,
    },
    /// Someone who knocked went away before the answer.
    KnockGone {
        /// The number.
        knock: KnockId,
    },
    /// Which group frames the relay has taken.
    Ack {
        /// The next group frame that is expected.
        group: u64,
    },
    /// Which host-to-guest frames a guest has taken.
    Acked {
        /// The guest.
        slot: Slot,
        /// The next host-to-guest frame that it expects.
        pair: u64,
    },
    /// A guest has a connection (again); it expects this frame next.
    Present {
        /// The guest.
        slot: Slot,
        /// The next host-to-guest frame that it expects.
        pair: u64,
    },
    /// A guest has no connection for now; its seat is kept.
    Absent {
        /// The guest.
        slot: Slot,
    },
}

/// Guest to relay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GuestToRelay {
    /// Asks the host for a seat.
    Knock {
        /// The sealed knock.
        data: Blob,
    },
    /// Which frames this guest has taken.
    Ack {
        /// The next group frame that it expects.
        group: u64,
        /// The next host-to-guest frame that it expects.
        pair: u64,
    },
}

/// Relay to guest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RelayToGuest {
    /// The session behind the code.
    Bundle {
        /// What the token is checked against.
        bundle: Blob,
        /// Whether the host is connected.
        host_present: bool,
    },
    /// The host's answer: a seat.
    Welcome {
        /// The sealed welcome.
        data: Blob,
    },
    /// The host's answer: no.
    Refused {
        /// The sealed reason, for a guest that holds a token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Blob>,
    },
    /// The seat is this connection's again.
    Seated {
        /// Whether the host is connected.
        host_present: bool,
    },
    /// Which of this guest's frames the host has taken.
    Acked {
        /// The next guest-to-host frame that is expected.
        pair: u64,
    },
    /// The host's connection came or went.
    Host {
        /// Whether it is connected now.
        present: bool,
    },
}

/// A control message as the text of a WebSocket frame.
pub fn encode(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("control messages have string keys and finite numbers")
}

/// Reads a control message.
///
/// # Errors
/// [`WireError::TooLong`] beyond [`MAX_CONTROL_LEN`], [`WireError::Control`] for text that is no such
/// message.
pub fn decode<M: DeserializeOwned>(text: &str) -> Result<M, WireError> {
    if text.len() > MAX_CONTROL_LEN {
        return Err(WireError::TooLong { limit: MAX_CONTROL_LEN, found: text.len() });
    }
    serde_json::from_str(text).map_err(|error| WireError::Control(error.to_string()))
}

#[cfg(test)]
mod tests;
