//! Panels as the session carries them: streams next to the terminals' (rules JS-PANEL-…).
//!
//! What is in a panel's changes and snapshots is between the two ends' models of panels; here are numbers, positions
//! and opaque bytes.

use crate::{StreamId, frame::record::LAST_TERMINAL};

/// A panel's number, 1 to [`LAST_PANEL`]: the same in every session.
pub type PanelId = u8;

/// The largest number of a panel.
pub const LAST_PANEL: PanelId = 254 - LAST_TERMINAL;

/// Whether a number can be a panel's.
pub(crate) fn is_panel(panel: PanelId) -> bool {
    (1..=LAST_PANEL).contains(&panel)
}

/// The stream of a panel.
pub(crate) fn stream_of(panel: PanelId) -> StreamId {
    LAST_TERMINAL + panel
}

/// The panel of a stream, if it is none of a terminal.
pub(crate) fn panel_of(stream: StreamId) -> Option<PanelId> {
    stream.checked_sub(LAST_TERMINAL).filter(|panel| is_panel(*panel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_terminals_or_panels() {
        assert_eq!((stream_of(1), stream_of(LAST_PANEL)), (224, 254));
        for stream in 0..=255 {
            let panel = panel_of(stream);
            assert_eq!(panel.is_some(), (224..=254).contains(&stream), "{stream}");
            assert_eq!(panel.map(stream_of), panel.map(|_| stream));
        }
    }
}
