//! Knocks that wait for the host.
//!
//! Who has the code alone can knock, and to no purpose. So a knock costs where it comes from until the host finds it
//! good ([`Fee`]), and where all places are taken the site that has the most of them makes room: nobody who
//! knocks keeps others from being heard.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use jumpseat_wire::{
    Blob, CloseCode, KnockId,
    limits::{MAX_KNOCK_LEN, MAX_PENDING_KNOCKS},
};

use crate::{
    admission::{Fee, Prefix, Source},
    link::Link,
};

/// What a knock counts next to what it says, in bytes.
const KNOCK_WEIGHT: usize = 256;

/// The knocks of a room.
#[derive(Default)]
pub(super) struct Knocks {
    pending: BTreeMap<KnockId, Knock>,
    next: KnockId,
    /// Knocks that the host heard of and that went away since.
    gone: Vec<KnockId>,
}

struct Knock {
    link: Arc<Link>,
    data: Blob,
    fee: Fee,
    told: bool,
}

impl Knocks {
    /// Takes a knock in.
    pub(super) fn add(&mut self, link: Arc<Link>, data: Blob, fee: Fee) -> Result<KnockId, CloseCode> {
        if data.0.len() > MAX_KNOCK_LEN {
            return Err(CloseCode::BadMessage);
        }
        if self.pending.len() >= MAX_PENDING_KNOCKS && !self.make_room(fee.source) {
            return Err(CloseCode::RateLimited);
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.pending.insert(id, Knock { link, data, fee, told: false });
        Ok(id)
    }

    /// Sends the newest knock of the site away that has the most, unless the newcomer's would then have more; else the
    /// same of the newcomer's own site by network.
    fn make_room(&mut self, newcomer: Source) -> bool {
        let site = |source: Source| source.site;
        let network = |source: Source| source.network;
        let neighbor = |source: &Source| source.site == newcomer.site;
        let Some(id) =
            self.heaviest(newcomer, site, |_| true).or_else(|| self.heaviest(newcomer, network, neighbor))
        else {
            return false;
        };
        if let Some(link) = self.left(id) {
            link.close(CloseCode::RateLimited);
        }
        true
    }

    /// The newest knock of the width that has the most among these, if that is more than the newcomer's would have.
    fn heaviest(
        &self,
        newcomer: Source,
        width: impl Fn(Source) -> Prefix,
        among: impl Fn(&Source) -> bool,
    ) -> Option<KnockId> {
        let mut counts = HashMap::new();
        let sources = self.pending.iter().map(|(id, knock)| (*id, knock.fee.source));
        for (id, source) in sources.filter(|(_, source)| among(source)) {
            let (count, newest) = counts.entry(width(source)).or_insert((0, id));
            (*count, *newest) = (*count + 1, id);
        }
        let own = counts.get(&width(newcomer)).map_or(0, |(count, _)| *count);
        let (most, newest) = counts.into_values().max()?;
        (most > own + 1).then_some(newest)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// What they count, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.pending.values().map(|knock| KNOCK_WEIGHT + knock.data.0.len()).sum()
    }

    /// Takes a knock out that the host answers. For a good one nothing is charged.
    pub(super) fn answered(&mut self, id: KnockId, good: bool, now: Instant) -> Option<Arc<Link>> {
        let Knock { link, fee, .. } = self.pending.remove(&id)?;
        if good {
            fee.give_back(now);
        }
        Some(link)
    }

    /// Takes a knock out that cannot be answered any more; the host hears of it.
    pub(super) fn left(&mut self, id: KnockId) -> Option<Arc<Link>> {
        let knock = self.pending.remove(&id)?;
        if knock.told {
            self.gone.push(id);
        }
        Some(knock.link)
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
