//! What stands in the log.

use serde::{Deserialize, Serialize};

use crate::{Reference, text};

/// The longest line that is shown, in bytes.
const MAX_LINE: usize = 2048;

/// A line of a log file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Line {
    /// When it was read, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// What it says.
    pub text: String,
    /// The whole, where it is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rest: Option<Reference>,
}

impl Line {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.text, MAX_LINE);
    }
}
