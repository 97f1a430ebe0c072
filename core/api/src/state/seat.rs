//! What a seat tells of the session that it is at.

use std::collections::{BTreeMap, BTreeSet};

use jumpseat_panels::PanelKind;
use jumpseat_session::{EndReason, Exit};
use jumpseat_wire::{InviteCode, Slot};
use serde::{Deserialize, Serialize};

use super::Place;
use crate::{
    error::ApiError,
    terms::{ChatLine, ConnectionState, Liveness, Person, PointAt, Role, Secret, Size, TerminalNo},
};

/// A session as its guest sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SeatState {
    /// The session's code at its relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub code: Option<InviteCode>,
    /// How far it is.
    pub phase: Phase,
    /// The line to the relay.
    pub connection: ConnectionState,
    /// Its own slot; 0 before it is seated.
    pub slot: Slot,
    /// The safety words that it and the host see.
    pub words: Vec<String>,
    /// What it may do.
    pub role: Role,
    /// The host's name.
    pub host: String,
    /// Whether the host is connected, as the relay says.
    pub host_present: bool,
    /// Since when nothing new can come, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub offline_since: Option<u64>,
    /// Every guest, this one included.
    pub guests: BTreeMap<Slot, Person>,
    /// The terminals that are shared.
    pub terminals: BTreeMap<TerminalNo, SharedTerminal>,
    /// The terminal that the host has in front: only there keys count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub looking: Option<TerminalNo>,
    /// How far the picture is behind the host's.
    pub liveness: Liveness,
    /// Terminals whose picture may be incomplete until a new one arrives. Keys are not sent to them meanwhile.
    pub catching_up: BTreeSet<TerminalNo>,
    /// Who types, and where; 0 is the host.
    pub typing: BTreeMap<Slot, TerminalNo>,
    /// Who points at what; 0 is the host.
    pub pointing: BTreeMap<Slot, PointAt>,
    /// The newest lines of the chat.
    pub chat: BTreeMap<u64, ChatLine>,
    /// The panels that are shared. Their contents arrive in [`GuestEvent::Panel`](crate::GuestEvent::Panel).
    pub panels: BTreeSet<PanelKind>,
    /// The newest invites that this co-owner asked for.
    pub invites: BTreeMap<u64, SeatInvite>,
}

impl Default for SeatState {
    fn default() -> Self {
        Self {
            code: None,
            phase: Phase::Knocking,
            connection: ConnectionState::Connecting,
            slot: 0,
            words: Vec::new(),
            role: Role::Viewer,
            host: String::new(),
            host_present: true,
            offline_since: None,
            guests: BTreeMap::new(),
            terminals: BTreeMap::new(),
            looking: None,
            liveness: Liveness::Live,
            catching_up: BTreeSet::new(),
            typing: BTreeMap::new(),
            pointing: BTreeMap::new(),
            chat: BTreeMap::new(),
            panels: BTreeSet::new(),
            invites: BTreeMap::new(),
        }
    }
}

/// How far a seat is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Phase {
    /// It looks for the session.
    Knocking,
    /// The session exists, its host is the one that the token names, and the knock is on its way.
    Waiting,
    /// The host let it in.
    Seated,
    /// It could not get in.
    Failed {
        /// Why.
        failure: ApiError,
    },
    /// It is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

impl Phase {
    /// Whether nothing follows.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Ended { .. })
    }
}

/// A terminal that the host shares.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SharedTerminal {
    /// Its number in the session.
    pub terminal: TerminalNo,
    /// Its title: sanitized.
    pub title: String,
    /// The size of the host's terminal.
    pub size: Size,
    /// Set once its program has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ended: Option<Exit>,
}

/// A co-owner's invite.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SeatInvite {
    /// Where the session is found.
    pub code: InviteCode,
    /// What lets a guest knock.
    pub token: Secret,
    /// The role it gives.
    pub role: Role,
}

/// A place in a [`SeatState`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SeatPath {
    /// Everything.
    All,
    /// How far it is.
    Phase,
    /// Its line to the relay.
    Connection,
    /// Its own slot.
    Slot,
    /// Its safety words.
    Words,
    /// What it may do.
    Role,
    /// The host's name.
    Host,
    /// Whether the host is connected.
    HostPresent,
    /// Since when nothing new can come.
    OfflineSince,
    /// Every guest.
    Guests,
    /// A guest.
    Guest(Slot),
    /// The terminals.
    Terminals,
    /// What the host has in front.
    Looking,
    /// How far the picture is behind.
    Liveness,
    /// The terminals that may miss something.
    CatchingUp,
    /// Who types.
    Typing,
    /// Who points.
    Pointing,
    /// A line of chat.
    Chat(u64),
    /// The panels that are shared.
    Panels,
    /// An invite.
    Invite(u64),
}

impl Place for SeatPath {
    const WHOLE: Self = Self::All;

    fn path(&self) -> Vec<String> {
        let (key, number) = match self {
            Self::All => return Vec::new(),
            Self::Phase => ("phase", None),
            Self::Connection => ("connection", None),
            Self::Slot => ("slot", None),
            Self::Words => ("words", None),
            Self::Role => ("role", None),
            Self::Host => ("host", None),
            Self::HostPresent => ("host_present", None),
            Self::OfflineSince => ("offline_since", None),
            Self::Guests => ("guests", None),
            Self::Guest(slot) => ("guests", Some(u64::from(*slot))),
            Self::Terminals => ("terminals", None),
            Self::Looking => ("looking", None),
            Self::Liveness => ("liveness", None),
            Self::CatchingUp => ("catching_up", None),
            Self::Typing => ("typing", None),
            Self::Pointing => ("pointing", None),
            Self::Chat(line) => ("chat", Some(*line)),
            Self::Panels => ("panels", None),
            Self::Invite(number) => ("invites", Some(*number)),
        };
        [key.to_owned()].into_iter().chain(number.map(|number| number.to_string())).collect()
    }
}
