//! How many bytes all rooms may hold together, and those that were opened from one address prefix.
//!
//! A room is weighed whenever somebody is done with it, so what counts is what it holds and not what was noted on the
//! way. Where the budget is spent, rooms keep only what somebody is about to take, and new ones are refused; absent
//! guests give way first, those that are gone the longest before others. They lose nothing but the way they come back:
//! by a snapshot instead of what they missed.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::admission::Prefix;

/// The part of the budget that the rooms of one prefix may use: so one owner cannot spend it all.
const SHARE: usize = 4;

/// What all rooms may hold.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    held: AtomicUsize,
    by_prefix: Mutex<HashMap<Prefix, Weak<AtomicUsize>>>,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, held: AtomicUsize::new(0), by_prefix: Mutex::default() })
    }

    /// What a room of this prefix holds: nothing yet.
    pub(crate) fn open(self: &Arc<Self>, prefix: Prefix) -> Held {
        let mut by_prefix = self.by_prefix.lock().expect("no thread panics while it counts");
        let share = by_prefix.get(&prefix).and_then(Weak::upgrade).unwrap_or_default();
        by_prefix.insert(prefix, Arc::downgrade(&share));
        Held { budget: Arc::clone(self), share, bytes: 0 }
    }

    /// Bytes held in all.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether so much is held that absent guests have to give way, if they are to do it in time.
    pub(crate) fn is_short(&self) -> bool {
        self.held() > self.limit / 4 * 3
    }

    /// Whether there is enough again.
    pub(crate) fn is_ample(&self) -> bool {
        self.held() <= self.limit / 2
    }

    /// Forgets prefixes that have no room any more.
    pub(crate) fn tidy(&self) {
        let mut by_prefix = self.by_prefix.lock().expect("no thread panics while it counts");
        by_prefix.retain(|_, share| share.strong_count() > 0);
    }
}

/// What one room holds; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Arc<Budget>,
    share: Arc<AtomicUsize>,
    bytes: usize,
}

impl Held {
    /// The room was weighed.
    pub(crate) fn set(&mut self, bytes: usize) {
        let before = std::mem::replace(&mut self.bytes, bytes);
        for counter in [&self.budget.held, &*self.share] {
            if bytes >= before {
                counter.fetch_add(bytes - before, Ordering::Relaxed);
            } else {
                counter.fetch_sub(before - bytes, Ordering::Relaxed);
            }
        }
    }

    /// Whether this room has to do with as little as it can.
    pub(crate) fn is_spent(&self) -> bool {
        let limit = self.budget.limit;
        self.budget.held() > limit || self.share.load(Ordering::Relaxed) > limit / SHARE
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::admission::Source;

    /// JS-RELAY-32.
    #[test]
    fn what_is_held_is_given_back_and_no_prefix_spends_all() {
        let budget = Budget::new(1000);
        let prefix = |address: &str| Source::from(address.parse::<IpAddr>().unwrap()).network;
        let mut mine = [(); 2].map(|()| budget.open(prefix("192.0.2.1")));
        let mut other = budget.open(prefix("198.51.100.1"));
        mine[0].set(200);
        mine[1].set(50);
        assert!(!mine[0].is_spent());
        mine[1].set(51);
        assert!(mine[0].is_spent() && mine[1].is_spent() && !other.is_spent());
        mine[1].set(10);
        assert!(!mine[0].is_spent() && budget.held() == 210);
        other.set(250);
        let mut more = ["203.0.113.1", "2001:db8::1", "10.0.0.1"].map(|address| budget.open(prefix(address)));
        more.iter_mut().for_each(|held| held.set(190));
        assert!(mine[0].is_spent() && budget.is_short(), "all together are too many");
        drop(more);
        assert!(!mine[0].is_spent() && budget.is_ample());
        drop((mine, other));
        budget.tidy();
        assert!(budget.held() == 0 && budget.by_prefix.lock().unwrap().is_empty());
    }
}
