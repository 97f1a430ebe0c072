//! Where people point.

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use crate::StreamId;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Someone points at lines of a terminal, or no longer does.
    Lines { slot: Slot, at: Option<Pointing> },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// Look here; or no longer.
    Lines { at: Option<Pointing> },
}

/// Lines that someone points at, counted from the first line that the session shares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pointing {
    /// The terminal.
    pub stream: StreamId,
    /// First line.
    pub from: u64,
    /// Last line.
    pub to: u64,
}
