//! Whether the picture keeps up (rules JS-LIVE-2, 3): a relay can always hold things back, but not unnoticed.

use std::time::Duration;

use super::output::Liveness;
use crate::Millis;

/// A heartbeat that took this much longer than the quickest, or a picture that is not for so long where the host
/// said that it is: it is late.
pub(super) const DELAYED: Duration = Duration::from_secs(3);

/// Nothing for this long, more than two heartbeats: the picture may be old.
const STALLED: Duration = Duration::from_secs(12);

pub(super) struct Clock {
    heard: Millis,
    /// The smallest difference between this clock and the host's, in milliseconds.
    offset: Option<i128>,
    late: bool,
    told: Liveness,
}

impl Clock {
    pub(super) fn new(now: Millis) -> Self {
        Self { heard: now, offset: None, late: false, told: Liveness::Live }
    }

    /// A verified frame came.
    pub(super) fn heard(&mut self, now: Millis) {
        self.heard = now;
    }

    /// The host's clock said `at` when it sealed this.
    pub(super) fn heartbeat(&mut self, now: Millis, at: u64) {
        let difference = i128::from(now.0) - i128::from(at);
        let offset = *self.offset.insert(self.offset.map_or(difference, |offset| offset.min(difference)));
        self.late = difference - offset >= DELAYED.as_millis() as i128;
    }

    /// How things are, when the picture is known to be behind since `behind`: heartbeats alone are no sign of it.
    pub(super) fn state(&self, now: Millis, behind: Option<Millis>) -> Liveness {
        let stalled = self.stalls_at(behind) <= now;
        let behind = behind.is_some_and(|since| now.since(since) >= DELAYED);
        match stalled {
            true => Liveness::Stalled,
            false if self.late || behind => Liveness::Delayed,
            false => Liveness::Live,
        }
    }

    /// The state, if it is another than was told before.
    pub(super) fn changed(&mut self, now: Millis, behind: Option<Millis>) -> Option<Liveness> {
        let state = self.state(now, behind);
        (std::mem::replace(&mut self.told, state) != state).then_some(state)
    }

    pub(super) fn deadline(&self, behind: Option<Millis>) -> Option<Millis> {
        let delayed = behind.filter(|_| self.told == Liveness::Live).map(|since| since + DELAYED);
        let stalled = (self.told != Liveness::Stalled).then(|| self.stalls_at(behind));
        delayed.into_iter().chain(stalled).min()
    }

    fn stalls_at(&self, behind: Option<Millis>) -> Millis {
        behind.map_or(self.heard, |since| since.min(self.heard)) + STALLED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_then_stalled_then_live() {
        let mut clock = Clock::new(Millis(0));
        clock.heartbeat(Millis(100), 50_000);
        assert_eq!(clock.changed(Millis(100), None), None);
        clock.heard(Millis(8200));
        clock.heartbeat(Millis(8200), 55_000);
        assert_eq!(clock.changed(Millis(8200), None), Some(Liveness::Delayed));
        assert_eq!(clock.changed(Millis(20_199), None), None);
        assert_eq!(clock.changed(Millis(20_200), None), Some(Liveness::Stalled));
        clock.heard(Millis(20_300));
        clock.heartbeat(Millis(20_300), 70_200);
        assert_eq!(clock.changed(Millis(20_300), None), Some(Liveness::Live));
    }

    /// JS-LIVE-3.
    #[test]
    fn heartbeats_alone_do_not_keep_a_picture_live() {
        let mut clock = Clock::new(Millis(0));
        let (mut told, behind) = (Vec::new(), Some(Millis(1_000)));
        for now in (0..20_000).step_by(500) {
            clock.heard(Millis(now));
            clock.heartbeat(Millis(now), now);
            told.extend(clock.changed(Millis(now), behind).map(|state| (now, state)));
        }
        assert_eq!(told, [(4_000, Liveness::Delayed), (13_000, Liveness::Stalled)]);
        assert_eq!(clock.changed(Millis(20_000), None), Some(Liveness::Live), "the picture is there");
        assert_eq!(clock.deadline(Some(Millis(20_000))), Some(Millis(23_000)));
    }
}
