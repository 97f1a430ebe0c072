//! Where people point.

use jumpseat_wire::Slot;
use serde::{Deserialize, Serialize};

use crate::StreamId;

/// The capability of an end that reads `pointing.columns` (JS-CAN-2).
pub(crate) const COLUMNS: &str = "pointing.columns";

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Someone points at lines of a terminal, or no longer does.
    Lines { slot: Slot, at: Option<PointedLines> },
    /// Which cells of the lines that this slot's next `lines` names.
    Columns { slot: Slot, columns: Columns },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// Look here; or no longer.
    Lines { at: Option<PointedLines> },
    /// Which cells of the lines that the next `lines` names.
    Columns { columns: Columns },
}

/// Lines of a terminal, as `pointing.lines` has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct PointedLines {
    pub(crate) stream: StreamId,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// A place in a terminal that someone points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pointing {
    /// The terminal.
    pub stream: StreamId,
    /// The text.
    pub range: TextRange,
}

/// Text in a terminal: whole lines, or some cells of them. Lines count from the first line that the session shares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TextRange {
    /// The first line.
    pub from: u64,
    /// The last line.
    pub to: u64,
    /// The cells; whole lines if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub columns: Option<Columns>,
}

/// Cells of a [`TextRange`]. Columns count from 0; a wide character has two.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Columns {
    /// The first cell, in the first line.
    pub first: u16,
    /// The last cell, in the last line.
    pub last: u16,
    /// Whether the text was selected from its end to its beginning.
    #[serde(default)]
    pub reversed: bool,
}

impl Pointing {
    pub(crate) fn new(lines: PointedLines, columns: Option<Columns>) -> Self {
        let PointedLines { stream, from, to } = lines;
        Self { stream, range: TextRange { from, to, columns } }
    }

    /// The lines, and the columns if there are any.
    pub(crate) fn words(self) -> (PointedLines, Option<Columns>) {
        let Self { stream, range: TextRange { from, to, columns } } = self;
        (PointedLines { stream, from, to }, columns)
    }
}
