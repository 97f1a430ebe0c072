//! A guest's panels: which are shared, and what it fetches of them (rules JS-PANEL-2, 4, 6).

use std::collections::BTreeMap;

use super::{Context, Guest, GuestEvent, GuestOutput, output::ContentChange, seated::Seated};
use crate::{
    FetchId, FetchRefusal, Millis, PanelId, SessionError, Wish,
    message::FromGuest,
    panel::{ContentPart, MAX_FETCHES, Receiving, panel_of},
};

/// What this guest fetches.
#[derive(Default)]
pub(super) struct Fetches {
    under_way: BTreeMap<FetchId, Receiving>,
    last: FetchId,
}

impl Guest {
    /// Asks the host for a content of a panel; what comes of it is told as [`GuestOutput::Content`].
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat, for a name that no content has, with [`MAX_FETCHES`] under way,
    /// and when more waits for the line than may.
    pub fn fetch(&mut self, _now: Millis, wish: Wish) -> Result<FetchId, SessionError> {
        if !wish.is_sound() {
            return Err(SessionError::Misused("no content is called that"));
        }
        self.with_seat(|seated, context| seated.fetch(wish, context))
            .unwrap_or(Err(SessionError::Misused("this guest has no seat yet")))
    }

    /// Whether another fetch may begin now.
    pub fn may_fetch(&self) -> bool {
        self.seated().is_some_and(|seated| seated.is_open() && seated.fetches.under_way.len() < MAX_FETCHES)
    }

    /// Gives a fetch up; nothing of it is told any more.
    pub fn cancel_fetch(&mut self, _now: Millis, fetch: FetchId) {
        self.with_seat(|seated, context| {
            if seated.fetches.under_way.remove(&fetch).is_some() && seated.is_open() {
                seated.say(&FromGuest::Cancel { id: fetch }, context);
            }
        });
    }
}

impl Seated {
    fn fetch(&mut self, wish: Wish, context: &mut Context<'_>) -> Result<FetchId, SessionError> {
        if !self.is_open() || self.fetches.under_way.len() >= MAX_FETCHES {
            return Err(SessionError::Full("too much is under way already"));
        }
        self.fetches.last = self.fetches.last.wrapping_add(1);
        let id = self.fetches.last;
        self.fetches.under_way.insert(id, Receiving::new(wish.panel));
        self.say(&FromGuest::Fetch { id, wish }, context);
        Ok(id)
    }

    /// The host says which panels it shares: what is of others is gone.
    pub(super) fn panels(&mut self, panels: Vec<PanelId>, context: &mut Context<'_>) {
        self.streams.retain(|stream, _| panel_of(*stream).is_none_or(|panel| panels.contains(&panel)));
        let lost = self.fetches.under_way.iter().filter(|(_, receiving)| !panels.contains(&receiving.panel));
        for fetch in lost.map(|(fetch, _)| *fetch).collect::<Vec<_>>() {
            self.refused(fetch, FetchRefusal::NotShared, context);
        }
        context.event(GuestEvent::Panels { panels });
    }

    pub(super) fn refused(&mut self, fetch: FetchId, why: FetchRefusal, context: &mut Context<'_>) {
        if self.fetches.under_way.remove(&fetch).is_some() {
            context.out.push_back(GuestOutput::Content { fetch, change: ContentChange::Refused(why) });
        }
    }

    /// A part of a content. One that nobody waits for any more is passed over; one that cannot be ends its fetch.
    pub(super) fn content(&mut self, part: ContentPart<'_>, context: &mut Context<'_>) {
        let fetch = part.fetch;
        let Some(receiving) = self.fetches.under_way.get_mut(&fetch) else { return };
        let change = match receiving.add(part) {
            Ok(false) => {
                let (received, total) = receiving.progress();
                ContentChange::Progress { received, total }
            }
            Ok(true) => match self.fetches.under_way.remove(&fetch) {
                Some(receiving) => ContentChange::Whole(receiving.into_bytes()),
                None => return,
            },
            Err(_) => return self.refused(fetch, FetchRefusal::Failed, context),
        };
        context.out.push_back(GuestOutput::Content { fetch, change });
    }
}
