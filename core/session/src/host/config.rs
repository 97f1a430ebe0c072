//! What a host starts with.

use std::time::Duration;

use jumpseat_wire::limits::{MAX_GUESTS, SESSION_LIFETIME};

/// What a host starts with.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// The name that guests see.
    pub name: String,
    /// How many guests may have a seat; the relay may allow fewer.
    pub max_guests: usize,
    /// When the session ends by itself.
    pub lifetime: Duration,
    /// Milliseconds since 1970 at the first `now`: chat messages carry the time of day.
    pub started_at: u64,
}

impl HostConfig {
    /// The usual limits.
    pub fn new(name: impl Into<String>, started_at: u64) -> Self {
        Self { name: name.into(), max_guests: MAX_GUESTS, lifetime: SESSION_LIFETIME, started_at }
    }
}
