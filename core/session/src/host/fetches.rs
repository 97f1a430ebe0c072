//! What guests fetch of panels: the only thing of a panel that a guest's message reaches
//! (rules JS-PANEL-4 to 6).

use std::collections::BTreeMap;

use bytes::Bytes;
use jumpseat_wire::Slot;

use super::{Host, HostOutput, output::FetchTicket};
use crate::{
    FetchId, Misbehavior, SessionError,
    area::transfer,
    panel::{FetchRefusal, MAX_CONTENT_LEN, MAX_FETCHES, PanelId, Wish},
};

/// Contents of one guest that are looked for or in line: what bounds the memory that a guest can take.
const AT_ONCE: usize = 2;

/// Fetches that wait for their content, oldest first.
#[derive(Default)]
pub(super) struct Fetches {
    asked: BTreeMap<FetchTicket, Asked>,
    /// Whose are looked for; also those that nobody wants any more, until they are answered: giving up and asking
    /// again brings a guest no more than waiting does.
    begun: BTreeMap<FetchTicket, Slot>,
    last: u64,
}

struct Asked {
    slot: Slot,
    fetch: FetchId,
    wish: Wish,
}

impl Fetches {
    /// The panel is no longer shared: its guests know from the list.
    pub(super) fn forget_panel(&mut self, panel: PanelId) {
        self.retain(|asked| asked.wish.panel != panel);
        // Nobody looks for what is of no panel.
        self.begun.retain(|ticket, _| self.asked.contains_key(ticket));
    }

    /// The guest is gone.
    pub(super) fn forget_seat(&mut self, slot: Slot) {
        self.retain(|asked| asked.slot != slot);
        self.begun.retain(|_, of| *of != slot);
    }

    fn retain(&mut self, keep: impl Fn(&Asked) -> bool) {
        self.asked.retain(|_, asked| keep(asked));
    }

    fn of(&self, slot: Slot) -> impl Iterator<Item = FetchId> {
        self.asked.values().filter(move |asked| asked.slot == slot).map(|asked| asked.fetch)
    }
}

impl Host {
    /// A guest wants a content: only of a panel that is shared now, and only so many at a time.
    pub(super) fn fetch(&mut self, slot: Slot, fetch: FetchId, wish: Wish) -> Result<(), SessionError> {
        if !wish.is_sound() {
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleReference));
        }
        let Some(seat) = self.seats.get(&slot) else { return Ok(()) };
        let under_way: Vec<_> = self.fetches.of(slot).chain(seat.contents()).collect();
        if under_way.contains(&fetch) {
            return Err(SessionError::Misbehaved(Misbehavior::RepeatedTransfer));
        }
        if !self.panels.is_shared(wish.panel) {
            self.refuse_fetch(slot, fetch, FetchRefusal::NotShared);
        } else if under_way.len() >= MAX_FETCHES {
            self.refuse_fetch(slot, fetch, FetchRefusal::Busy);
        } else {
            self.fetches.last += 1;
            self.fetches.asked.insert(FetchTicket(self.fetches.last), Asked { slot, fetch, wish });
            self.begin_fetches(slot);
        }
        Ok(())
    }

    /// Has a guest's next contents looked for, once those before are on their way.
    pub(super) fn begin_fetches(&mut self, slot: Slot) {
        let Some(seat) = self.seats.get(&slot) else { return };
        let Fetches { asked, begun, .. } = &mut self.fetches;
        let looked_for = begun.values().filter(|of| **of == slot).count();
        let room = AT_ONCE.saturating_sub(looked_for + seat.contents().count());
        let waiting =
            asked.iter().filter(|(ticket, asked)| asked.slot == slot && !begun.contains_key(ticket));
        let next: Vec<_> = waiting.take(room).map(|(ticket, asked)| (*ticket, asked.wish.clone())).collect();
        for (ticket, wish) in next {
            begun.insert(ticket, slot);
            self.out.push_back(HostOutput::Fetch { slot, ticket, wish });
        }
    }

    /// A guest wants it no more.
    pub(super) fn cancel_fetch(&mut self, slot: Slot, fetch: FetchId) {
        self.fetches.retain(|asked| (asked.slot, asked.fetch) != (slot, fetch));
        if let Some(seat) = self.seats.get_mut(&slot) {
            seat.drop_content(fetch);
        }
        self.begin_fetches(slot);
    }

    /// The content that a guest asked for, at most [`MAX_CONTENT_LEN`] bytes, or why it does not come.
    pub fn content_ready(&mut self, ticket: FetchTicket, content: Result<Bytes, FetchRefusal>) {
        let Some(slot) = self.fetches.begun.remove(&ticket) else { return };
        let Some(Asked { fetch, wish, .. }) = self.fetches.asked.remove(&ticket) else {
            return self.begin_fetches(slot);
        };
        match content {
            Ok(content) if content.len() <= MAX_CONTENT_LEN => {
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.serve(fetch, wish.panel, content);
                }
                self.flush(slot);
            }
            Ok(_) => self.refuse_fetch(slot, fetch, FetchRefusal::TooLarge),
            Err(why) => self.refuse_fetch(slot, fetch, why),
        }
        self.begin_fetches(slot);
    }

    /// Fetches that wait for their content.
    #[cfg(test)]
    pub(super) fn fetches_waiting(&self) -> usize {
        self.fetches.asked.len()
    }

    /// Whether a fetch is (still) to be looked for; if not, its place is free.
    pub(super) fn is_fetch_wanted(&mut self, slot: Slot, ticket: FetchTicket) -> bool {
        let wanted = self.fetches.asked.contains_key(&ticket);
        if !wanted && self.fetches.begun.remove(&ticket).is_some() {
            self.begin_fetches(slot);
        }
        wanted
    }

    fn refuse_fetch(&mut self, slot: Slot, fetch: FetchId, why: FetchRefusal) {
        self.tell(slot, transfer::FromHost::Refused { id: fetch, why });
    }
}
