//! What people say to everyone (rule JS-MSG-2).

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use crate::shown::shown_text;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Someone says something. `at` is the host's clock, in milliseconds since 1970.
    Line { slot: Slot, text: String, at: u64 },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// Something to everyone.
    Say { text: String },
}

impl FromHost {
    pub(super) fn clean(&mut self) {
        let Self::Line { text, .. } = self;
        *text = shown_text(text);
    }
}

impl FromGuest {
    pub(super) fn clean(&mut self) {
        let Self::Say { text } = self;
        *text = shown_text(text);
    }
}
