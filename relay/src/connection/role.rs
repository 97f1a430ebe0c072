//! What a connection is to its room: the host's end, or a guest's.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jumpseat_wire::{
    CloseCode, KnockId, SessionId, control,
    control::{GuestToRelay, HostToRelay},
};

use crate::{
    admission::{Attempts, Bucket, Fee, Source},
    link::Link,
    rooms::SharedRoom,
    socket::Incoming,
    state::Shared,
};

/// How long a guest that sends too much is not read from.
const THROTTLE: Duration = Duration::from_millis(20);

/// What a connection is to its room.
pub(super) enum Role {
    Host(HostRole),
    Guest(GuestRole),
}

impl Role {
    /// To be called at the start of each turn.
    pub(super) fn begin(&mut self, now: Instant) {
        if let Self::Host(host) = self
            && host.ring_at.is_some_and(|at| at <= now)
        {
            host.ring_at = host.room.lock().ring_guests(now);
        }
    }

    /// To be called when a turn has read; says when there has to be another turn at the latest.
    pub(super) fn settle(&mut self, now: Instant) -> Option<Instant> {
        let Self::Host(host) = self else { return None };
        if std::mem::take(&mut host.sent) {
            host.ring_at = host.room.lock().ring_guests(now);
        }
        host.ring_at
    }

    /// Whether to read from the connection; if not, perhaps when to ask again.
    pub(super) fn wants_input(&mut self, link: &Arc<Link>, now: Instant) -> Result<(), Option<Instant>> {
        match self {
            Self::Host(_) => Ok(()),
            Self::Guest(guest) => guest.wants_input(link, now),
        }
    }

    /// Whether it is a guest's that has a seat, or a host's that has seated one.
    pub(super) fn has_seat(&self, link: &Link) -> bool {
        match self {
            Self::Host(host) => host.room.lock().was_seated(),
            Self::Guest(_) => link.slot().is_some(),
        }
    }

    /// Takes a message.
    pub(super) fn take(
        &mut self,
        link: &Arc<Link>,
        incoming: Incoming<'_>,
        now: Instant,
    ) -> Result<(), CloseCode> {
        match self {
            Self::Host(host) => host.take(link, incoming, now),
            Self::Guest(guest) => guest.take(link, incoming, now),
        }
    }

    /// Moves what is to be sent to `out`, and says when to look again at the latest.
    pub(super) fn fetch(
        &mut self,
        link: &Arc<Link>,
        now: Instant,
        out: &mut VecDeque<Bytes>,
    ) -> Option<Instant> {
        match self {
            Self::Host(host) => host.room.lock().fetch_host(link, now, out),
            Self::Guest(guest) => {
                out.extend(guest.introduction.take());
                guest.room.lock().fetch_guest(link, now, out)
            }
        }
    }

    /// As [`fetch`](Self::fetch) while nothing more can be sent: only the time.
    pub(super) fn watch(&mut self, link: &Arc<Link>, now: Instant) -> Option<Instant> {
        match self {
            Self::Host(_) => None,
            Self::Guest(guest) => guest.room.lock().watch_guest(link, now),
        }
    }

    /// Leaves the room when the connection has ended.
    pub(super) async fn leave(self, shared: &Shared, link: &Arc<Link>, now: Instant) {
        match self {
            Self::Host(host) => {
                host.room.lock().host_lost(link, now);
                shared.rooms.sweep_one(&host.sid, &host.room, now).await;
            }
            Self::Guest(guest) => {
                let mut room = guest.room.lock();
                if let Some(knock) = guest.knock {
                    room.knock_left(knock);
                }
                room.guest_lost(link, now);
            }
        }
    }
}

/// The host's end.
pub(super) struct HostRole {
    sid: SessionId,
    room: Arc<SharedRoom>,
    /// Whether it sent frames in this turn.
    sent: bool,
    /// When guests have to be rung that were not yet.
    ring_at: Option<Instant>,
}

impl HostRole {
    pub(super) fn new(sid: SessionId, room: Arc<SharedRoom>) -> Self {
        Self { sid, room, sent: false, ring_at: None }
    }

    fn take(&mut self, link: &Arc<Link>, incoming: Incoming<'_>, now: Instant) -> Result<(), CloseCode> {
        match incoming {
            Incoming::Binary(frame) => {
                self.sent = true;
                self.room.lock().host_sends(link, frame, now)?;
            }
            Incoming::Text(text) => {
                let message: HostToRelay = control::decode(text).map_err(|_| CloseCode::BadMessage)?;
                self.room.lock().host_says(link, message, now)?;
            }
        }
        Ok(())
    }
}

/// A guest's end.
pub(super) struct GuestRole {
    room: Arc<SharedRoom>,
    introduction: Option<Bytes>,
    knock: Option<KnockId>,
    source: Source,
    /// What knocks from there cost.
    knocks: Arc<Attempts>,
    messages: Bucket,
    messages_per_second: f64,
}

impl GuestRole {
    pub(super) fn new(
        room: Arc<SharedRoom>,
        introduction: Option<Bytes>,
        shared: &Shared,
        source: Source,
        now: Instant,
    ) -> Self {
        let messages_per_second = f64::from(shared.config.limits.messages_per_second);
        let messages = Bucket::full(messages_per_second, now);
        let knocks = Arc::clone(&shared.knocks);
        Self { room, introduction, knock: None, source, knocks, messages, messages_per_second }
    }

    fn wants_input(&mut self, link: &Arc<Link>, now: Instant) -> Result<(), Option<Instant>> {
        let rate = self.messages_per_second;
        if self.messages.level(rate, rate, now) < 1.0 {
            return Err(Some(now + THROTTLE));
        }
        // The room rings when there is space again.
        if self.room.lock().wants_input(link) { Ok(()) } else { Err(None) }
    }

    fn take(&mut self, link: &Arc<Link>, incoming: Incoming<'_>, now: Instant) -> Result<(), CloseCode> {
        self.messages.take(1.0, self.messages_per_second, self.messages_per_second, now);
        match incoming {
            Incoming::Binary(frame) => self.room.lock().guest_sends(link, frame, now),
            Incoming::Text(text) => match control::decode(text).map_err(|_| CloseCode::BadMessage)? {
                GuestToRelay::Ack { .. } if link.slot().is_none() => Err(CloseCode::BadMessage),
                GuestToRelay::Ack { group, pair } => {
                    self.room.lock().guest_acknowledges(link, group, pair, now);
                    Ok(())
                }
                GuestToRelay::Knock { .. } if self.knock.is_some() || link.slot().is_some() => {
                    Err(CloseCode::BadMessage)
                }
                GuestToRelay::Knock { data } => {
                    let fee = Fee::charge(&self.knocks, self.source, data.0.len(), now);
                    let fee = fee.ok_or(CloseCode::RateLimited)?;
                    self.knock = Some(self.room.lock().knock(Arc::clone(link), data, fee)?);
                    Ok(())
                }
            },
        }
    }
}
