//! A line that is kept up: dialled, watched, and dialled again after a pause that grows.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Sink as _, Stream as _};
use jumpseat_wire::{
    CloseCode,
    limits::{MAX_CONTROL_LEN, MAX_FRAME_LEN},
};
use tokio::time::{Sleep, sleep};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::{
    dial::{Dialer, READ_LEN, Socket},
    keepalive::{Keepalive, Silence},
    throttle::Throttle,
};
use crate::api::{ApiError, ApiErrorKind};

/// The pause after the first failure …
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// … and the longest one.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long a closing line may take to say goodbye.
const CLOSE_FOR: Duration = Duration::from_secs(2);

/// Bytes that may wait for a relay that does not read. A host sends at most 2 MiB of group frames ahead of the
/// relay's acknowledgement and 256 KiB ahead of each guest's: only a relay that breaks the rules meets this.
pub(crate) const MAX_WAITING: usize = 16 * 1024 * 1024;

/// The least that a message counts: what its bookkeeping costs.
const LEAST_CHARGE: usize = 128;

/// What is read before others have their turn: more than the longest message.
const TURN_LEN: usize = 2 * MAX_FRAME_LEN;

/// Bytes that may have been read and belong to no message yet: one that came in part, and what one read brought.
const UNDER_WAY: usize = READ_LEN + MAX_FRAME_LEN + MAX_CONTROL_LEN;

/// What happened on a line.
#[derive(Debug)]
pub(crate) enum ConnectionEvent {
    /// It stands.
    Up,
    /// A control message.
    Text(Utf8Bytes),
    /// A sealed frame.
    Frame(Bytes),
    /// It is gone, or did not come to stand.
    Down {
        /// The relay's reason, if it gave one of the protocol's.
        code: Option<CloseCode>,
        /// The same for a person.
        failure: ApiError,
        /// When it is dialled next.
        retry_in: Duration,
    },
    /// It is closed, as was asked.
    Closed,
}

/// A line to one relay.
pub(crate) struct RelayConnection {
    dialer: Dialer,
    state: State,
    /// Tries since it last stood for real.
    failures: u32,
    out: VecDeque<Message>,
    /// What `out` counts, in bytes: never over [`MAX_WAITING`].
    waiting: usize,
    /// Why the connection has to go, found while nothing could be told.
    broken: Option<ApiError>,
    /// Whether the task was woken for that.
    woken: bool,
}

enum State {
    Pause(Pin<Box<Sleep>>),
    Dialling(Pin<Box<dyn Future<Output = Result<Box<Socket>, ApiError>> + Send>>),
    Up {
        socket: Box<Socket>,
        keepalive: Keepalive,
        throttle: Throttle,
        unflushed: bool,
        /// Bytes that were read and that no message accounts for so far.
        unheard: usize,
        /// A control message came: more than the first word of a relay that hangs up after it.
        greeted: bool,
    },
    /// `said`: our goodbye is on its way.
    Closing {
        socket: Box<Socket>,
        patience: Pin<Box<Sleep>>,
        said: bool,
    },
    Closed,
}

impl RelayConnection {
    /// Dials at once.
    pub(crate) fn new(dialer: Dialer) -> Self {
        let state = State::Dialling(Box::pin(dialer.clone().dial()));
        Self { dialer, state, failures: 0, out: VecDeque::new(), waiting: 0, broken: None, woken: false }
    }

    /// Sends a control message, in order with frames. Nothing goes out while it is down: the session's machine
    /// says again what is needed.
    pub(crate) fn send_text(&mut self, text: String) {
        self.send(Message::text(text));
    }

    /// Sends a frame.
    pub(crate) fn send_frame(&mut self, frame: Bytes) {
        self.send(Message::Binary(frame));
    }

    /// JS-LINK-7: beyond the bound the connection goes, and the session resumes over the next one.
    fn send(&mut self, message: Message) {
        if !matches!(self.state, State::Up { .. }) || self.broken.is_some() {
            return;
        }
        self.waiting += charge(&message);
        if self.waiting > MAX_WAITING {
            self.forget_waiting();
            self.broken = Some(ApiError::new(ApiErrorKind::Unreachable, "the relay takes nothing any more"));
            return;
        }
        self.out.push_back(message);
    }

    fn forget_waiting(&mut self) {
        self.out = VecDeque::new();
        self.waiting = 0;
    }

    /// Whether it stands, or stands and is being closed.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up { .. } | State::Closing { .. })
    }

    /// Ends it, after what was sent.
    pub(crate) fn close(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Closed) {
            State::Up { socket, .. } => {
                State::Closing { socket, patience: Box::pin(sleep(CLOSE_FOR)), said: false }
            }
            closing @ State::Closing { .. } => closing,
            _ => State::Closed,
        };
    }

    /// Gives the connection up at once and dials again after a pause: the other end broke the protocol.
    pub(crate) fn drop_connection(&mut self, failure: ApiError) -> ConnectionEvent {
        self.down(None, failure)
    }

    /// The next event. Also sends what waits.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionEvent> {
        loop {
            match &mut self.state {
                State::Closed => return Poll::Pending,
                State::Pause(pause) => {
                    ready!(pause.as_mut().poll(cx));
                    self.state = State::Dialling(Box::pin(self.dialer.clone().dial()));
                }
                State::Dialling(dialling) => match ready!(dialling.as_mut().poll(cx)) {
                    Ok(socket) => {
                        self.state = State::Up {
                            socket,
                            keepalive: Keepalive::new(),
                            throttle: Throttle::new(),
                            unflushed: false,
                            unheard: 0,
                            greeted: false,
                        };
                        return Poll::Ready(ConnectionEvent::Up);
                    }
                    Err(failure) => return Poll::Ready(self.down(None, failure)),
                },
                State::Up { .. } => {
                    if let Some(failure) = self.broken.take() {
                        return Poll::Ready(self.down(None, failure));
                    }
                    if let Err(error) = self.send_waiting(cx) {
                        return Poll::Ready(self.lost(&error));
                    }
                    if let Some(event) = ready!(self.poll_up(cx)) {
                        return Poll::Ready(event);
                    }
                }
                State::Closing { .. } => {
                    ready!(self.poll_closing(cx));
                    self.state = State::Closed;
                    return Poll::Ready(ConnectionEvent::Closed);
                }
            }
        }
    }

    /// Sends what waits, as far as the network takes it: several messages, one flush.
    pub(crate) fn flush(&mut self, cx: &mut Context<'_>) {
        if self.broken.is_none()
            && let Err(error) = self.send_waiting(cx)
        {
            self.forget_waiting();
            self.broken = Some(broke(&error));
        }
        // The next poll tells it, and nothing else calls for that one.
        if self.broken.is_some() && !std::mem::replace(&mut self.woken, true) {
            cx.waker().wake_by_ref();
        }
    }

    fn send_waiting(&mut self, cx: &mut Context<'_>) -> Result<(), tungstenite::Error> {
        while !self.out.is_empty() {
            let State::Up { socket, unflushed, .. } = &mut self.state else { return Ok(()) };
            match Pin::new(&mut **socket).poll_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Ok(()),
            }
            *unflushed = true;
            if let Some(message) = self.out.pop_front() {
                self.waiting -= charge(&message);
                Pin::new(&mut **socket).start_send(message)?;
            }
        }
        let State::Up { socket, unflushed, .. } = &mut self.state else { return Ok(()) };
        if *unflushed && let Poll::Ready(flushed) = Pin::new(&mut **socket).poll_flush(cx) {
            flushed?;
            *unflushed = false;
        }
        Ok(())
    }

    /// `None` is worth another look. Whatever a relay sends is paid for before the next is read, and nothing that tells
    /// this end nothing is read in a row (JS-LINK-8).
    fn poll_up(&mut self, cx: &mut Context<'_>) -> Poll<Option<ConnectionEvent>> {
        let State::Up { socket, keepalive, throttle, unflushed, unheard, greeted } = &mut self.state else {
            return Poll::Pending;
        };
        if throttle.poll(cx).is_pending() {
            // Silence that this end asked for says nothing.
            keepalive.heard();
            return Poll::Pending;
        }
        socket.get_mut().allow(TURN_LEN);
        let message = Pin::new(&mut **socket).poll_next(cx);
        *unheard = unheard.saturating_add(socket.get_mut().take_read());
        if let Poll::Ready(Some(Ok(message))) = &message {
            *unheard = unheard.saturating_sub(on_the_wire(message.len()));
        }
        if let Some(idle) = unheard.checked_sub(UNDER_WAY) {
            throttle.charge_idle(idle);
            *unheard = UNDER_WAY;
        }
        let Poll::Ready(message) = message else {
            return match ready!(keepalive.poll(cx)) {
                Silence::Ping => {
                    self.send(Message::Ping(Bytes::new()));
                    Poll::Ready(None)
                }
                Silence::Dead => {
                    let failure = ApiError::new(ApiErrorKind::Unreachable, "the relay is silent");
                    Poll::Ready(Some(self.down(None, failure)))
                }
            };
        };
        keepalive.heard();
        Poll::Ready(match message {
            Some(Ok(Message::Text(text))) => {
                throttle.charge(text.len());
                if std::mem::replace(greeted, true) {
                    self.failures = 0;
                }
                Some(ConnectionEvent::Text(text))
            }
            Some(Ok(Message::Binary(frame))) => {
                self.failures = 0;
                Some(ConnectionEvent::Frame(frame))
            }
            // Its answer lies in the socket already and wants a flush.
            Some(Ok(Message::Ping(payload))) => {
                throttle.charge(payload.len());
                *unflushed = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Ok(Message::Close(close))) => {
                let code = close.as_ref().and_then(|close| CloseCode::from_u16(close.code.into()));
                let said = code.map_or("it closed the connection", CloseCode::reason);
                let failure = ApiError::new(ApiErrorKind::Unreachable, format!("the relay hung up: {said}"));
                Some(self.down(code, failure))
            }
            Some(Ok(other)) => {
                throttle.charge(other.len());
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Err(error)) => Some(self.lost(&error)),
            None => {
                let failure = ApiError::new(ApiErrorKind::Unreachable, "the relay hung up");
                Some(self.down(None, failure))
            }
        })
    }

    fn poll_closing(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let State::Closing { socket, patience, said } = &mut self.state else { return Poll::Ready(()) };
        if patience.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        while !self.out.is_empty() {
            if ready!(Pin::new(&mut **socket).poll_ready(cx)).is_err() {
                return Poll::Ready(());
            }
            if let Some(message) = self.out.pop_front()
                && Pin::new(&mut **socket).start_send(message).is_err()
            {
                return Poll::Ready(());
            }
        }
        if !*said {
            *said = ready!(Pin::new(&mut **socket).poll_close(cx)).is_ok();
            if !*said {
                return Poll::Ready(());
            }
        }
        socket.get_mut().allow(TURN_LEN);
        // The relay's answer comes after all that was sent before: only now has it taken the session's end.
        while let Some(Ok(_)) = ready!(Pin::new(&mut **socket).poll_next(cx)) {}
        Poll::Ready(())
    }

    /// A line that is down waits so long before its next try.
    pub(crate) fn rest(&mut self, pause: Duration) {
        if matches!(self.state, State::Pause(_)) {
            self.state = State::Pause(Box::pin(sleep(pause)));
        }
    }

    fn lost(&mut self, error: &tungstenite::Error) -> ConnectionEvent {
        self.down(None, broke(error))
    }

    fn down(&mut self, code: Option<CloseCode>, failure: ApiError) -> ConnectionEvent {
        let retry_in = pause(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.forget_waiting();
        (self.broken, self.woken) = (None, false);
        self.state = State::Pause(Box::pin(sleep(retry_in)));
        ConnectionEvent::Down { code, failure, retry_in }
    }
}

fn broke(error: &tungstenite::Error) -> ApiError {
    ApiError::new(ApiErrorKind::Unreachable, format!("the connection to the relay broke: {error}"))
}

/// What a message of this length is when a relay sends it, in bytes (RFC 6455 section 5.2).
fn on_the_wire(len: usize) -> usize {
    len + if len < 126 { 2 } else { 4 }
}

/// What a message counts against the bound.
fn charge(message: &Message) -> usize {
    message.len() + LEAST_CHARGE
}

/// Doubling, and somewhere in the upper half of it: ends that lost their relay together do not come back together.
fn pause(failures: u32) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
    // Without a source of chance the whole pause is right, too.
    let chance = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    whole.mul_f64(0.5 + 0.5 * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl RelayConnection {
        /// Bytes that wait for the relay to read.
        pub(crate) fn waiting(&self) -> usize {
            assert_eq!(self.waiting, self.out.iter().map(charge).sum::<usize>());
            self.waiting
        }
    }

    #[test]
    fn pauses_grow_and_stay_in_bounds() {
        for failures in 0..40 {
            let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
            for _ in 0..20 {
                let pause = pause(failures);
                assert!(pause >= whole / 2 && pause <= whole, "{failures}: {pause:?}");
            }
        }
        let first: std::collections::BTreeSet<Duration> = (0..20).map(|_| pause(3)).collect();
        assert!(first.len() > 1, "they are all alike");
    }
}
