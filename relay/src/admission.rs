//! How much of the relay one address may have.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex},
    time::Instant,
};

/// Buckets kept at one time. Beyond it those that are full again are forgotten, then all: memory is bounded,
/// and forgetting errs on the side of letting people in.
const MAX_BUCKETS: usize = 65_536;

/// The part of an address that usually has one owner: /24 of IPv4, /56 of IPv6.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Prefix(Ipv6Addr);

impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        let (bits, kept) = match address.to_canonical() {
            IpAddr::V4(v4) => (v4.to_ipv6_mapped().to_bits(), 96 + 24),
            IpAddr::V6(v6) => (v6.to_bits(), 56),
        };
        Self(Ipv6Addr::from_bits(bits & (u128::MAX << (128 - kept))))
    }
}

/// So many of something in all and by prefix: connections, rooms.
#[derive(Debug)]
pub(crate) struct Places {
    all: usize,
    per_prefix: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_prefix: HashMap<Prefix, usize>,
}

impl Places {
    pub(crate) fn new(all: usize, per_prefix: usize) -> Arc<Self> {
        Arc::new(Self { all, per_prefix, open: Mutex::default() })
    }

    /// A place for one more, given back when dropped; nothing beyond the limits.
    pub(crate) fn admit(self: &Arc<Self>, prefix: Prefix) -> Option<Place> {
        let mut open = self.open();
        if open.all >= self.all || open.by_prefix.get(&prefix).is_some_and(|open| *open >= self.per_prefix) {
            return None;
        }
        open.all += 1;
        *open.by_prefix.entry(prefix).or_default() += 1;
        Some(Place { prefix, places: Arc::clone(self) })
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().expect("no thread panics while it counts")
    }
}

/// One's place.
#[derive(Debug)]
pub(crate) struct Place {
    prefix: Prefix,
    places: Arc<Places>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open();
        open.all -= 1;
        if let Some(count) = open.by_prefix.get_mut(&self.prefix) {
            *count -= 1;
            if *count == 0 {
                open.by_prefix.remove(&self.prefix);
            }
        }
    }
}

/// Attempts by prefix that only so many of are allowed: guessed codes, wrong claims.
#[derive(Debug)]
pub(crate) struct Attempts {
    per_minute: f64,
    /// As many at once.
    at_once: f64,
    buckets: Mutex<HashMap<Prefix, Bucket>>,
}

impl Attempts {
    pub(crate) fn new(per_minute: u32, at_once: usize) -> Self {
        Self { per_minute: per_minute.into(), at_once: at_once as f64, buckets: Mutex::default() }
    }

    /// Whether this prefix may try at all.
    pub(crate) fn may_try(&self, prefix: Prefix, now: Instant) -> bool {
        let mut buckets = self.buckets();
        buckets
            .get_mut(&prefix)
            .is_none_or(|bucket| bucket.level(self.per_minute / 60.0, self.at_once, now) >= 1.0)
    }

    /// Counts an attempt.
    pub(crate) fn count(&self, prefix: Prefix, now: Instant) {
        let (rate, size) = (self.per_minute / 60.0, self.at_once);
        let mut buckets = self.buckets();
        if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(&prefix) {
            buckets.retain(|_, bucket| bucket.level(rate, size, now) < size);
            if buckets.len() >= MAX_BUCKETS {
                buckets.clear();
            }
            buckets.shrink_to_fit();
        }
        buckets.entry(prefix).or_insert(Bucket::full(size, now)).take(rate, size, now);
    }

    fn buckets(&self) -> std::sync::MutexGuard<'_, HashMap<Prefix, Bucket>> {
        self.buckets.lock().expect("no thread panics while it counts")
    }
}

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    level: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn full(size: f64, now: Instant) -> Self {
        Self { level: size, at: now }
    }

    /// The tokens in it, with `rate` new ones a second up to `size`.
    pub(crate) fn level(&mut self, rate: f64, size: f64, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + passed * rate).min(size);
        self.at = self.at.max(now);
        self.level
    }

    /// Takes a token; the level may become negative.
    pub(crate) fn take(&mut self, rate: f64, size: f64, now: Instant) {
        self.level = self.level(rate, size, now) - 1.0;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn prefix(address: &str) -> Prefix {
        address.parse::<IpAddr>().unwrap().into()
    }

    /// JS-RELAY-8, JS-RELAY-27.
    #[test]
    fn neighbours_share_a_prefix() {
        assert_eq!(prefix("192.0.2.1"), prefix("192.0.2.254"));
        assert_eq!(prefix("192.0.2.1"), prefix("::ffff:192.0.2.9"));
        assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
        assert_eq!(prefix("2001:db8:1:2200::1"), prefix("2001:db8:1:22ff::9"));
        assert_ne!(prefix("2001:db8:1:2200::1"), prefix("2001:db8:1:2300::1"));
    }

    /// JS-RELAY-27.
    #[test]
    fn places_are_given_back() {
        let places = Places::new(3, 2);
        let [a, b] = [prefix("192.0.2.1"), prefix("198.51.100.1")];
        let first = places.admit(a).unwrap();
        let _second = places.admit(a).unwrap();
        assert!(places.admit(a).is_none(), "two per prefix");
        let _third = places.admit(b).unwrap();
        assert!(places.admit(b).is_none(), "three in all");
        drop(first);
        assert!(places.admit(b).is_some());
    }

    /// JS-RELAY-8.
    #[test]
    fn attempts_come_back_with_time() {
        let attempts = Attempts::new(10, 10);
        let now = Instant::now();
        let [a, b] = [prefix("192.0.2.1"), prefix("198.51.100.1")];
        for _ in 0..10 {
            assert!(attempts.may_try(a, now));
            attempts.count(a, now);
        }
        assert!(!attempts.may_try(a, now) && attempts.may_try(b, now));
        assert!(attempts.may_try(a, now + Duration::from_secs(7)));
    }

    #[test]
    fn a_sweep_over_many_addresses_does_not_grow_memory() {
        let attempts = Attempts::new(10, 10);
        let now = Instant::now();
        for net in 0..200_000u32 {
            attempts.count(IpAddr::from((net << 8).to_be_bytes()).into(), now);
        }
        assert!(attempts.buckets().len() <= MAX_BUCKETS);
    }
}
