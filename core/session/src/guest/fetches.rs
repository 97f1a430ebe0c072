//! Contents that a guest fetches, until they are whole or refused (rules JS-PANEL-4, 6).

use std::collections::BTreeMap;

use super::{GuestOutput, output::ContentChange};
use crate::{
    FetchId, FetchRefusal, PanelId,
    frame::record::ContentPart,
    panel::{MAX_FETCHES, Receiving},
};

/// What this guest fetches.
#[derive(Default)]
pub(super) struct Fetches {
    under_way: BTreeMap<FetchId, Receiving>,
    last: FetchId,
}

impl Fetches {
    pub(super) fn have_room(&self) -> bool {
        self.under_way.len() < MAX_FETCHES
    }

    /// Begins one; there is room.
    pub(super) fn begin(&mut self, panel: PanelId) -> FetchId {
        self.last = self.last.wrapping_add(1);
        self.under_way.insert(self.last, Receiving::new(panel));
        self.last
    }

    /// Ends one; whether it was under way.
    pub(super) fn end(&mut self, fetch: FetchId) -> bool {
        self.under_way.remove(&fetch).is_some()
    }

    /// Those of panels that are not among these.
    pub(super) fn outside(&self, panels: &[PanelId]) -> Vec<FetchId> {
        let lost = self.under_way.iter().filter(|(_, receiving)| !panels.contains(&receiving.panel));
        lost.map(|(fetch, _)| *fetch).collect()
    }

    /// Ends one that does not come; nothing if nobody waits for it any more.
    pub(super) fn refuse(&mut self, fetch: FetchId, why: FetchRefusal) -> Option<GuestOutput> {
        self.end(fetch).then_some(GuestOutput::Content { fetch, change: ContentChange::Refused(why) })
    }

    /// A part of a content. One that nobody waits for any more is passed over; one that cannot be ends its fetch.
    pub(super) fn take(&mut self, part: ContentPart<'_>) -> Option<GuestOutput> {
        let fetch = part.fetch;
        let receiving = self.under_way.get_mut(&fetch)?;
        let change = match receiving.add(part) {
            Ok(false) => {
                let (received, total) = receiving.progress();
                ContentChange::Progress { received, total }
            }
            Ok(true) => ContentChange::Whole(self.under_way.remove(&fetch)?.into_bytes()),
            Err(_) => return self.refuse(fetch, FetchRefusal::Failed),
        };
        Some(GuestOutput::Content { fetch, change })
    }
}
