//! Which row is marked, and since when it is as it is.
//!
//! Others come and go while a person reads, and a relay can make them. So a mark is on somebody, not on a row's number,
//! and a key means what the person saw: it does not act where that has just changed.

use std::time::Duration;

use jumpseat_engine::api::{Role, Secret};
use jumpseat_wire::{KnockId, Slot};
use tokio::time::Instant;

use crate::overview::Overview;

/// How long a person needs to see a change: a key that comes sooner was meant for what was there before.
pub(super) const SETTLE: Duration = Duration::from_millis(500);

/// Who or what is in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Id {
    Knock(KnockId),
    Person(Slot),
    /// By its token: a co-owner's end knows no other name for it.
    Invite(Secret),
}

/// A row, as far as the meaning of its keys depends on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) id: Id,
    name: String,
    role: Option<Role>,
    asks: bool,
}

/// The mark on a page.
#[derive(Default, Debug)]
pub(super) struct Mark {
    on: Option<Id>,
    /// The rows that the person has before them, and since when each is as it is.
    rows: Vec<(Entry, Instant)>,
    /// When rows last came, went or moved.
    moved: Option<Instant>,
    /// When the mark was moved between rows that had just moved themselves.
    unsure: Option<Instant>,
    /// Whoever was marked has gone: only the person marks another.
    lost: bool,
}

impl Mark {
    /// The rows as they are drawn now.
    pub(super) fn update(&mut self, entries: Vec<Entry>, now: Instant) {
        if !entries.iter().map(|entry| &entry.id).eq(self.rows.iter().map(|(entry, _)| &entry.id)) {
            self.moved = Some(now);
        }
        let before = std::mem::take(&mut self.rows);
        let since = |entry: &Entry| before.iter().find(|(known, _)| known == entry).map(|(_, since)| *since);
        let row = |entry: Entry| {
            let since = since(&entry).unwrap_or(now);
            (entry, since)
        };
        self.rows = entries.into_iter().map(row).collect();
        if self.on.is_some() && self.place().is_none() {
            (self.on, self.lost) = (None, true);
        }
        if self.on.is_none() && !self.lost {
            self.on = self.rows.first().map(|(entry, _)| entry.id.clone());
        }
    }

    /// To the next row, or the one before.
    pub(super) fn step(&mut self, down: bool, now: Instant) {
        let last = self.rows.len().saturating_sub(1);
        let to = match (self.place(), down) {
            (Some(place), true) => (place + 1).min(last),
            (Some(place), false) => place.saturating_sub(1),
            (None, true) => 0,
            (None, false) => last,
        };
        self.on = self.rows.get(to).map(|(entry, _)| entry.id.clone());
        self.lost = false;
        self.unsure = self.moved.is_some_and(|moved| now < moved + SETTLE).then_some(now);
    }

    pub(super) fn on(&self) -> Option<&Id> {
        self.on.as_ref()
    }

    /// The number of the marked row.
    pub(super) fn place(&self) -> Option<usize> {
        self.rows.iter().position(|(entry, _)| Some(&entry.id) == self.on.as_ref())
    }

    /// Whether there are rows, and none is marked.
    pub(super) fn is_lost(&self) -> bool {
        self.on.is_none() && !self.rows.is_empty()
    }

    /// From when on the keys of the marked row act.
    pub(super) fn settles_at(&self) -> Option<Instant> {
        let since = self.place().map(|place| self.rows[place].1);
        since.into_iter().chain(self.unsure).max().map(|at| at + SETTLE)
    }
}

/// The rows of the page of people: first who wants something, then who sits in.
pub(super) fn people(overview: &Overview) -> Vec<Entry> {
    let knocks = overview.knocks.iter().map(|knock| Entry {
        id: Id::Knock(knock.knock),
        name: knock.name.clone(),
        role: overview.role_of_invite(knock.invite),
        asks: knock.again,
    });
    let asking = |asks: bool| {
        overview.people.iter().filter(move |person| person.asks == asks).map(|person| Entry {
            id: Id::Person(person.info.slot),
            name: person.info.name.clone(),
            role: Some(person.info.role),
            asks: person.asks,
        })
    };
    knocks.chain(asking(true)).chain(asking(false)).collect()
}

/// The rows of the page of invites.
pub(super) fn invites(overview: &Overview) -> Vec<Entry> {
    let entry = |invite: &crate::overview::InviteCard| Entry {
        id: Id::Invite(invite.token.clone()),
        name: String::new(),
        role: Some(invite.role),
        asks: false,
    };
    overview.invites.iter().map(entry).collect()
}
