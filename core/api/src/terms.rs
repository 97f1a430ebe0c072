//! The words that commands and events are made of.

use std::{fmt, net::IpAddr, time::Duration};

use jumpseat_session::INVITE_LASTS;
pub use jumpseat_session::{
    Admission, Columns, EndReason, GuestInfo, InputRefusal, Role, TextRange, guest::Liveness,
};
use jumpseat_wire::{InviteCode, InviteId, Slot};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// Lines that are given at a time.
pub const MAX_LINES: u64 = 256;

/// A terminal of one engine: counts from 1, never used twice in a process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct TerminalNo(pub u32);

/// A session of one engine: counts from 1, never used twice in a process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct SessionNo(pub u32);

/// A terminal's size in cells; both at least 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Size {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

/// What an invite grants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct InviteTerms {
    /// The role on arrival.
    pub role: Role,
    /// Whom the host is asked about: everybody after the first, unless it says otherwise.
    #[serde(default = "first")]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub admission: Admission,
    /// How long it can be used, in seconds: an hour if left out, as long as the session if null.
    #[serde(default = "an_hour")]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub expires_in: Option<u64>,
    /// How often it can be used.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub max_uses: Option<u32>,
}

fn first() -> Admission {
    Admission::First
}

fn an_hour() -> Option<u64> {
    Some(INVITE_LASTS.as_secs())
}

impl Default for InviteTerms {
    fn default() -> Self {
        jumpseat_session::InviteTerms::default().into()
    }
}

/// An invite, as its host sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Invite {
    /// Its name, for revoking.
    pub id: InviteId,
    /// The session's code at the relay.
    pub code: InviteCode,
    /// Its token and links; only for clients with [`Scope::Everything`](super::Scope::Everything).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub keys: Option<InviteKeys>,
    /// What it grants.
    pub terms: InviteTerms,
    /// How often it was used.
    pub uses: u32,
    /// Who made it; 0 is the host.
    #[serde(default)]
    pub by: Slot,
    /// When it ends, in milliseconds since 1970; with the session if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub expires_at: Option<u64>,
}

/// An invite's token and links. Only the host sees them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct InviteKeys {
    /// `jst1_…`.
    pub token: Secret,
    /// The link that opens the editor, and that `jumpseat join` takes.
    pub link: Secret,
    /// The link that opens the session's page for invites, if it has one.
    pub web_link: Option<Secret>,
}

impl Invite {
    /// Whether it lets nobody more in at `now`, in milliseconds since 1970: its time is over, or its seats are taken.
    pub fn is_over(&self, now: u64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
            || self.terms.max_uses.is_some_and(|most| most <= self.uses)
    }
}

/// Text that opens something: shown to its owner on purpose, never by `Debug`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "string"))]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for a prompt's answer, a link, a file of mode 0600; never for a log or an argument.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where a session is relayed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RelayChoice {
    /// A relay that somebody runs: `wss://…`, or `ws://…` to a loopback or private address.
    Url {
        /// Its address.
        url: String,
    },
    /// One inside this process.
    Embedded {
        /// The address to listen on: loopback, or one of the machine's own in the LAN.
        address: IpAddr,
        /// The port; 0 takes a free one.
        #[serde(default)]
        #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
        port: u16,
    },
}

/// What of a terminal's past its guests may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum StartFrom {
    /// Everything.
    #[default]
    Start,
    /// Nothing before now.
    Now,
    /// From a command block on.
    Block {
        /// The block's number.
        block: u64,
    },
}

/// A seated guest, and what this end knows of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Person {
    /// What everyone in the session is told.
    #[serde(flatten)]
    pub info: GuestInfo,
    /// Whether it asks for the keyboard.
    #[serde(default)]
    pub asks: bool,
    /// The safety words that it and the host see: known to these two.
    #[serde(default)]
    pub words: Vec<String>,
    /// The invite it came by: known to the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub invite: Option<InviteId>,
}

/// A place in a terminal that somebody points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PointAt {
    /// The terminal.
    pub terminal: TerminalNo,
    /// The text.
    #[serde(flatten)]
    pub range: TextRange,
}

/// A line of chat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ChatLine {
    /// Who; 0 is the host.
    pub slot: Slot,
    /// The name it had then.
    pub name: String,
    /// What: sanitized.
    pub text: String,
    /// When, in milliseconds since 1970, by the host's clock.
    pub at: u64,
}

/// The state of an end's line to the relay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConnectionState {
    /// Trying.
    Connecting,
    /// Up.
    Connected,
    /// Down; trying again.
    Away {
        /// Milliseconds until the next try.
        retry_in: u64,
        /// Why, in words.
        reason: String,
    },
}

impl From<InviteTerms> for jumpseat_session::InviteTerms {
    fn from(terms: InviteTerms) -> Self {
        Self {
            role: terms.role,
            admission: terms.admission,
            expires_in: terms.expires_in.map(Duration::from_secs),
            max_uses: terms.max_uses,
        }
    }
}

impl From<jumpseat_session::InviteTerms> for InviteTerms {
    fn from(terms: jumpseat_session::InviteTerms) -> Self {
        Self {
            role: terms.role,
            admission: terms.admission,
            expires_in: terms.expires_in.map(|time| time.as_secs()),
            max_uses: terms.max_uses,
        }
    }
}

impl From<GuestInfo> for Person {
    fn from(info: GuestInfo) -> Self {
        Self { info, asks: false, words: Vec::new(), invite: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("jst1_canary".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(secret.reveal(), "jst1_canary");
    }
}
