//! When a terminal's output was produced, sealed or not: how old is what a guest had not seen (rule JS-ROLE-6).

use std::{collections::VecDeque, time::Duration};

use crate::Millis;

/// How far back times are known, and how finely.
const TIMES_KEPT: usize = 256;
const STEP: Duration = Duration::from_millis(50);

/// Where a terminal stands, and when it came there.
pub(super) struct Produced {
    position: u64,
    /// Where some output began, and when: each stands for all until the next.
    times: VecDeque<(u64, Millis)>,
}

impl Produced {
    pub(super) fn starting_at(position: u64) -> Self {
        Self { position, times: VecDeque::new() }
    }

    /// Output bytes so far, and one more for each resize.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// It goes on by `len`; gives where that begins.
    pub(super) fn advance(&mut self, now: Millis, len: usize) -> u64 {
        let start = self.position;
        self.position += len as u64;
        if len > 0 && self.times.back().is_none_or(|(_, last)| now.since(*last) >= STEP) {
            self.times.push_back((start, now));
            if self.times.len() > TIMES_KEPT {
                self.times.pop_front();
            }
        }
        start
    }

    /// How old the first output is that a picture at `seen` does not have; at most a step too old. What is not
    /// known any more, or was never produced, is older than anything.
    pub(super) fn age_of_unseen(&self, now: Millis, seen: u64) -> Duration {
        if seen == self.position {
            return Duration::ZERO;
        }
        let known = self.times.partition_point(|(start, _)| *start <= seen).checked_sub(1);
        let at = known.filter(|_| seen < self.position).and_then(|known| self.times.get(known));
        at.map_or(Duration::MAX, |(_, at)| now.since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_is_as_old_as_its_first_byte() {
        let mut produced = Produced::starting_at(10);
        assert_eq!(produced.age_of_unseen(Millis(5), 10), Duration::ZERO);
        assert_eq!(produced.advance(Millis(1_000), 5), 10);
        assert_eq!(produced.advance(Millis(1_049), 5), 15);
        produced.advance(Millis(3_000), 5);
        let age = |seen| produced.age_of_unseen(Millis(4_000), seen);
        let ages = [(10, 3_000), (14, 3_000), (15, 3_000), (20, 1_000), (24, 1_000), (25, 0)];
        for (seen, ms) in ages {
            assert_eq!(age(seen), Duration::from_millis(ms), "{seen}");
        }
        assert_eq!(
            [age(9), age(26), age(u64::MAX)],
            [Duration::MAX; 3],
            "before it began, and after its end"
        );
    }

    #[test]
    fn the_past_is_forgotten_and_counts_as_old() {
        let mut produced = Produced::starting_at(0);
        for step in 0..10_000 {
            produced.advance(Millis(step * 10), 1);
        }
        assert!(produced.times.len() <= TIMES_KEPT);
        let now = Millis(100_000);
        assert_eq!(produced.age_of_unseen(now, 0), Duration::MAX);
        assert_eq!(produced.age_of_unseen(now, 9_500), Duration::from_secs(5));
    }
}
