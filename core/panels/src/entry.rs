//! What stands in panels: one type for each kind of thing, all of them bounded.

use serde::{Deserialize, Serialize};

use crate::{PanelKind, Reference};

mod log;

pub use log::Line;

/// One thing in a panel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A line of a log file.
    Line(Line),
}

impl Entry {
    /// The panel that it belongs in.
    pub fn kind(&self) -> PanelKind {
        match self {
            Self::Line(_) => PanelKind::Log,
        }
    }

    /// Brings every field within its limit: hosts before they publish, guests after they read.
    pub fn bound(&mut self) {
        match self {
            Self::Line(line) => line.bound(),
        }
    }

    /// Everything of it that can be fetched.
    pub fn references(&self, each: &mut dyn FnMut(&Reference)) {
        match self {
            Self::Line(line) => line.rest.iter().for_each(each),
        }
    }
}
