//! Panels of a seat: which are shared, and the contents that are fetched (rules JS-PANEL-2, 4, 6).

use super::Seated;
use crate::{
    FetchId, FetchRefusal, PanelId, SessionError, Wish,
    area::transfer,
    guest::{Context, GuestEvent},
    panel::panel_of,
};

impl Seated {
    pub(in crate::guest) fn fetch(
        &mut self,
        wish: Wish,
        context: &mut Context<'_>,
    ) -> Result<FetchId, SessionError> {
        if !self.is_open() || !self.fetches.have_room() {
            return Err(SessionError::Full("too much is under way already"));
        }
        let id = self.fetches.begin(wish.panel);
        self.say(transfer::FromGuest::Get { id, wish }, context);
        Ok(id)
    }

    /// The host says which panels it shares: what is of others is gone.
    pub(super) fn panels(&mut self, panels: Vec<PanelId>, context: &mut Context<'_>) {
        self.streams.retain(|stream, _| panel_of(*stream).is_none_or(|panel| panels.contains(&panel)));
        for fetch in self.fetches.outside(&panels) {
            context.out.extend(self.fetches.refuse(fetch, FetchRefusal::NotShared));
        }
        context.event(GuestEvent::Panels { panels });
    }
}
