//! What is done at once, but at most once in a while: a relay may ask for it as often as it likes.

use std::time::Duration;

use crate::Millis;

/// One such thing. What is wanted too soon waits for its time, and counts once.
pub(crate) struct Pace {
    every: Duration,
    last: Option<Millis>,
    due: Option<Millis>,
}

impl Pace {
    pub(crate) fn new(every: Duration) -> Self {
        Self { every, last: None, due: None }
    }

    /// It is to be done.
    pub(crate) fn want(&mut self, now: Millis) {
        let at = self.last.map_or(now, |last| now.max(last + self.every));
        self.due.get_or_insert(at);
    }

    /// When it is due, if it is wanted.
    pub(crate) fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Whether it is to be done now; if so, counts it as done.
    pub(crate) fn take(&mut self, now: Millis) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            (self.last, self.due) = (Some(now), None);
        }
        due
    }

    /// Forgets what was wanted and what was done.
    pub(crate) fn reset(&mut self) {
        (self.last, self.due) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_too_often_is_done_once_in_a_while() {
        let mut pace = Pace::new(Duration::from_secs(1));
        assert!(!pace.take(Millis(0)), "nobody wanted it");
        let mut done = Vec::new();
        for now in 100..2_500 {
            pace.want(Millis(now));
            if pace.take(Millis(now)) {
                done.push(now);
            }
        }
        assert_eq!(done, [100, 1_100, 2_100]);
        pace.reset();
        assert_eq!(pace.due(), None);
        pace.want(Millis(2_500));
        assert!(pace.take(Millis(2_500)));
    }
}
