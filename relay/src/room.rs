//! A session as the relay knows it: who sits where, what was sent and what was taken.
//!
//! A room does no I/O and reads no clock. Connections put in what arrived and what time it is, and fetch
//! what they have to send; the room [rings](Link::ring) those for whom there is something.
//!
//! ```text
//! host frame ─► ring (shared) ─► cursor of each guest ─┐
//!           └─► pairwise queue of one guest ───────────┴─► fetch_guest ─► its socket
//! guest frame ─► input queue of that guest ─► fetch_host, in turns ─► the host's socket
//! ```

mod flight;
mod host;
mod knocks;
mod ring;
mod seat;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jumpseat_wire::{
    Blob, Claim, ClaimHash, CloseCode, FrameHeader, FrameKind, HOST_SLOT, InviteCode, KnockId, Slot,
    control::{HostToRelay, RelayToGuest, RelayToHost, Seat as SeatClaim},
    limits::{GRACE, MAX_BUNDLE_LEN},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use self::{host::Host, knocks::Knocks, ring::Ring, seat::Seat};
use crate::{counters::Counters, link::Link, packet};

/// What a host says to open a room.
pub(crate) struct Opening {
    pub(crate) bundle: Blob,
    pub(crate) claim: ClaimHash,
    pub(crate) seats: Vec<SeatClaim>,
}

impl Opening {
    /// Whether a room can be opened this way.
    pub(crate) fn check(&self, max_guests: usize) -> Result<(), CloseCode> {
        let mut slots: Vec<Slot> = self.seats.iter().map(|seat| seat.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        let sound = slots.len() == self.seats.len() && !slots.contains(&HOST_SLOT);
        if !sound || slots.len() > max_guests || self.bundle.0.len() > MAX_BUNDLE_LEN {
            return Err(CloseCode::BadMessage);
        }
        Ok(())
    }
}

/// A session as the relay knows it.
pub(crate) struct Room {
    code: InviteCode,
    bundle: Blob,
    claim: ClaimHash,
    max_guests: usize,
    expires: Instant,
    counters: Arc<Counters>,
    ring: Ring,
    host: Host,
    seats: Vec<Seat>,
    knocks: Knocks,
    /// Guests were not rung yet for the newest frames.
    unrung: bool,
    closed: bool,
}

impl Room {
    /// A room whose host is not connected yet.
    pub(crate) fn new(
        code: InviteCode,
        opening: Opening,
        max_guests: usize,
        lifetime: Duration,
        counters: Arc<Counters>,
        now: Instant,
    ) -> Self {
        let seats = opening.seats.iter().map(|seat| Seat::new(seat.slot, seat.claim, 0, now));
        Self {
            code,
            bundle: opening.bundle,
            claim: opening.claim,
            max_guests,
            expires: now + lifetime,
            counters,
            ring: Ring::default(),
            host: Host::new(now),
            seats: seats.collect(),
            knocks: Knocks::default(),
            unrung: false,
            closed: false,
        }
    }

    /// The code under which guests find the room.
    pub(crate) fn code(&self) -> InviteCode {
        self.code
    }

    /// What a guest that looks the code up gets to know.
    pub(crate) fn introduction(&self) -> RelayToGuest {
        RelayToGuest::Bundle { bundle: self.bundle.clone(), host_present: self.host.link.is_some() }
    }

    /// Connects the host that opened the room.
    pub(crate) fn open(&mut self, link: Arc<Link>, now: Instant) {
        let opened = RelayToHost::Opened {
            code: self.code,
            expires_in: self.expires.saturating_duration_since(now).as_secs(),
            max_guests: self.max_guests.try_into().unwrap_or(u16::MAX),
        };
        self.connect_host(link, &opened);
    }

    /// Connects a host that comes back.
    ///
    /// # Errors
    /// [`CloseCode::NotAllowed`] for a claim that does not fit.
    pub(crate) fn host_returns(&mut self, link: Arc<Link>, claim: &Claim) -> Result<(), CloseCode> {
        self.check_open()?;
        if !fits(claim, &self.claim) {
            return Err(CloseCode::NotAllowed);
        }
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
            HostToRelay::Welcome { knock, seat, data } => self.welcome(knock, seat, data, now),
            HostToRelay::Refuse { knock, data, failed } => {
                if failed {
                    self.knocks.failed(now);
                }
                if let Some(link) = self.knocks.answered(knock) {
                    match data {
                        Some(_) => {
                            let parting = packet::text(&RelayToGuest::Refused { data });
                            link.close_with(CloseCode::Refused, vec![parting]);
                        }
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
                    seat.dismiss(CloseCode::Removed, &self.ring, now, &self.counters);
                    self.release();
                }
                Ok(())
            }
            HostToRelay::End => {
                for seat in self.seats.drain(..) {
                    seat.dismiss(CloseCode::Ended, &self.ring, now, &self.counters);
                }
                self.close(CloseCode::Ended);
                Ok(())
            }
        }
    }

    /// Takes a frame from the host's connection. Guests are rung for group frames by
    /// [`ring_typing_guests`](Self::ring_typing_guests), once for many.
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
                let counters = Arc::clone(&self.counters);
                if let Some(seat) = self.seat(header.slot) {
                    seat.queue_pair(header.seq, packet::frame(frame), &counters);
                }
            }
            FrameKind::ToHost => return Err(CloseCode::BadMessage),
        }
        Ok(())
    }

    /// Rings guests for new group frames: those who type, if any do. Says whether others wait for
    /// [`ring_guests`](Self::ring_guests), which the host's task calls once those have had their turn.
    pub(crate) fn ring_typing_guests(&mut self, now: Instant) -> bool {
        let mut typing = self.seats.iter().filter(|seat| seat.is_typing(now)).peekable();
        if !self.unrung || typing.peek().is_none() {
            self.ring_guests();
            return false;
        }
        typing.for_each(Seat::ring);
        true
    }

    /// Rings all guests for new group frames.
    pub(crate) fn ring_guests(&mut self) {
        if std::mem::take(&mut self.unrung) {
            self.seats.iter().for_each(Seat::ring);
        }
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

    /// Takes a knock.
    ///
    /// # Errors
    /// The code to close the connection with.
    pub(crate) fn knock(&mut self, link: Arc<Link>, data: Blob, now: Instant) -> Result<KnockId, CloseCode> {
        self.check_open()?;
        let knock = self.knocks.add(link, data, now)?;
        self.host.ring();
        Ok(knock)
    }

    /// A connection that knocked is gone.
    pub(crate) fn knock_left(&mut self, knock: KnockId) {
        self.knocks.left(knock);
        self.host.ring();
    }

    /// Connects a guest that comes back for its seat and expects these frames next.
    ///
    /// # Errors
    /// [`CloseCode::NotFound`] without such a seat, [`CloseCode::NotAllowed`] for a claim that does not fit.
    pub(crate) fn take_seat(
        &mut self,
        link: Arc<Link>,
        slot: Slot,
        claim: &Claim,
        (group, pair): (u64, u64),
        now: Instant,
    ) -> Result<(), CloseCode> {
        self.check_open()?;
        let cursor = self.ring.seek(group);
        let seated = RelayToGuest::Seated { host_present: self.host.link.is_some() };
        let seat = self.seat(slot).ok_or(CloseCode::NotFound)?;
        if !fits(claim, &seat.claim) {
            return Err(CloseCode::NotAllowed);
        }
        link.seat(slot);
        seat.connect(link, &seated, cursor, now);
        seat.pair_taken = pair;
        self.release();
        self.host.ring();
        Ok(())
    }

    /// Takes a guest's acknowledgement: it expects these frames next.
    pub(crate) fn guest_acknowledges(&mut self, link: &Arc<Link>, group: u64, pair: u64, now: Instant) {
        let ring = &self.ring;
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.holds(link)) else { return };
        let floor = seat.floor;
        seat.acknowledge(ring, group, pair, now);
        let news = seat.taken_news;
        if floor <= ring.tail() {
            self.release();
        }
        if news {
            self.host.ring();
        }
    }

    /// Takes a frame from a guest's connection.
    ///
    /// # Errors
    /// [`CloseCode::BadMessage`] for any frame but one from this guest to the host.
    pub(crate) fn guest_sends(
        &mut self,
        link: &Arc<Link>,
        frame: &[u8],
        now: Instant,
    ) -> Result<(), CloseCode> {
        let (header, _) = FrameHeader::decode(frame).map_err(|_| CloseCode::BadMessage)?;
        if header.kind != FrameKind::ToHost || Some(header.slot) != link.slot() {
            return Err(CloseCode::BadMessage);
        }
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.holds(link)) else { return Ok(()) };
        match &self.host.link {
            Some(host) => {
                seat.queue_input(packet::frame(frame), now);
                host.ring();
            }
            None => self.counters.frames_to_absent_host.add(1),
        }
        Ok(())
    }

    /// Whether a guest's connection may be read from.
    pub(crate) fn wants_input(&self, link: &Arc<Link>) -> bool {
        self.seats.iter().find(|seat| seat.holds(link)).is_none_or(|seat| seat.wants_input())
    }

    /// Moves what a guest's connection has to send to `out`, and says when to look again at the latest.
    pub(crate) fn fetch_guest(
        &mut self,
        link: &Arc<Link>,
        now: Instant,
        out: &mut VecDeque<Bytes>,
    ) -> Option<Instant> {
        let host_present = self.host.link.is_some();
        let seat = self.seats.iter_mut().find(|seat| seat.holds(link))?;
        seat.fetch(&self.ring, host_present, now, out, &self.counters);
        seat.watch(&self.ring, now, &self.counters)
    }

    /// Keeps time for a guest whose connection takes nothing more for now; says when to look again.
    pub(crate) fn watch_guest(&mut self, link: &Arc<Link>, now: Instant) -> Option<Instant> {
        let seat = self.seats.iter_mut().find(|seat| seat.holds(link))?;
        seat.keep_up(&self.ring, now, &self.counters);
        seat.watch(&self.ring, now, &self.counters)
    }

    /// A guest's connection is gone.
    pub(crate) fn guest_lost(&mut self, link: &Arc<Link>, now: Instant) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.holds(link)) {
            seat.disconnect(now);
            self.host.ring();
        }
    }

    /// Ends the room for everyone.
    pub(crate) fn close(&mut self, code: CloseCode) {
        self.closed = true;
        self.knocks.close(code);
        let links = self.host.link.take().into_iter();
        let links = links.chain(self.seats.drain(..).filter_map(|seat| seat.link));
        links.for_each(|link| link.close(code));
        self.release();
    }

    /// Does what time asks for, once in a while; says whether the room still stands.
    pub(crate) fn is_standing(&mut self, now: Instant) -> bool {
        let gone = |lost: Instant| now.saturating_duration_since(lost) >= GRACE;
        if !self.closed && now >= self.expires {
            self.close(CloseCode::Expired);
        }
        if !self.closed && self.host.link.is_none() && gone(self.host.lost) {
            self.close(CloseCode::HostGone);
        }
        let seats = self.seats.len();
        self.seats.retain(|seat| seat.link.is_some() || !gone(seat.lost));
        if self.seats.len() < seats {
            self.release();
        }
        !self.closed
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
        let Some(link) = self.knocks.answered(knock) else { return Ok(()) };
        let head = self.ring.head();
        let mut seated = Seat::new(seat.slot, seat.claim, head, now);
        seated.connect(Arc::clone(&link), &RelayToGuest::Welcome { data }, head, now);
        // Most rooms have a guest or two: no space is kept for more.
        self.seats.reserve_exact(1);
        self.seats.push(seated);
        link.seat(seat.slot);
        self.host.ring();
        Ok(())
    }

    fn publish(&mut self, seq: u64, frame: &[u8], now: Instant) {
        self.host.owe(frame.len(), now);
        if !self.ring.push(seq, packet::frame(frame), now) {
            self.counters.frames_repeated.add(1);
            return;
        }
        for seat in &mut self.seats {
            seat.keep_up(&self.ring, now, &self.counters);
        }
        if self.ring.len() > jumpseat_wire::limits::MAX_LAG_BYTES as u64 || self.seats.is_empty() {
            self.release();
        }
        self.unrung = true;
    }

    /// Frees the frames that nobody needs.
    fn release(&mut self) {
        let needed = self.seats.iter().map(|seat| seat.floor).min().unwrap_or(self.ring.head());
        self.ring.release(needed);
    }

    fn seat(&mut self, slot: Slot) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.slot == slot)
    }

    fn check_open(&self) -> Result<(), CloseCode> {
        if self.closed { Err(CloseCode::NotFound) } else { Ok(()) }
    }
}

/// Whether a claim is the secret behind a hash, in a time that tells nothing.
fn fits(claim: &Claim, hash: &ClaimHash) -> bool {
    bool::from(Sha256::digest(claim.0).as_slice().ct_eq(&hash.0))
}

#[cfg(test)]
mod tests;
