//! Who is in the session, what they may do, and what they ask for (rules JS-ROLE-1 to 4, JS-MSG-2, 3, 5).

use std::fmt;

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use super::MAX_LIST;
use crate::{Role, StreamId, shown::shown_name};

pub(crate) mod guest;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Who is in the session. The first of an epoch is the one that its grant names.
    ///
    /// `rev` counts what the host said of the session's state: group and pairwise frames overtake each
    /// other, and an older state must not replace a newer one (JS-MSG-3).
    Roster { rev: u64, host: String, guests: Vec<GuestInfo> },
    /// Someone starts or stops typing.
    Typing { slot: Slot, stream: StreamId, on: bool },
    /// Someone asks for control; `on` is false when the host has answered.
    Asking { slot: Slot, on: bool },
    /// To one: the host does not give control now.
    Declined {},
    /// To one: what it asked for is not its to do.
    Refused { what: Refused },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// May I type?
    AskControl {},
    /// A co-owner changes a role.
    SetRole { slot: Slot, role: Role },
    /// A co-owner removes a guest.
    Remove { slot: Slot },
}

/// What a host says no to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refused {
    /// Changing that role.
    Role,
    /// Removing that guest.
    Removal,
    /// More than [`MESSAGES_PER_SECOND`](super::MESSAGES_PER_SECOND).
    Messages,
}

/// In a guest's own words, whatever the host's are.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role => "changing that role",
            Self::Removal => "removing that guest",
            Self::Messages => "so many messages at once",
        })
    }
}

/// A seated guest, as the host tells everyone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct GuestInfo {
    /// Its slot, which names it in commands.
    pub slot: Slot,
    /// The name it gave itself: sanitized, not verified.
    pub name: String,
    /// The program that it joins with, and its version.
    pub program: String,
    /// What it may do.
    pub role: Role,
    /// Whether it is connected right now.
    pub present: bool,
}

impl FromHost {
    pub(super) fn clean(&mut self) {
        if let Self::Roster { host, guests, .. } = self {
            *host = shown_name(host);
            guests.truncate(MAX_LIST);
            for guest in guests {
                guest.name = shown_name(&guest.name);
                guest.program = shown_name(&guest.program);
            }
        }
    }
}
