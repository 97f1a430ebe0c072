//! Knocks that wait for the host, and the pause after too many failed ones.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jumpseat_wire::{
    Blob, CloseCode, KnockId,
    limits::{FAILED_KNOCKS_PER_SECOND, MAX_KNOCK_LEN, MAX_PENDING_KNOCKS},
};

use crate::link::Link;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The knocks of a room.
#[derive(Default)]
pub(super) struct Knocks {
    pending: BTreeMap<KnockId, Knock>,
    next: KnockId,
    /// Knocks that the host heard of and that went away since.
    gone: Vec<KnockId>,
    failed: u32,
    failed_since: Option<Instant>,
    pause: Duration,
    paused_until: Option<Instant>,
}

struct Knock {
    link: Arc<Link>,
    data: Blob,
    told: bool,
}

impl Knocks {
    /// Takes a knock in.
    pub(super) fn add(&mut self, link: Arc<Link>, data: Blob, now: Instant) -> Result<KnockId, CloseCode> {
        if data.0.len() > MAX_KNOCK_LEN {
            return Err(CloseCode::BadMessage);
        }
        if self.pending.len() >= MAX_PENDING_KNOCKS || self.paused_until.is_some_and(|until| now < until) {
            return Err(CloseCode::RateLimited);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.pending.insert(id, Knock { link, data, told: false });
        Ok(id)
    }

    /// Takes a knock out that the host answers.
    pub(super) fn answered(&mut self, id: KnockId) -> Option<Arc<Link>> {
        self.pending.remove(&id).map(|knock| knock.link)
    }

    /// Takes a knock out that cannot be answered any more; the host hears of it.
    pub(super) fn left(&mut self, id: KnockId) -> Option<Arc<Link>> {
        let knock = self.pending.remove(&id)?;
        if knock.told {
            self.gone.push(id);
        }
        Some(knock.link)
    }

    /// Counts a knock that failed at the host.
    pub(super) fn failed(&mut self, now: Instant) {
        match self.failed_since {
            Some(since) if now.saturating_duration_since(since) < Duration::from_secs(1) => self.failed += 1,
            _ => (self.failed_since, self.failed) = (Some(now), 1),
        }
        if self.failed <= FAILED_KNOCKS_PER_SECOND {
            return;
        }
        let calm = self.paused_until.is_none_or(|until| now.saturating_duration_since(until) > MAX_PAUSE);
        self.pause = if calm { FIRST_PAUSE } else { (self.pause * 2).min(MAX_PAUSE) };
        self.paused_until = Some(now + self.pause);
        self.failed_since = None;
    }

    /// The host's connection is a new one: it hears of every knock again.
    pub(super) fn retell(&mut self) {
        self.gone.clear();
        self.pending.values_mut().for_each(|knock| knock.told = false);
    }

    /// Knocks that the host has not heard of; it has now.
    pub(super) fn untold(&mut self) -> impl Iterator<Item = (KnockId, &Blob)> {
        self.pending.iter_mut().filter(|(_, knock)| !knock.told).map(|(id, knock)| {
            knock.told = true;
            (*id, &knock.data)
        })
    }

    /// Knocks that went away since the last call.
    pub(super) fn gone(&mut self) -> std::vec::Drain<'_, KnockId> {
        self.gone.drain(..)
    }

    /// Closes the connection of each knock.
    pub(super) fn close(&mut self, code: CloseCode) {
        std::mem::take(&mut self.pending).into_values().for_each(|knock| knock.link.close(code));
    }
}
