//! Whether the other end is still there: a ping after silence, the end after more of it.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Silence before a ping. A relay's and a middlebox's own patience is longer: the shortest that proxies come with are
/// HAProxy's example of 30 s and nginx's 60 s, and each has to hear the answer in that time, too.
pub(super) const PING_AFTER: Duration = Duration::from_secs(10);
const _: () = assert!(DEAD_AFTER.as_secs() < 30);

/// Silence before the connection is given up for half-open.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(25);

/// What silence asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Silence {
    Ping,
    Dead,
}

/// Watches one connection.
pub(super) struct Keepalive {
    heard: Instant,
    pinged: bool,
    timer: Pin<Box<Sleep>>,
}

impl Keepalive {
    pub(super) fn new() -> Self {
        let heard = Instant::now();
        Self { heard, pinged: false, timer: Box::pin(sleep_until(heard + PING_AFTER)) }
    }

    /// Something came. The timer mostly stays as it is: it looks at this when it fires.
    pub(super) fn heard(&mut self) {
        self.heard = Instant::now();
        if std::mem::take(&mut self.pinged) {
            self.timer.as_mut().reset(self.heard + PING_AFTER);
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Silence> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let next = self.heard + if self.pinged { DEAD_AFTER } else { PING_AFTER };
            if next > Instant::now() {
                self.timer.as_mut().reset(next);
            } else if self.pinged {
                return Poll::Ready(Silence::Dead);
            } else {
                self.pinged = true;
                self.timer.as_mut().reset(self.heard + DEAD_AFTER);
                return Poll::Ready(Silence::Ping);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_pinged_and_then_given_up() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new();
        assert_eq!(poll_fn(|cx| keepalive.poll(cx)).await, Silence::Ping);
        assert_eq!(start.elapsed().as_secs(), 10);
        keepalive.heard();
        assert_eq!(poll_fn(|cx| keepalive.poll(cx)).await, Silence::Ping);
        assert_eq!(start.elapsed().as_secs(), 20);
        assert_eq!(poll_fn(|cx| keepalive.poll(cx)).await, Silence::Dead);
        assert_eq!(start.elapsed().as_secs(), 35);
    }
}
