//! How a guest's session stands, for other processes of the same person.

use jumpseat_engine::api::panels::{Entries, PanelKind};

use crate::{
    board::{Board, Panel},
    panel::gist,
    seat::{Seat, Shared},
};

/// All of it, with the entries of one panel alone.
pub(super) fn seat(board: &Board, whole: Option<PanelKind>) -> Seat {
    let shared = |kind| {
        let panel = board.panels.panel(kind).flatten();
        let shown = panel.map(|panel| {
            let entries = if whole == Some(kind) { panel.entries.clone() } else { Entries::new() };
            Panel { state: panel.state.clone(), entries, ..*panel }
        });
        let gist = panel.map_or(String::new(), |panel| gist(kind, panel));
        Shared { kind, panel: shown, entries: panel.map_or(0, |panel| panel.entries.len()), gist }
    };
    Seat {
        code: board.code,
        host: board.host.clone(),
        seated: board.seated,
        offline: board.panels.offline(),
        panels: board.panels.kinds().map(shared).collect(),
    }
}
