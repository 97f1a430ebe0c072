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

/// Bytes of a knock that cost as much as the knock: a genuine one has less than 3 KiB.
const FEE_PER: usize = 4096;

/// The first bits of an address: all who share them count as one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Prefix {
    bits: Ipv6Addr,
    len: u8,
}

impl Prefix {
    /// `v4` bits of an IPv4 address, `v6` of another.
    fn of(address: IpAddr, v4: u8, v6: u8) -> Self {
        let (bits, len) = match address.to_canonical() {
            IpAddr::V4(address) => (address.to_ipv6_mapped().to_bits(), 96 + v4),
            IpAddr::V6(address) => (address.to_bits(), v6),
        };
        Self { bits: Ipv6Addr::from_bits(bits & (u128::MAX << (128 - len))), len }
    }

    /// How many hosts' worth it may have and get wrong.
    fn hosts(self) -> usize {
        match self.len {
            128 | 64 => 1,
            120 | 56 => WIDER,
            _ => WIDER * WIDER,
        }
    }
}

/// Where a connection comes from, at three widths: what one of a network does wrong is not all of the network's fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// One machine, or those behind one translated address: an address of IPv4, a /64 of IPv6.
    pub(crate) host: Prefix,
    /// What a household or an office has: /24 of IPv4, /56 of IPv6.
    pub(crate) network: Prefix,
    /// What anybody can get: /20 of IPv4, /48 of IPv6.
    pub(crate) site: Prefix,
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        let of = |v4, v6| Prefix::of(address, v4, v6);
        Self { host: of(32, 64), network: of(24, 56), site: of(20, 48) }
    }
}

impl Source {
    /// Each width, and how many hosts' worth it may have and get wrong.
    pub(crate) fn widths(self) -> [(Prefix, usize); 3] {
        [self.host, self.network, self.site].map(|prefix| (prefix, prefix.hosts()))
    }
}

/// A network may have, and get wrong, as much as this many of its hosts, and a site as much as this many networks.
const WIDER: usize = 3;

/// Attempts that only so many of are allowed to fail, by where they come from: guessed codes, bad knocks.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// New ones a second, for one host.
    rate: f64,
    /// As many at once.
    size: f64,
    buckets: Mutex<HashMap<Prefix, Bucket>>,
}

impl Attempts {
    pub(crate) fn new(per_second: f64, at_once: f64) -> Self {
        Self { rate: per_second, size: at_once, buckets: Mutex::default() }
    }

    /// Whether one may try from there at all.
    pub(crate) fn may_try(&self, source: Source, now: Instant) -> bool {
        let mut buckets = self.buckets();
        self.widths(source).into_iter().all(|(prefix, rate, size)| {
            buckets.get_mut(&prefix).is_none_or(|bucket| bucket.level(rate, size, now) >= 1.0)
        })
    }

    /// Counts an attempt, or several.
    pub(crate) fn count(&self, source: Source, cost: f64, now: Instant) {
        let mut buckets = self.buckets();
        for (prefix, rate, size) in self.widths(source) {
            if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(&prefix) {
                self.forget(&mut buckets, now);
            }
            buckets.entry(prefix).or_insert(Bucket::full(size, now)).take(cost, rate, size, now);
        }
    }

    /// Takes back what was counted: the attempt was a good one.
    pub(crate) fn forgive(&self, source: Source, cost: f64, now: Instant) {
        let mut buckets = self.buckets();
        for (prefix, rate, size) in self.widths(source) {
            if let Some(bucket) = buckets.get_mut(&prefix) {
                bucket.take(-cost, rate, size, now);
            }
        }
    }

    fn widths(&self, source: Source) -> [(Prefix, f64, f64); 3] {
        source.widths().map(|(prefix, hosts)| (prefix, self.rate * hosts as f64, self.size * hosts as f64))
    }

    fn forget(&self, buckets: &mut HashMap<Prefix, Bucket>, now: Instant) {
        buckets.retain(|prefix, bucket| {
            let hosts = prefix.hosts() as f64;
            bucket.level(self.rate * hosts, self.size * hosts, now) < self.size * hosts
        });
        if buckets.len() >= MAX_BUCKETS {
            buckets.clear();
        }
        buckets.shrink_to_fit();
    }

    fn buckets(&self) -> std::sync::MutexGuard<'_, HashMap<Prefix, Bucket>> {
        self.buckets.lock().expect("no thread panics while it counts")
    }
}

/// What a knock costs where it comes from, until its host finds it good.
#[derive(Debug)]
pub(crate) struct Fee {
    attempts: Arc<Attempts>,
    pub(crate) source: Source,
    cost: f64,
}

impl Fee {
    /// Charges a message of this length; nothing when too many have failed.
    pub(crate) fn charge(attempts: &Arc<Attempts>, source: Source, len: usize, now: Instant) -> Option<Self> {
        let cost = 1.0 + (len / FEE_PER) as f64;
        attempts.may_try(source, now).then(|| {
            attempts.count(source, cost, now);
            Self { attempts: Arc::clone(attempts), source, cost }
        })
    }

    /// The knock was a good one.
    pub(crate) fn give_back(self, now: Instant) {
        self.attempts.forgive(self.source, self.cost, now);
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

    /// Takes tokens, or gives them back; the level may become negative, and is never more than full.
    pub(crate) fn take(&mut self, tokens: f64, rate: f64, size: f64, now: Instant) {
        self.level = (self.level(rate, size, now) - tokens).min(size);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn source(address: &str) -> Source {
        address.parse::<IpAddr>().unwrap().into()
    }

    fn network(address: &str) -> Option<Prefix> {
        Some(source(address).network)
    }

    /// JS-RELAY-8, JS-RELAY-27.
    #[test]
    fn neighbours_share_a_prefix() {
        assert_eq!(network("192.0.2.1"), network("192.0.2.254"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.9"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
        assert_eq!(network("2001:db8:1:2200::1"), network("2001:db8:1:22ff::9"));
        assert_ne!(network("2001:db8:1:2200::1"), network("2001:db8:1:2300::1"));
        let host = |address| source(address).host;
        assert_eq!(host("192.0.2.1"), host("::ffff:192.0.2.1"));
        assert_ne!(host("192.0.2.1"), host("192.0.2.0"));
        assert_eq!(host("2001:db8:1:2200::1"), host("2001:db8:1:2200:9::"));
        assert_ne!(host("2001:db8:1:2200::1"), host("2001:db8:1:2201::1"));
        assert_ne!(Some(host("192.0.2.0")), network("192.0.2.0"), "they are counted apart");
    }

    /// JS-RELAY-8.
    #[test]
    fn attempts_come_back_with_time() {
        let attempts = Attempts::new(10.0 / 60.0, 10.0);
        let now = Instant::now();
        let [a, b] = [source("192.0.2.1"), source("198.51.100.1")];
        for _ in 0..10 {
            assert!(attempts.may_try(a, now));
            attempts.count(a, 1.0, now);
        }
        assert!(!attempts.may_try(a, now) && attempts.may_try(b, now));
        assert!(!attempts.may_try(a, now + Duration::from_secs(5)));
        assert!(attempts.may_try(a, now + Duration::from_secs(7)));
        attempts.forgive(a, 1.0, now);
        assert!(attempts.may_try(a, now));
        // What is given back is never more than there was.
        attempts.forgive(a, 1000.0, now);
        for _ in 0..10 {
            attempts.count(a, 1.0, now);
        }
        assert!(!attempts.may_try(a, now));
    }

    /// JS-RELAY-8, JS-RELAY-10: one host's faults leave its neighbours something, and a whole network has a limit, too.
    #[test]
    fn a_host_does_not_use_up_its_network() {
        let attempts = Attempts::new(1.0, 10.0);
        let now = Instant::now();
        let hosts = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"].map(source);
        for _ in 0..10 {
            attempts.count(hosts[0], 1.0, now);
        }
        assert!(!attempts.may_try(hosts[0], now) && attempts.may_try(hosts[1], now));
        for host in [hosts[1], hosts[2]] {
            attempts.count(host, 10.0, now);
        }
        assert!(!attempts.may_try(hosts[3], now) && attempts.may_try(source("192.0.3.4"), now));
    }

    /// JS-RELAY-8: a network's attempts come back as fast as those of so many of its hosts, no faster.
    #[test]
    fn a_network_s_attempts_come_back_with_time() {
        let attempts = Attempts::new(1.0, 10.0);
        let now = Instant::now();
        for host in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            attempts.count(source(host), 10.0, now);
        }
        let (fourth, later) = (source("192.0.2.4"), now + Duration::from_secs(1));
        for _ in 0..WIDER {
            assert!(attempts.may_try(fourth, later));
            attempts.count(fourth, 1.0, later);
        }
        assert!(!attempts.may_try(fourth, later));
    }

    /// JS-RELAY-8: many addresses, each good for one attempt, do not make a relay forget who has used up its own.
    #[test]
    fn a_sweep_makes_nobody_forgiven() {
        let attempts = Attempts::new(1.0, 10.0);
        let now = Instant::now();
        let guesser = source("192.0.2.1");
        attempts.count(guesser, 30.0, now);
        let sweep = |nets: std::ops::Range<u32>, now| {
            for net in nets {
                attempts.count(IpAddr::from((net << 12).to_be_bytes()).into(), 1.0, now);
            }
        };
        let most = u32::try_from(MAX_BUCKETS / 3).unwrap();
        sweep(0..most - 1, now);
        assert_eq!(attempts.buckets().len(), MAX_BUCKETS / 3 * 3);
        // Two seconds later what the others took has come back.
        let later = now + Duration::from_secs(2);
        sweep(most..most + 1, later);
        assert_eq!(attempts.buckets().len(), 6, "those that are full again are forgotten");
        assert!(!attempts.may_try(guesser, later));
    }

    #[test]
    fn a_sweep_over_many_addresses_does_not_grow_memory() {
        let attempts = Attempts::new(1.0, 10.0);
        let now = Instant::now();
        for net in 0..200_000u32 {
            attempts.count(IpAddr::from((net << 8).to_be_bytes()).into(), 1.0, now);
        }
        assert!(attempts.buckets().len() <= MAX_BUCKETS);
    }
}
