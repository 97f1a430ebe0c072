//! What a source could not read: every panel says so in the same way.

use serde::{Deserialize, Serialize};

use crate::{PanelKind, Remedy, text};

/// The longest name of a part, in bytes.
const MAX_PART: usize = 1024;
/// The longest reason, in bytes.
const MAX_WHY: usize = 512;

/// A part of a panel that could not be read.
///
/// Sources publish one of these for every part they asked for and did not get, so that "could not be read" never looks
/// like "there is nothing". A source that can show nothing at all has failed instead
/// ([`SourceState::Failed`](crate::SourceState::Failed)); one that was not asked has
/// [`SourceState::Starting`](crate::SourceState::Starting).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Unread {
    /// The panel that it is a part of.
    pub panel: PanelKind,
    /// The [`Repository::number`](crate::Repository::number) that it is a part of, in the git panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub repository: Option<u32>,
    /// What could not be read, as it follows "Could not read": `untracked files`, `reports/app.sarif`.
    pub part: String,
    /// Why, as it follows a colon, without a full stop.
    pub why: String,
    /// What the host can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub remedy: Option<Remedy>,
}

impl Unread {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.part, MAX_PART);
        text::line(&mut self.why, MAX_WHY);
        self.remedy.iter_mut().for_each(Remedy::bound);
    }
}
