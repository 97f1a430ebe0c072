//! How many bytes all rooms and connections may hold together, and who gives way where that is too much.
//!
//! A packet is counted where it lives: a [guard](Meter::keep) goes with its bytes through every queue and is dropped
//! with the last of them, so nothing is left out on the way from a room to a socket. What is no packet is weighed.
//!
//! Where too much is held only those give way who have more than their share, the heaviest first. The share of a
//! network is the level at which the networks above it, cut down to it, leave all of them half of the budget
//! (max-min fairness); it is divided among the rooms that were opened from there. So whoever holds little never
//! hears of what strangers hold.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use jumpseat_wire::limits::MIN_PLAINTEXT_LEN;

use crate::admission::{Prefix, Source};

/// The part of the budget that one network may use: so one owner cannot spend it all.
const NETWORK_PART: usize = 4;

/// … those from one site this part.
const SITE_PART: usize = 2;

/// The part that one host of it may use: so it cannot spend its neighbors'.
const HOST_PART: usize = 2 * NETWORK_PART;

/// A room below this part of the budget gives way in a [`shed`](crate::rooms::Rooms::sweep) alone, never at once: a
/// megabyte of the default's 512.
const SMALL_PART: usize = 512;

/// The level is found again when this part of the budget was taken or given back since.
const LEVEL_PART: usize = 32;

/// What a packet counts against a bound in bytes. The least charge pays for bookkeeping, so that many tiny
/// packets cannot hold more memory than a few large ones.
pub(crate) fn charge(packet: &[u8]) -> usize {
    packet.len().max(MIN_PLAINTEXT_LEN)
}

/// What all rooms and connections may hold.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    held: AtomicUsize,
    shares: Mutex<HashMap<Prefix, Weak<Share>>>,
    /// What a network may hold while there is too much in all, …
    level: AtomicUsize,
    /// … and what was held when that was found.
    level_at: AtomicUsize,
}

/// What those of one prefix hold.
#[derive(Debug)]
struct Share {
    is_network: bool,
    held: AtomicUsize,
    rooms: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            held: AtomicUsize::new(0),
            shares: Mutex::default(),
            level: AtomicUsize::new(usize::MAX),
            level_at: AtomicUsize::new(0),
        })
    }

    /// What a room that was opened from there holds: nothing yet. Nothing where too much is held from there already.
    pub(crate) fn open(self: &Arc<Self>, source: Source) -> Option<Held> {
        let mut held = self.connect(source);
        if held.meter.overdrawn(self.level()).next().is_some() {
            return None;
        }
        held.meter.shares.iter().for_each(|share| {
            share.rooms.fetch_add(1, Relaxed);
        });
        held.is_room = true;
        Some(held)
    }

    /// What a connection from there holds next to what its room does: nothing yet.
    pub(crate) fn connect(self: &Arc<Self>, source: Source) -> Held {
        let shares = [
            self.share(source.site, false),
            self.share(source.network, true),
            self.share(source.host, false),
        ];
        let meter = Meter { budget: Arc::clone(self), shares, bytes: AtomicUsize::new(0) };
        Held { meter: Arc::new(meter), weighed: 0, is_room: false }
    }

    fn share(&self, prefix: Prefix, is_network: bool) -> Arc<Share> {
        let mut shares = self.shares();
        if let Some(share) = shares.get(&prefix).and_then(Weak::upgrade) {
            return share;
        }
        let share = Arc::new(Share { is_network, held: AtomicUsize::new(0), rooms: AtomicUsize::new(0) });
        shares.insert(prefix, Arc::downgrade(&share));
        share
    }

    /// Bytes held in all.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// Whether so much is held that the heaviest have to give way, if they are to do it in time.
    pub(crate) fn is_short(&self) -> bool {
        self.held() > self.limit / 4 * 3
    }

    /// Whether there is enough again.
    pub(crate) fn is_ample(&self) -> bool {
        self.held() <= self.limit / 2
    }

    /// Forgets prefixes of which nobody is here any more.
    pub(crate) fn tidy(&self) {
        self.shares().retain(|_, share| share.strong_count() > 0);
    }

    /// Finds what a network may hold while there is too much in all.
    pub(crate) fn find_level(&self) -> usize {
        let mut networks: Vec<usize> = {
            let shares = self.shares();
            let all = shares.values().filter_map(Weak::upgrade).filter(|share| share.is_network);
            all.map(|share| share.held.load(Relaxed)).collect()
        };
        networks.sort_unstable();
        let (mut rest, mut left) = (self.limit / 2, networks.len());
        let mut level = usize::MAX;
        for held in networks {
            if held > rest / left {
                level = rest / left;
                break;
            }
            rest -= held;
            left -= 1;
        }
        self.level.store(level, Relaxed);
        self.level_at.store(self.held(), Relaxed);
        level
    }

    /// What a network may hold now.
    fn level(&self) -> usize {
        if !self.is_short() {
            return usize::MAX;
        }
        if self.held().abs_diff(self.level_at.load(Relaxed)) > self.limit / LEVEL_PART {
            return self.find_level();
        }
        self.level.load(Relaxed)
    }

    fn shares(&self) -> MutexGuard<'_, HashMap<Prefix, Weak<Share>>> {
        self.shares.lock().expect("no thread panics while it counts")
    }
}

/// Counts what one room or connection holds, for it and for where it comes from.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: Arc<Budget>,
    /// Of its site, its network and its host.
    shares: [Arc<Share>; 3],
    bytes: AtomicUsize,
}

impl Meter {
    /// These bytes, counted until the last copy of them is dropped.
    pub(crate) fn keep(self: &Arc<Self>, bytes: Vec<u8>) -> Bytes {
        let kept = Kept { bytes, meter: Arc::clone(self) };
        self.change(0, charge(&kept.bytes));
        Bytes::from_owner(kept)
    }

    /// Bytes held.
    pub(crate) fn held(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Bytes held by all from the same network.
    pub(crate) fn held_by_network(&self) -> usize {
        self.shares[1].held.load(Relaxed)
    }

    /// Bytes beyond its share of what its network and host may hold, where these hold more than that. While there is
    /// too much in all, networks may hold what is [found](Budget::find_level).
    pub(crate) fn excess(&self, level: usize) -> usize {
        let fair = self.overdrawn(level).map(|(share, most)| most / share.rooms.load(Relaxed).max(1)).min();
        self.held().saturating_sub(fair.unwrap_or(usize::MAX))
    }

    /// Whether it has to do with less at once.
    pub(crate) fn is_short(&self) -> bool {
        self.held() > self.budget.limit / SMALL_PART && self.excess(self.budget.level()) > 0
    }

    /// The site, the network and the host, where they hold more than they may, and how much that is.
    fn overdrawn(&self, level: usize) -> impl Iterator<Item = (&Share, usize)> {
        let limit = self.budget.limit;
        let most = [limit / SITE_PART, level.min(limit / NETWORK_PART), limit / HOST_PART];
        let shares = self.shares.iter().map(|share| &**share).zip(most);
        shares.filter(|(share, most)| share.held.load(Relaxed) > *most)
    }

    fn change(&self, before: usize, now: usize) {
        let [site, network, host] = &self.shares;
        for counter in [&self.bytes, &site.held, &network.held, &host.held, &self.budget.held] {
            if now >= before {
                counter.fetch_add(now - before, Relaxed);
            } else {
                counter.fetch_sub(before - now, Relaxed);
            }
        }
    }
}

/// Bytes that count.
struct Kept {
    bytes: Vec<u8>,
    meter: Arc<Meter>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.meter.change(charge(&self.bytes), 0);
    }
}

/// What one room or connection holds; what was weighed is given back when dropped, and packets when they are.
#[derive(Debug)]
pub(crate) struct Held {
    meter: Arc<Meter>,
    weighed: usize,
    is_room: bool,
}

impl Held {
    /// All that is no packet was weighed.
    pub(crate) fn set(&mut self, bytes: usize) {
        let before = std::mem::replace(&mut self.weighed, bytes);
        if before != bytes {
            self.meter.change(before, bytes);
        }
    }

    pub(crate) fn meter(&self) -> &Arc<Meter> {
        &self.meter
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(0);
        if self.is_room {
            self.meter.shares.iter().for_each(|share| {
                share.rooms.fetch_sub(1, Relaxed);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(address: &str) -> Source {
        address.parse::<IpAddr>().unwrap().into()
    }

    fn short<const N: usize>(held: [&Held; N]) -> [bool; N] {
        held.map(|held| held.meter.is_short())
    }

    /// JS-RELAY-32.
    #[test]
    fn what_is_held_is_given_back_and_no_prefix_spends_all() {
        let budget = Budget::new(8000);
        let open = |address: &str| budget.open(source(address)).unwrap();
        let (mut mine, mut next) = (open("192.0.2.1"), open("192.0.2.1"));
        let (mut neighbor, mut other) = (open("192.0.2.9"), open("198.51.100.1"));
        mine.set(900);
        next.set(100);
        assert_eq!(short([&mine, &next]), [false; 2]);
        next.set(101);
        assert_eq!(
            short([&mine, &next, &neighbor, &other]),
            [true, false, false, false],
            "more than a host may"
        );
        assert!(budget.open(source("192.0.2.1")).is_none() && budget.open(source("192.0.2.9")).is_some());
        neighbor.set(999);
        assert!(!neighbor.meter.is_short());
        mine.set(1000);
        assert_eq!(short([&mine, &neighbor, &other]), [true, true, false], "more than a network may");
        assert!(budget.open(source("192.0.2.77")).is_none());
        other.set(1000);
        assert!(!other.meter.is_short() && budget.held() == 3100);
        let packet = other.meter.keep(vec![0; 500]);
        assert_eq!((other.meter.held(), budget.held()), (1500, 3600));
        drop((mine, next, neighbor, other));
        assert_eq!(budget.held(), 500, "a packet counts as long as it is somewhere");
        drop(packet.clone());
        drop(packet.slice(10..));
        assert_eq!(budget.held(), 500);
        drop(packet);
        budget.tidy();
        assert!(budget.held() == 0 && budget.shares().is_empty());
    }

    /// JS-RELAY-32.
    #[test]
    fn where_all_hold_too_much_the_heaviest_give_way() {
        let budget = Budget::new(512_000);
        let open = |net: u8, bytes| {
            let mut held = budget.open(source(&format!("10.{net}.0.1"))).unwrap();
            held.set(bytes);
            held
        };
        let light: Vec<_> = (0..10).map(|net| open(net, 5_000)).collect();
        let middle = open(10, 20_000);
        let heavy: Vec<_> = (20..28).map(|net| open(net, 60_000)).collect();
        assert!(budget.is_short());
        assert!(light.iter().chain([&middle]).all(|held| !held.meter.is_short()));
        // Half of the budget, less what the light ones have, is for eight.
        assert!(heavy.iter().all(|held| held.meter.excess(budget.find_level()) == 60_000 - 186_000 / 8));
        assert!(heavy.iter().all(|held| held.meter.is_short()));
        // Whoever comes is let in, and may have as much as the others.
        assert!(!open(99, 20_000).meter.is_short());
        drop(heavy);
        assert!(budget.is_ample());
    }

    /// JS-RELAY-32: however many rooms share a host's part, a small one is not hurried.
    #[test]
    fn a_small_room_gives_way_with_the_others_alone() {
        let budget = Budget::new(512_000);
        let mut rooms: Vec<_> = (0..100).map(|_| budget.open(source("192.0.2.1")).unwrap()).collect();
        rooms.iter_mut().for_each(|room| room.set(700));
        assert!(rooms.iter().all(|room| room.meter.excess(usize::MAX) > 0 && !room.meter.is_short()));
        rooms[0].set(1001);
        assert!(rooms[0].meter.is_short());
    }
}
