//! What was sent to a guest and not acknowledged yet, and how much of it its link deserves.
//!
//! The window follows delay, as LEDBAT (RFC 6817) does: it doubles while frames come back acknowledged
//! quickly and shrinks when they queue somewhere on the way. What queues is then at the relay, where newer
//! things can overtake it or replace it, and not in buffers that nobody controls.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const FIRST_WINDOW: u64 = 64 * 1024;
const MIN_WINDOW: u64 = 2 * 1024;
const MAX_WINDOW: u64 = 1024 * 1024;

/// Queueing below this lets the window grow.
const SHORT_QUEUE: Duration = Duration::from_millis(50);
/// Queueing beyond this shrinks it.
const LONG_QUEUE: Duration = Duration::from_millis(100);

/// No path is longer than this: what takes longer, queues.
const MAX_PATH: Duration = Duration::from_millis(300);
/// How long a shortest delay is believed: a path can become longer.
const PATH_MEMORY: Duration = Duration::from_secs(30);

/// Frames are acknowledged in runs of about this many bytes.
const RUN_LEN: u64 = 8 * 1024;

/// Frames on their way to one guest.
pub(super) struct Flight {
    runs: VecDeque<Run>,
    bytes: u64,
    window: u64,
    /// The shortest delay of this period and of the one before.
    path: [Duration; 2],
    path_since: Instant,
    /// Whether something waited for the window since it last changed.
    limited: bool,
    changed: Instant,
    /// Bytes that were sent under the present window and taken: growth waits for a whole one.
    proven: u64,
    /// When the guest last took something, or had taken everything.
    progress: Instant,
}

/// Consecutive frames of one kind, sent together.
struct Run {
    pair: bool,
    last_seq: u64,
    bytes: u64,
    at: Instant,
}

impl Flight {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            runs: VecDeque::new(),
            bytes: 0,
            window: FIRST_WINDOW,
            path: [MAX_PATH; 2],
            path_since: now,
            limited: false,
            changed: now,
            proven: 0,
            progress: now,
        }
    }

    /// Whether a frame of this length may be sent now. One frame always may.
    pub(super) fn admits(&mut self, bytes: u64) -> bool {
        let admits = self.bytes == 0 || self.bytes + bytes <= self.window;
        self.limited |= !admits;
        admits
    }

    pub(super) fn sent(&mut self, pair: bool, seq: u64, bytes: u64, now: Instant) {
        if self.runs.is_empty() {
            self.progress = now;
        }
        self.bytes += bytes;
        match self.runs.back_mut() {
            Some(run) if run.pair == pair && run.at == now && run.bytes + bytes <= RUN_LEN => {
                run.last_seq = seq;
                run.bytes += bytes;
            }
            _ => self.runs.push_back(Run { pair, last_seq: seq, bytes, at: now }),
        }
    }

    /// The guest expects these frames next.
    pub(super) fn taken(&mut self, group: u64, pair: u64, now: Instant) {
        let mut newest = None;
        while let Some(run) = self.runs.front()
            && run.last_seq < if run.pair { pair } else { group }
        {
            self.bytes -= run.bytes;
            // Only frames that were sent under the present window say whether it fits.
            self.proven += if run.at >= self.changed { run.bytes } else { 0 };
            newest = Some(run.at);
            self.runs.pop_front();
        }
        let Some(sent) = newest else { return };
        self.progress = now;
        if self.runs.is_empty() && self.runs.capacity() > 16 {
            self.runs.shrink_to(0);
        }
        self.adapt(sent, now);
    }

    /// Since when the guest owes an acknowledgement, if it owes one.
    pub(super) fn owing_since(&self) -> Option<Instant> {
        (!self.runs.is_empty()).then_some(self.progress)
    }

    fn adapt(&mut self, sent: Instant, now: Instant) {
        let delay = now.saturating_duration_since(sent);
        if now.saturating_duration_since(self.path_since) > PATH_MEMORY {
            self.path = [MAX_PATH, self.path[0]];
            self.path_since = now;
        }
        self.path[0] = self.path[0].min(delay);
        let queued = delay.saturating_sub(self.path[0].min(self.path[1]));
        if sent < self.changed {
            return;
        }
        let window = if queued > LONG_QUEUE {
            // To where the queue would have been short.
            let fits = self.window as u128 * SHORT_QUEUE.as_nanos() / queued.as_nanos();
            (fits as u64).max(MIN_WINDOW)
        } else if queued < SHORT_QUEUE && self.limited && self.proven >= self.window {
            (self.window * 2).min(MAX_WINDOW)
        } else {
            return;
        };
        self.window = window;
        self.limited = false;
        self.proven = 0;
        self.changed = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    /// Frames of a kind are taken by their own numbers, though they left together.
    #[test]
    fn each_kind_is_taken_by_its_own_numbers() {
        let now = Instant::now();
        let mut flight = Flight::new(now);
        flight.sent(true, 1, KIB, now);
        flight.sent(false, 9, KIB, now);
        flight.taken(10, 1, now);
        assert!(flight.owing_since().is_some(), "the pairwise one is under way");
        flight.taken(10, 2, now);
        assert_eq!((flight.owing_since(), flight.bytes), (None, 0));
        flight.sent(false, 10, KIB, now);
        flight.taken(10, 11, now);
        assert_eq!(flight.bytes, KIB, "nor is one taken that is the next");
    }

    /// A link of so many bytes a second and such a length, driven for a while with something always to
    /// send. Gives the window, the bytes taken and the longest queueing seen in the second half.
    fn drive(rate: f64, path: Duration, frame: u64, span: Duration) -> (u64, u64, Duration) {
        let start = Instant::now();
        let mut now = start;
        let mut flight = Flight::new(now);
        let (mut seq, mut taken, mut worst) = (0, 0, Duration::ZERO);
        let mut arrivals: VecDeque<(Instant, u64)> = VecDeque::new();
        let mut free_at = now;
        while now < start + span {
            while flight.admits(frame) {
                flight.sent(false, seq, frame, now);
                seq += 1;
                free_at = free_at.max(now) + Duration::from_secs_f64(frame as f64 / rate);
                arrivals.push_back((free_at + path, seq));
                if now > start + span / 2 {
                    worst = worst.max(free_at - now);
                }
            }
            let (at, next) = arrivals.pop_front().expect("something is under way");
            now = at;
            flight.taken(next, 0, now);
            taken += frame;
        }
        (flight.window, taken, worst)
    }

    /// JS-RELAY-22.
    #[test]
    fn a_fast_link_gets_the_whole_window() {
        let (window, ..) = drive(1e9, Duration::from_micros(100), 16 * KIB, Duration::from_secs(1));
        assert_eq!(window, MAX_WINDOW);
    }

    /// JS-RELAY-22.
    #[test]
    fn a_long_fast_link_gets_the_whole_window() {
        let (window, taken, _) = drive(1e8, Duration::from_millis(150), 16 * KIB, Duration::from_secs(10));
        assert_eq!(window, MAX_WINDOW);
        assert!(taken > 30 << 20, "{taken}");
    }

    /// JS-RELAY-22.
    #[test]
    fn a_slow_link_is_kept_busy_without_a_queue() {
        for rate in [4e6, 1e6, 100e3] {
            let (window, taken, worst) =
                drive(rate, Duration::from_millis(20), 2 * KIB, Duration::from_secs(10));
            assert!(taken as f64 > rate * 8.0, "{rate}: {taken}");
            assert!(worst < Duration::from_millis(220), "{rate}: {worst:?} with {window}");
        }
    }

    /// JS-RELAY-22.
    #[test]
    fn a_modem_gets_one_frame_at_a_time() {
        let (window, taken, _) = drive(960.0, Duration::from_millis(50), KIB, Duration::from_secs(120));
        assert!((MIN_WINDOW..=4 * KIB).contains(&window), "{window}");
        assert!(taken > 100_000, "{taken}");
    }

    /// JS-RELAY-22.
    #[test]
    fn one_frame_may_always_be_sent() {
        let now = Instant::now();
        let mut flight = Flight::new(now);
        assert!(flight.admits(2 * FIRST_WINDOW));
        flight.sent(false, 0, 2 * FIRST_WINDOW, now);
        assert!(!flight.admits(1));
    }

    #[test]
    fn a_guest_that_owes_nothing_is_not_late() {
        let now = Instant::now();
        let mut flight = Flight::new(now);
        assert_eq!(flight.owing_since(), None);
        let later = now + Duration::from_secs(60);
        flight.sent(false, 0, 500, later);
        flight.sent(true, 0, 500, later);
        assert_eq!(flight.owing_since(), Some(later));
        flight.taken(1, 0, later + SHORT_QUEUE);
        assert_eq!(flight.owing_since(), Some(later + SHORT_QUEUE));
        flight.taken(1, 1, later + LONG_QUEUE);
        assert_eq!((flight.owing_since(), flight.bytes), (None, 0));
    }
}
