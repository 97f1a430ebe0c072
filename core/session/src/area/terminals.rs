//! Which terminals there are, where the host looks, and keys that were not taken (rules JS-ROLE-5 to 7, JS-MSG-3).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::MAX_LIST;
use crate::{Millis, StreamId, shown::shown_name};

/// How often the same refusal of keys is told.
const TELL_REFUSAL: Duration = Duration::from_secs(1);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Which terminals the session has.
    List { rev: u64, terminals: Vec<TerminalCard> },
    /// Which terminal the host has in front.
    Looking { rev: u64, stream: Option<StreamId> },
    /// To one: its keys were not taken.
    InputRefused { stream: StreamId, why: InputRefusal },
}

/// A terminal in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TerminalCard {
    /// Its stream.
    pub stream: StreamId,
    /// Its title.
    pub title: String,
    /// Columns of the host's terminal.
    pub cols: u16,
    /// Rows of the host's terminal.
    pub rows: u16,
    /// Set once its program has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Exit>,
}

/// How a terminal's program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Exit {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
}

/// Why keys were not taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InputRefusal {
    /// The role is viewer.
    ReadOnly,
    /// The host does not look at that terminal.
    HostAway,
    /// They were typed at a picture that is too old.
    Stale,
    /// There is no such terminal, or its program has ended.
    NoTerminal,
    /// The guest's own picture is behind, so that they were not even sent.
    Behind,
}

/// Which refusals somebody was told of just now.
#[derive(Default)]
pub(crate) struct Refusals(Vec<(InputRefusal, Millis)>);

impl Refusals {
    /// Whether to tell of this one; counts it as told.
    pub(crate) fn is_news(&mut self, now: Millis, why: InputRefusal) -> bool {
        self.0.retain(|(_, at)| now.since(*at) < TELL_REFUSAL);
        let news = self.0.iter().all(|(told, _)| *told != why);
        if news {
            self.0.push((why, now));
        }
        news
    }
}

impl FromHost {
    pub(super) fn clean(&mut self) {
        if let Self::List { terminals, .. } = self {
            terminals.truncate(MAX_LIST);
            for terminal in terminals {
                terminal.title = shown_name(&terminal.title);
            }
        }
    }
}
