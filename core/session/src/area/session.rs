//! The session itself: how it ends, and what a guest missed of it (rules JS-END-…, JS-SNAP-4).

use serde::{Deserialize, Serialize};

use super::MAX_LIST;
use crate::StreamId;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// The session is over where its streams stand here: who has come so far says `caught_up`.
    Closing { streams: Vec<Standing> },
    /// The session is over.
    End { reason: EndReason },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// Frames were lost: send me everything again.
    Resync {},
    /// I stand where the streams end.
    CaughtUp {},
    /// I am going.
    Leave {},
}

/// Where a stream stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) stream: StreamId,
    pub(crate) position: u64,
}

/// Why a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// The host stopped sharing.
    Stopped,
    /// The last terminal's program ended.
    ShellExited,
    /// Its time was over.
    Expired,
    /// The relay could not be reached any more.
    RelayGone,
    /// The relay will not have it, or this end of it, any more: it told this end alone why.
    RelayRefused,
    /// The host was away for too long.
    HostGone,
    /// This guest was removed.
    Removed,
    /// This guest left.
    Left,
}

impl FromHost {
    pub(super) fn clean(&mut self) {
        if let Self::Closing { streams } = self {
            streams.truncate(MAX_LIST);
        }
    }
}
