//! What the relay counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The number now.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the relay did not deliver, by reason.
#[derive(Debug, Default)]
pub struct Counters {
    /// Guests skipped ahead because they were too many bytes behind.
    pub skips_by_bytes: Counter,
    /// Guests skipped ahead because what they had not taken was too old.
    pub skips_by_age: Counter,
    /// Guests skipped ahead because all rooms together hold too much.
    pub skips_by_memory: Counter,
    /// Group frames that a guest did not get because it was skipped ahead.
    pub frames_skipped: Counter,
    /// Host-to-guest frames dropped because the guest had no connection.
    pub frames_to_absent_guests: Counter,
    /// Guest-to-host frames dropped because the host had no connection.
    pub frames_to_absent_host: Counter,
    /// Group frames that the host sent again after a lost connection.
    pub frames_repeated: Counter,
    /// Bytes of group frames freed because every guest had taken them.
    pub frame_bytes_freed: Counter,
    /// Places asked for with a claim that did not fit. Nobody guesses 256 bits, so they are counted and not limited.
    pub wrong_claims: Counter,
    /// Guests closed because they took nothing for too long.
    pub slow_guests: Counter,
}
