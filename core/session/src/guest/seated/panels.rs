//! Panels of a seat: which are shared (rule JS-PANEL-2).

use super::Seated;
use crate::{
    PanelId, TransferKind, TransferRefusal,
    guest::{Context, GuestEvent},
    panel::panel_of,
};

impl Seated {
    /// The host says which panels it shares: what is of others is gone.
    pub(super) fn panels(&mut self, panels: Vec<PanelId>, context: &mut Context<'_>) {
        self.streams.retain(|stream, _| panel_of(*stream).is_none_or(|panel| panels.contains(&panel)));
        let is_shared = |of| !matches!(of, TransferKind::Panel(panel) if !panels.contains(&panel));
        for id in self.transfers.without(is_shared) {
            self.refused(id, TransferRefusal::NotShared, context);
        }
        context.event(GuestEvent::Panels { panels });
    }
}
