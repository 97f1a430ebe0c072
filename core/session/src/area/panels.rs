//! Which panels the host shares (rule JS-PANEL-2). What is in them goes in records of its own.

use serde::{Deserialize, Serialize};

use crate::{PanelId, panel::is_panel};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// Which panels are shared.
    List { rev: u64, panels: Vec<PanelId> },
}

impl FromHost {
    pub(super) fn clean(&mut self) {
        let Self::List { panels, .. } = self;
        panels.retain(|id| is_panel(*id));
        panels.sort_unstable();
        panels.dedup();
    }
}
