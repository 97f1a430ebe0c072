//! Probes: small conditional requests that tell soon of a change to something large, and how often they are made.

use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;

/// While nothing changes, probes come ever more seldom: after this part of the time that it has been quiet.
const QUIET_PART: u32 = 600;

/// However quiet it is, a probe comes after this long.
const QUIET: Duration = Duration::from_secs(5);

/// The part of what a forge still allows that probes may use up.
const ALLOWED_PART: u64 = 4;

/// What stands for the rest: its tag or its parts change with whatever lies below it.
#[derive(Clone)]
pub(super) struct Probe {
    /// From the host's top on.
    pub(super) path: String,
    differ: fn(&[u8], &[u8]) -> bool,
}

impl Probe {
    /// Whether a look would show something new. Much of what a forge says of a thing is shown nowhere.
    pub(super) fn tells(&self, before: &[u8], now: &[u8]) -> bool {
        before != now && (self.differ)(before, now)
    }
}

/// What is probed.
#[derive(Default)]
pub(super) struct Probes {
    all: Vec<Probe>,
    /// How many of the others had their turn.
    turns: usize,
}

impl Probes {
    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// `T` holds what is compared.
    pub(super) fn add<T: DeserializeOwned + PartialEq>(&mut self, path: &str) {
        self.all.push(Probe { path: path.to_owned(), differ: differ::<T> });
    }

    pub(super) fn any(&self, fits: impl Fn(&Probe) -> bool) -> bool {
        self.all.iter().any(fits)
    }

    /// The first, which is the one that is waited for, and in turn one of the others.
    pub(super) fn due(&mut self) -> Vec<Probe> {
        let Some((first, others)) = self.all.split_first() else { return Vec::new() };
        let other = others.get(self.turns.checked_rem(others.len()).unwrap_or(0));
        self.turns = self.turns.wrapping_add(1);
        [first].into_iter().chain(other).cloned().collect()
    }
}

/// What is not understood is looked at as a whole: that tells what is wrong.
fn differ<T: DeserializeOwned + PartialEq>(before: &[u8], now: &[u8]) -> bool {
    match (serde_json::from_slice::<T>(before), serde_json::from_slice::<T>(now)) {
        (Ok(before), Ok(now)) => before != now,
        _ => true,
    }
}

/// What a forge allows: so many requests more, until then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Allowance {
    pub(super) left: u64,
    pub(super) reset: Option<SystemTime>,
}

impl Allowance {
    /// How long to wait after a request that left this much. One that cost nothing, as what has not changed costs nothing
    /// at GitHub, may be made again at once. Others share what is left with everything else that this person does there.
    fn pause(self, before: Self, now: SystemTime) -> Duration {
        if self.left >= before.left {
            return Duration::ZERO;
        }
        let rest = self.reset.and_then(|reset| reset.duration_since(now).ok());
        match (rest, u32::try_from(self.left / ALLOWED_PART)) {
            (Some(rest), Ok(requests @ 1..)) => rest / requests,
            (Some(_), Err(_)) => Duration::ZERO,
            (None, _) | (Some(_), Ok(0)) => Duration::MAX,
        }
    }
}

/// The time until the next probe: as often as `every`, more seldom where it has been quiet for long or where it costs.
pub(super) fn pause(
    every: Duration,
    quiet: Duration,
    before: Option<Allowance>,
    after: Option<Allowance>,
) -> Duration {
    let cost =
        before.zip(after).map_or(Duration::ZERO, |(before, after)| after.pause(before, SystemTime::now()));
    (quiet / QUIET_PART).min(QUIET).max(every).max(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(1);

    fn left(left: u64, rest: u64) -> Option<Allowance> {
        // The half second is longer than a test takes between here and there.
        let reset = SystemTime::now() + Duration::from_secs(rest) + Duration::from_millis(500);
        Some(Allowance { left, reset: Some(reset) })
    }

    #[test]
    fn what_is_quiet_for_long_is_probed_more_seldom() {
        let after = |minutes: u64| pause(EVERY, Duration::from_secs(60 * minutes), None, None);
        assert_eq!([after(0), after(10), after(30), after(600)].map(|pause| pause.as_secs()), [1, 1, 3, 5]);
    }

    #[test]
    fn a_probe_that_cost_something_is_followed_once_it_can_be_afforded() {
        let quiet = Duration::ZERO;
        let after = |before, after| pause(EVERY, quiet, before, after).as_secs();
        assert_eq!(after(left(5000, 3600), left(5000, 3600)), 1, "it was free");
        assert_eq!(after(left(3, 1), left(5000, 3600)), 1, "the next hour has begun");
        assert_eq!(after(left(401, 600), left(400, 600)), 6);
        assert_eq!(after(left(2000, 60), left(1999, 60)), 1, "there is plenty");
        assert_eq!(pause(EVERY, quiet, left(4, 600), left(3, 600)), Duration::MAX);
        let untold = |left| Some(Allowance { left, reset: None });
        assert_eq!(pause(EVERY, quiet, untold(500), untold(499)), Duration::MAX);
    }

    #[test]
    fn others_than_the_first_have_their_turns() {
        let mut probes = Probes::default();
        assert!(probes.due().is_empty());
        for path in ["a", "b", "c"] {
            probes.add::<u8>(path);
        }
        let mut due = || probes.due().into_iter().map(|probe| probe.path).collect::<String>();
        assert_eq!([due(), due(), due()], ["ab", "ac", "ab"]);
    }

    #[test]
    fn what_cannot_be_read_is_looked_at() {
        let mut probes = Probes::default();
        probes.add::<u8>("a");
        let probe = &probes.due()[0];
        assert!(!probe.tells(b"1", b" 1") && probe.tells(b"1", b"2") && probe.tells(b"1", b"\"x\""));
    }
}
