//! The room as the host's connection uses it.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jumpseat_wire::{
    Blob, Claim, CloseCode, FrameHeader, FrameKind, HOST_SLOT, KnockId,
    control::{HostToRelay, RelayToGuest, RelayToHost, Seat as SeatClaim},
    limits::MAX_LAG_BYTES,
};

use super::{Room, fits, seat::Seat};
use crate::{budget::Meter, link::Link, packet};

/// Frames that come this soon after others wait for each other …
pub(super) const GATHER: Duration = Duration::from_millis(2);

/// … until they are so many bytes.
pub(super) const GATHER_LEN: usize = 128 * 1024;

impl Room {
    /// Connects the host that opened the room.
    pub(crate) fn open(&mut self, link: Arc<Link>, now: Instant) {
        let opened = RelayToHost::Opened {
            code: self.code,
            expires_in: self.expires.saturating_duration_since(now).as_secs(),
            max_guests: self.max_guests.try_into().unwrap_or(u16::MAX),
        };
        self.connect_host(link, &opened);
    }

    /// Whether a claim is the host's.
    ///
    /// # Errors
    /// [`CloseCode::NotAllowed`] for a claim that does not fit, [`CloseCode::NotFound`] when the room has ended.
    pub(crate) fn check_host(&self, claim: &Claim) -> Result<(), CloseCode> {
        self.check_open()?;
        if fits(claim, &self.claim) { Ok(()) } else { Err(CloseCode::NotAllowed) }
    }

    /// Connects a host that comes back.
    ///
    /// # Errors
    /// [`CloseCode::NotAllowed`] for a claim that does not fit.
    pub(crate) fn host_returns(&mut self, link: Arc<Link>, claim: &Claim) -> Result<(), CloseCode> {
        self.check_host(claim)?;
        let returned = RelayToHost::Returned { group: self.ring.next_seq() };
        self.connect_host(link, &returned);
        for seat in &mut self.seats {
            seat.presence_news = seat.link.is_some();
        }
        self.knocks.retell();
        Ok(())
    }

    /// Takes a control message from the host's connection.
    ///
    /// # Errors
    /// The code to close it with, for a message that breaks the rules.
    pub(crate) fn host_says(
        &mut self,
        link: &Arc<Link>,
        message: HostToRelay,
        now: Instant,
    ) -> Result<(), CloseCode> {
        if !self.host.holds(link) {
            return Ok(());
        }
        match message {
            // Its room is open.
            HostToRelay::Prove { .. } => Err(CloseCode::BadMessage),
            HostToRelay::Welcome { knock, seat, data } => self.welcome(knock, seat, data, now),
            HostToRelay::Refuse { knock, data, failed } => {
                if let Some(link) = self.knocks.answered(knock, !failed, now) {
                    match data {
                        Some(_) => {
                            let parting = packet::text(&RelayToGuest::Refused { data }, self.held.meter());
                            link.close_with(CloseCode::Refused, vec![parting]);
                        }
                        // The host had no time to open it (JS-JOIN-13).
                        None if !failed => link.close(CloseCode::RateLimited),
                        None => link.close(CloseCode::Refused),
                    }
                }
                Ok(())
            }
            HostToRelay::Ack { slot, pair } => {
                if let Some(seat) = self.seat(slot) {
                    seat.host_acknowledges(pair);
                }
                Ok(())
            }
            HostToRelay::Remove { slot } => {
                if let Some(at) = self.seats.iter().position(|seat| seat.slot == slot) {
                    let seat = self.seats.remove(at);
                    self.leaving.extend(seat.dismiss(CloseCode::Removed, &self.ring, now, &self.counters));
                    self.release();
                }
                Ok(())
            }
            HostToRelay::End => {
                let mut leaving = std::mem::take(&mut self.leaving);
                for seat in self.seats.drain(..) {
                    leaving.extend(seat.dismiss(CloseCode::Ended, &self.ring, now, &self.counters));
                }
                self.close_behind(CloseCode::Ended, leaving);
                Ok(())
            }
        }
    }

    /// Takes a frame from the host's connection. Guests are rung for group frames by
    /// [`ring_guests`](Self::ring_guests), once for many.
    ///
    /// # Errors
    /// [`CloseCode::BadMessage`] for a frame that a host cannot send.
    pub(crate) fn host_sends(
        &mut self,
        link: &Arc<Link>,
        frame: &[u8],
        now: Instant,
    ) -> Result<(), CloseCode> {
        if !self.host.holds(link) {
            return Ok(());
        }
        let (header, _) = FrameHeader::decode(frame).map_err(|_| CloseCode::BadMessage)?;
        match header.kind {
            FrameKind::Group => self.publish(header.seq, frame, now),
            FrameKind::ToGuest => {
                if let Some(seat) = self.seats.iter_mut().find(|seat| seat.slot == header.slot) {
                    let packet = packet::frame(frame, self.held.meter());
                    seat.queue_pair(header.seq, packet, &self.counters);
                }
                self.drop_queues(Meter::is_short);
            }
            FrameKind::ToHost => return Err(CloseCode::BadMessage),
        }
        Ok(())
    }

    /// Rings guests for new group frames, and says when to call again at the latest.
    ///
    /// Those who type come first, and in the host's next turn the others: after a pause at once, in a flood when
    /// enough has gathered that the system calls of each write weigh little.
    pub(crate) fn ring_guests(&mut self, now: Instant) -> Option<Instant> {
        if self.unnotified == 0 {
            return None;
        }
        let gathered = self.unnotified >= GATHER_LEN;
        let due = self.rung.filter(|_| !gathered).map_or(now, |rung| rung + GATHER).max(now);
        if !std::mem::replace(&mut self.typing_rung, true) {
            let (typing, others): (Vec<&Seat>, Vec<&Seat>) =
                self.seats.iter().filter(|seat| seat.link.is_some()).partition(|seat| seat.is_typing(now));
            typing.iter().for_each(|seat| seat.wake());
            if others.is_empty() {
                self.unnotified = 0;
                return None;
            }
            if !typing.is_empty() {
                return Some(due);
            }
        }
        if due > now {
            return Some(due);
        }
        self.unnotified = 0;
        self.rung = Some(now);
        self.seats.iter().for_each(Seat::wake);
        None
    }

    /// Moves what the host has to hear to `out`, and says when to look again at the latest.
    pub(crate) fn fetch_host(
        &mut self,
        link: &Arc<Link>,
        now: Instant,
        out: &mut VecDeque<Bytes>,
    ) -> Option<Instant> {
        if !self.host.holds(link) {
            return None;
        }
        self.host.fetch(self.ring.next_seq(), &mut self.knocks, &mut self.seats, now, out)
    }

    /// The host's connection is gone.
    pub(crate) fn host_lost(&mut self, link: &Arc<Link>, now: Instant) {
        if self.host.holds(link) {
            self.host.link = None;
            self.host.lost = now;
            for seat in &mut self.seats {
                seat.forget_input();
                seat.host_came_or_went();
            }
        }
    }

    fn connect_host(&mut self, link: Arc<Link>, greeting: &RelayToHost) {
        self.host.connect(link, greeting);
        self.seats.iter_mut().for_each(|seat| seat.host_came_or_went());
    }

    fn welcome(
        &mut self,
        knock: KnockId,
        seat: SeatClaim,
        data: Blob,
        now: Instant,
    ) -> Result<(), CloseCode> {
        if seat.slot == HOST_SLOT || self.seat(seat.slot).is_some() {
            return Err(CloseCode::BadMessage);
        }
        if self.seats.len() >= self.max_guests {
            if let Some(link) = self.knocks.left(knock) {
                link.close(CloseCode::Full);
            }
            return Ok(());
        }
        // Without the knock its sender went away just now: the host hears that, too.
        let Some(link) = self.knocks.answered(knock, true, now) else { return Ok(()) };
        let head = self.ring.head();
        let mut seated = Seat::new(seat.slot, seat.claim, head, Arc::clone(self.held.meter()), now);
        seated.connect(Arc::clone(&link), &RelayToGuest::Welcome { data }, head, now);
        // Most rooms have a guest or two: no space is kept for more.
        self.seats.reserve_exact(1);
        self.seats.push(seated);
        link.seat(seat.slot);
        self.seated = true;
        self.host.wake();
        Ok(())
    }

    fn publish(&mut self, seq: u64, frame: &[u8], now: Instant) {
        self.host.owe(frame.len(), now);
        if !self.ring.push(seq, packet::frame(frame, self.held.meter()), now) {
            self.counters.frames_repeated.add(1);
            return;
        }
        for seat in &mut self.seats {
            seat.keep_up(&self.ring, now, &self.counters);
        }
        // The guests that keep up have it in their next turn, so one frame is always kept for them.
        if self.held.meter().is_short() {
            self.skip_all(|_| true);
        } else if self.ring.len() > MAX_LAG_BYTES as u64 || self.seats.is_empty() {
            self.release();
        }
        self.unnotified += frame.len();
        self.typing_rung = false;
    }
}
