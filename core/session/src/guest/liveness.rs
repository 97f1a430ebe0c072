//! Whether the picture keeps up (rule JS-LIVE-2): a relay can always hold things back, but not unnoticed.

use std::time::Duration;

use super::output::Liveness;
use crate::Millis;

/// A heartbeat that took this much longer than the quickest: the picture is late.
const DELAYED: Duration = Duration::from_secs(3);

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

    /// The state, if it is another than before.
    pub(super) fn changed(&mut self, now: Millis) -> Option<Liveness> {
        let state = match now.since(self.heard) >= STALLED {
            true => Liveness::Stalled,
            false if self.late => Liveness::Delayed,
            false => Liveness::Live,
        };
        (std::mem::replace(&mut self.told, state) != state).then_some(state)
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        (self.told != Liveness::Stalled).then_some(self.heard + STALLED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_then_stalled_then_live() {
        let mut clock = Clock::new(Millis(0));
        clock.heartbeat(Millis(100), 50_000);
        assert_eq!(clock.changed(Millis(100)), None);
        clock.heard(Millis(8200));
        clock.heartbeat(Millis(8200), 55_000);
        assert_eq!(clock.changed(Millis(8200)), Some(Liveness::Delayed));
        assert_eq!(clock.changed(Millis(20_199)), None);
        assert_eq!(clock.changed(Millis(20_200)), Some(Liveness::Stalled));
        clock.heard(Millis(20_300));
        clock.heartbeat(Millis(20_300), 70_200);
        assert_eq!(clock.changed(Millis(20_300)), Some(Liveness::Live));
    }
}
