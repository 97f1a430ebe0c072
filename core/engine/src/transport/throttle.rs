//! How fast a relay's control messages are read: each makes an end work, so a relay that sends thousands has to
//! wait like anyone else. What is not read stays in the network, and TCP slows the relay down.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes of control messages that are read in a second. A genuine relay needs a tenth of it: it acknowledges every
/// 32 KiB, and what it has to say of each guest coalesces.
const RATE: u64 = 2 * 1024 * 1024;

/// Bytes that may come at once: every knock that can wait in a room, twice over.
pub(super) const BURST: u64 = 2 * RATE;

/// The least charge for a message: a short one costs as much work.
pub(super) const LEAST: u64 = 256;

/// What a byte costs that came outside of all messages: two of them are a frame of nothing.
const IDLE: u64 = 16;

/// Paces one connection.
pub(super) struct Throttle {
    /// When everything that was read so far is paid for.
    paid: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { paid: Instant::now(), timer: None }
    }

    /// Charges a control message that was read.
    pub(super) fn charge(&mut self, len: usize) {
        self.pay((len as u64).max(LEAST));
    }

    /// Charges bytes that were read and belong to no message.
    pub(super) fn charge_idle(&mut self, bytes: usize) {
        self.pay(bytes as u64 * IDLE);
    }

    fn pay(&mut self, bytes: u64) {
        self.paid = self.paid.max(Instant::now()) + time_of(bytes);
    }

    /// Ready while more may be read. Once it waits the timer alone says when: a clock that is asked again wakes nobody.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(timer) = &mut self.timer {
                ready!(timer.as_mut().poll(cx));
                self.timer = None;
            }
            let now = Instant::now();
            let Some(wait) = self.paid.saturating_duration_since(now).checked_sub(time_of(BURST)) else {
                return Poll::Ready(());
            };
            self.timer = Some(Box::pin(sleep_until(now + wait)));
        }
    }
}

fn time_of(bytes: u64) -> Duration {
    Duration::from_nanos(bytes * 1_000_000_000 / RATE)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// JS-LINK-8.
    #[tokio::test(start_paused = true)]
    async fn a_burst_is_read_at_once_and_the_rest_at_the_rate() {
        let start = Instant::now();
        let mut throttle = Throttle::new();
        for _ in 0..BURST / LEAST {
            poll_fn(|cx| throttle.poll(cx)).await;
            throttle.charge(1);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..5 * RATE / LEAST {
            poll_fn(|cx| throttle.poll(cx)).await;
            throttle.charge(100);
        }
        assert!((4..=5).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
        // After a rest there is a whole burst again, and not more.
        tokio::time::advance(Duration::from_secs(60)).await;
        let rested = Instant::now();
        for _ in 0..=BURST / LEAST {
            poll_fn(|cx| throttle.poll(cx)).await;
            throttle.charge(1);
        }
        assert_eq!(rested.elapsed(), Duration::ZERO);
    }
}
