//! A session as the relay knows it: who sits where, what was sent and what was taken.
//!
//! A room does no I/O and reads no clock. Connections put in what arrived and what time it is, and fetch
//! what they have to send; the room [rings](crate::link::Link::wake) those for whom there is something.
//!
//! ```text
//! host frame ─► ring (shared) ─► cursor of each guest ─┐
//!           └─► pairwise queue of one guest ───────────┴─► fetch_guest ─► its socket
//! guest frame ─► input queue of that guest ─► fetch_host, in turns ─► the host's socket
//! ```

mod flight;
mod from_guests;
mod from_host;
mod host;
mod knocks;
mod ring;
mod seat;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jumpseat_wire::{
    Blob, Claim, ClaimHash, CloseCode, HOST_SLOT, InviteCode, Slot,
    control::{RelayToGuest, Seat as SeatClaim},
    limits::{GRACE, MAX_BUNDLE_LEN},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use self::{
    host::Host,
    knocks::Knocks,
    ring::Ring,
    seat::{SEAT_WEIGHT, Seat},
};
use crate::{
    budget::{Held, Meter},
    counters::Counters,
};

/// What a host says to open a room.
pub(crate) struct Opening {
    pub(crate) bundle: Blob,
    pub(crate) claim: ClaimHash,
    pub(crate) seats: Vec<SeatClaim>,
}

impl Opening {
    /// Whether a room can be opened this way.
    pub(crate) fn check(&self, max_guests: usize) -> Result<(), CloseCode> {
        check_opening(&self.bundle, &self.seats, max_guests)
    }
}

/// Whether a room can be opened with this.
pub(crate) fn check_opening(bundle: &Blob, seats: &[SeatClaim], max_guests: usize) -> Result<(), CloseCode> {
    let mut slots: Vec<Slot> = seats.iter().map(|seat| seat.slot).collect();
    slots.sort_unstable();
    slots.dedup();
    let sound = slots.len() == seats.len() && !slots.contains(&HOST_SLOT);
    if !sound || slots.len() > max_guests || bundle.0.len() > MAX_BUNDLE_LEN {
        return Err(CloseCode::BadMessage);
    }
    Ok(())
}

/// What a room without anything in it counts, in bytes: itself, its code, its entries elsewhere.
const ROOM_WEIGHT: usize = 2048;

/// How long a room stands without its host that never had a guest: it costs nothing to open one and go.
const EMPTY_GRACE: Duration = Duration::from_secs(20);

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
    /// Guests without a seat that still get what was sent to them before.
    leaving: Vec<Seat>,
    knocks: Knocks,
    /// What it weighs.
    held: Held,
    /// Bytes of group frames for which guests were not rung yet, …
    unnotified: usize,
    /// … whether those who type were, …
    typing_rung: bool,
    /// … and when all were last.
    rung: Option<Instant>,
    /// Whether a guest ever had a seat here.
    seated: bool,
    /// Why it ended.
    closed: Option<CloseCode>,
}

impl Room {
    /// A room whose host is not connected yet.
    pub(crate) fn new(
        code: InviteCode,
        opening: Opening,
        max_guests: usize,
        lifetime: Duration,
        counters: Arc<Counters>,
        held: Held,
        now: Instant,
    ) -> Self {
        let meter = held.meter();
        let new_seat = |seat: &SeatClaim| Seat::new(seat.slot, seat.claim, 0, Arc::clone(meter), now);
        let seats = opening.seats.iter().map(new_seat).collect();
        Self {
            code,
            bundle: opening.bundle,
            claim: opening.claim,
            max_guests,
            expires: now + lifetime,
            counters,
            ring: Ring::default(),
            host: Host::new(Arc::clone(meter), now),
            seats,
            leaving: Vec::new(),
            knocks: Knocks::default(),
            held,
            unnotified: 0,
            typing_rung: false,
            rung: None,
            seated: false,
            closed: None,
        }
    }

    /// The code under which guests find the room.
    pub(crate) fn code(&self) -> InviteCode {
        self.code
    }

    /// Whether a guest ever had a seat here.
    pub(crate) fn was_seated(&self) -> bool {
        self.seated
    }

    /// What a guest that looks the code up gets to know.
    pub(crate) fn introduction(&self) -> RelayToGuest {
        RelayToGuest::Bundle { bundle: self.bundle.clone(), host_present: self.host.link.is_some() }
    }

    /// Ends the room for everyone.
    pub(crate) fn close(&mut self, code: CloseCode) {
        let leaving = std::mem::take(&mut self.leaving);
        leaving.into_iter().filter_map(|seat| seat.link).for_each(|link| link.close(code));
        self.close_behind(code, Vec::new());
    }

    /// The same, but for guests that still get what was sent to them before: they are all that is left of it.
    fn close_behind(&mut self, code: CloseCode, leaving: Vec<Seat>) {
        self.closed = Some(code);
        self.knocks.close(code);
        let links = self.host.link.take().into_iter();
        let links = links.chain(self.seats.drain(..).filter_map(|seat| seat.link));
        links.for_each(|link| link.close(code));
        self.leaving = leaving;
        self.release();
    }

    /// Does what time asks for, once in a while; says whether the room still stands.
    pub(crate) fn is_standing(&mut self, now: Instant) -> bool {
        let gone = |lost: Instant| now.saturating_duration_since(lost) >= GRACE;
        if self.closed.is_none() && now >= self.expires {
            self.close(CloseCode::Expired);
        }
        // Nobody comes back to a room that nobody was in, but its host, who opens another one under the same code.
        let empty = !self.seated && self.knocks.is_empty();
        let forsaken = empty && now.saturating_duration_since(self.host.lost) >= EMPTY_GRACE;
        if self.closed.is_none() && self.host.link.is_none() && (forsaken || gone(self.host.lost)) {
            self.close(CloseCode::HostGone);
        }
        let seats = self.seats.len();
        self.seats.retain(|seat| seat.link.is_some() || !gone(seat.lost));
        if self.seats.len() < seats {
            self.release();
        }
        self.closed.is_none()
    }

    /// Counts what it holds next to packets. To be called whenever somebody is done with it.
    pub(crate) fn weigh(&mut self) {
        let seats = (self.seats.len() + self.leaving.len()) * SEAT_WEIGHT;
        self.held.set(ROOM_WEIGHT + self.bundle.0.len() + seats + self.knocks.weight());
    }

    /// What its packets count at.
    pub(crate) fn meter(&self) -> &Arc<Meter> {
        self.held.meter()
    }

    /// Memory is short, and this room has more than its share where networks may hold so much: it keeps nothing more
    /// for absent guests. They come back to a gap, which a snapshot closes.
    pub(crate) fn shed_absent(&mut self, level: usize) {
        if self.held.meter().excess(level) > 0 {
            self.skip_all(|seat| seat.link.is_none());
        }
    }

    /// The same for guests that are there: they get the newest frame, and those for whom most waits are closed until
    /// the room has no more than its share.
    pub(crate) fn shed(&mut self, level: usize) {
        if self.held.meter().excess(level) > 0 {
            self.skip_all(|_| true);
            self.drop_queues(|meter| meter.excess(level) > 0);
        }
    }

    fn skip_all(&mut self, which: impl Fn(&Seat) -> bool) {
        for seat in self.seats.iter_mut().chain(&mut self.leaving).filter(|seat| which(seat)) {
            seat.give_way(&self.ring, &self.counters);
        }
        self.release();
    }

    /// Closes guests with what waits for them, as long as the meter says: those first for whom most waits, of these
    /// those that owe an acknowledgement the longest.
    fn drop_queues(&mut self, goes_on: impl Fn(&Meter) -> bool) {
        while goes_on(self.held.meter()) {
            let seats = self.seats.iter_mut().chain(&mut self.leaving);
            let seats = seats.filter_map(|seat| Some((seat.burden()?, seat)));
            let Some((_, heaviest)) = seats.max_by_key(|(burden, _)| *burden) else { return };
            heaviest.drop_queue(&self.counters);
        }
    }

    /// Frees the frames that nobody needs.
    fn release(&mut self) {
        let needed =
            self.seats.iter().chain(&self.leaving).map(|seat| seat.floor).min().unwrap_or(self.ring.head());
        self.counters.frame_bytes_freed.add(self.ring.release(needed));
    }

    fn seat(&mut self, slot: Slot) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.slot == slot)
    }

    fn check_open(&self) -> Result<(), CloseCode> {
        if self.closed.is_some() { Err(CloseCode::NotFound) } else { Ok(()) }
    }
}

/// Whether a claim is the secret behind a hash, in a time that tells nothing.
fn fits(claim: &Claim, hash: &ClaimHash) -> bool {
    bool::from(Sha256::digest(claim.0).as_slice().ct_eq(&hash.0))
}

#[cfg(test)]
mod tests;
