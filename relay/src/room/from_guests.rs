//! The room as guests' connections use it, from the knock on.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use jumpseat_wire::{Blob, Claim, CloseCode, FrameHeader, FrameKind, KnockId, Slot, control::RelayToGuest};

use super::{Room, fits};
use crate::{admission::Fee, link::Link, packet};

/// Longer knocks are not taken where memory is short: a genuine one has less than 3 KiB.
const GENUINE_KNOCK_LEN: usize = 4096;

impl Room {
    /// Takes a knock.
    ///
    /// # Errors
    /// The code to close the connection with.
    pub(crate) fn knock(&mut self, link: Arc<Link>, data: Blob, fee: Fee) -> Result<KnockId, CloseCode> {
        self.check_open()?;
        if self.held.meter().is_short() && data.0.len() > GENUINE_KNOCK_LEN {
            return Err(CloseCode::RateLimited);
        }
        let knock = self.knocks.add(link, data, fee)?;
        self.host.wake();
        Ok(knock)
    }

    /// A connection that knocked is gone.
    pub(crate) fn knock_left(&mut self, knock: KnockId) {
        self.knocks.left(knock);
        self.host.wake();
    }

    /// Whether a claim is that of the guest in this seat.
    ///
    /// # Errors
    /// As [`take_seat`](Self::take_seat).
    pub(crate) fn check_guest(&self, slot: Slot, claim: &Claim) -> Result<(), CloseCode> {
        self.check_open()?;
        let seat = self.seats.iter().find(|seat| seat.slot == slot).ok_or(CloseCode::NotFound)?;
        if fits(claim, &seat.claim) { Ok(()) } else { Err(CloseCode::NotAllowed) }
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
        self.check_guest(slot, claim)?;
        self.seated = true;
        let cursor = self.ring.seek(group);
        let seated = RelayToGuest::Seated { host_present: self.host.link.is_some() };
        let seat = self.seat(slot).ok_or(CloseCode::NotFound)?;
        link.seat(slot);
        seat.connect(link, &seated, cursor, now);
        seat.pair_taken = pair;
        self.release();
        self.host.wake();
        Ok(())
    }

    /// Takes a guest's acknowledgement: it expects these frames next.
    pub(crate) fn guest_acknowledges(&mut self, link: &Arc<Link>, group: u64, pair: u64, now: Instant) {
        let ring = &self.ring;
        let mut seats = self.seats.iter_mut().chain(&mut self.leaving);
        let Some(seat) = seats.find(|seat| seat.holds(link)) else { return };
        let floor = seat.floor;
        seat.acknowledge(ring, group, pair, now);
        let news = seat.taken_news;
        if floor <= ring.tail() {
            self.release();
        }
        if news {
            self.host.wake();
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
                seat.queue_input(packet::frame(frame, self.held.meter()), now);
                host.wake();
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
        let mut seats = self.seats.iter_mut().chain(&mut self.leaving);
        let Some(seat) = seats.find(|seat| seat.holds(link)) else {
            // One that looked the room up and did not knock hears of the end when it looks, at its next ping.
            if let Some(code) = self.closed {
                link.close(code);
            }
            return None;
        };
        seat.fetch(&self.ring, host_present, now, out, &self.counters);
        seat.watch(&self.ring, now, &self.counters)
    }

    /// Keeps time for a guest whose connection takes nothing more for now; says when to look again.
    pub(crate) fn watch_guest(&mut self, link: &Arc<Link>, now: Instant) -> Option<Instant> {
        let mut seats = self.seats.iter_mut().chain(&mut self.leaving);
        let seat = seats.find(|seat| seat.holds(link))?;
        seat.keep_up(&self.ring, now, &self.counters);
        seat.watch(&self.ring, now, &self.counters)
    }

    /// A guest's connection is gone.
    pub(crate) fn guest_lost(&mut self, link: &Arc<Link>, now: Instant) {
        self.leaving.retain(|seat| !seat.holds(link));
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.holds(link)) {
            seat.disconnect(now);
            self.host.wake();
        }
    }
}
