//! A guest's place in a room.

use std::{
    cmp::Reverse,
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use jumpseat_wire::{
    ClaimHash, CloseCode, Slot,
    control::RelayToGuest,
    limits::{INPUT_WINDOW, MAX_LAG, MAX_LAG_BYTES, MAX_PAIR_BACKLOG, MAX_STALL},
};

use super::{flight::Flight, ring::Ring};
use crate::{
    budget::{Meter, charge},
    counters::Counters,
    link::Link,
    packet,
};

/// Bytes handed to a connection at one time: enough for a good vectored write, little enough that what is
/// more urgent does not wait long behind it.
const BATCH_LEN: u64 = 256 * 1024;

/// What a seat counts next to packets, in bytes.
pub(super) const SEAT_WEIGHT: usize = 1024;

/// How long a guest whose seat is gone has for what was sent to it before.
const LEAVE_FOR: Duration = Duration::from_secs(60);

/// Pairwise bytes after which a group frame gets its turn.
const PAIR_TURN: u64 = 32 * 1024;

/// A guest's place in a room.
pub(super) struct Seat {
    pub(super) slot: Slot,
    pub(super) claim: ClaimHash,
    pub(super) link: Option<Arc<Link>>,
    /// When the connection was lost, for a seat without one.
    pub(super) lost: Instant,
    /// When the connection was made: older frames are no older than this to it.
    since: Instant,
    /// The next group frame to send, by index.
    cursor: u64,
    /// The oldest group frame that the guest may still need.
    pub(super) floor: u64,
    flight: Flight,
    pair: VecDeque<(u64, Bytes)>,
    pair_bytes: usize,
    /// The next host-to-guest frame that the guest expects.
    pub(super) pair_taken: u64,
    /// The next guest-to-host frame that the host expects.
    pub(super) host_taken: u64,
    greeting: Option<Bytes>,
    tell_host_taken: bool,
    tell_host_present: bool,
    pub(super) input: VecDeque<Bytes>,
    input_bytes: usize,
    /// When the guest last sent input.
    typed: Option<Instant>,
    /// Set once the seat is gone: it gets what was sent until then.
    leaving: Option<Leaving>,
    /// The host has to hear whether the guest is present.
    pub(super) presence_news: bool,
    /// The host has to hear what the guest has taken.
    pub(super) taken_news: bool,
    meter: Arc<Meter>,
}

/// How a guest goes.
struct Leaving {
    code: CloseCode,
    until: Instant,
    /// Behind the last group frame that is for it.
    end: u64,
    /// What goes before anything else.
    first: VecDeque<Bytes>,
}

impl Seat {
    /// A seat without a connection.
    pub(super) fn new(slot: Slot, claim: ClaimHash, head: u64, meter: Arc<Meter>, now: Instant) -> Self {
        Self {
            slot,
            claim,
            link: None,
            lost: now,
            since: now,
            cursor: head,
            floor: head,
            flight: Flight::new(now),
            pair: VecDeque::new(),
            pair_bytes: 0,
            pair_taken: 0,
            host_taken: 0,
            greeting: None,
            tell_host_taken: false,
            tell_host_present: false,
            input: VecDeque::new(),
            input_bytes: 0,
            typed: None,
            leaving: None,
            presence_news: false,
            taken_news: false,
            meter,
        }
    }

    /// Gives the seat a connection that expects the group frame at `cursor` next.
    pub(super) fn connect(&mut self, link: Arc<Link>, greeting: &RelayToGuest, cursor: u64, now: Instant) {
        if let Some(old) = self.link.replace(link) {
            old.close(CloseCode::Replaced);
        }
        self.since = now;
        self.cursor = cursor;
        self.floor = cursor;
        self.flight = Flight::new(now);
        self.clear();
        self.greeting = Some(packet::text(greeting, &self.meter));
        self.tell_host_taken = self.host_taken > 0;
        self.tell_host_present = false;
        self.presence_news = true;
    }

    /// Notes that the connection is gone.
    pub(super) fn disconnect(&mut self, now: Instant) {
        self.link = None;
        self.lost = now;
        self.clear();
        self.presence_news = true;
    }

    /// Closes the connection behind what the host said before: its last words count. Gives the seat back while there is
    /// more of it than the window takes.
    pub(super) fn dismiss(
        mut self,
        code: CloseCode,
        ring: &Ring,
        now: Instant,
        counters: &Counters,
    ) -> Option<Self> {
        let link = self.link.clone()?;
        let mut parting = VecDeque::new();
        self.fetch(ring, true, now, &mut parting, counters);
        if self.has_all(ring) {
            link.close_with(code, parting.into());
            return None;
        }
        let until = now + LEAVE_FOR;
        self.leaving = Some(Leaving { code, until, end: ring.head(), first: parting });
        link.leave();
        link.wake();
        Some(self)
    }

    /// Closes the connection of a guest that goes, behind what it got of it just now, if that was all.
    fn part(&mut self, ring: &Ring, now: Instant, out: &mut VecDeque<Bytes>) {
        if let (Some(Leaving { code, until, .. }), Some(link)) = (&self.leaving, &self.link)
            && (self.has_all(ring) || *until <= now)
        {
            link.close_with(*code, std::mem::take(out).into());
        }
    }

    /// Whether nothing waits for it.
    fn has_all(&self, ring: &Ring) -> bool {
        self.pair.is_empty() && self.cursor >= self.head(ring)
    }

    /// Behind the last group frame that is for it.
    fn head(&self, ring: &Ring) -> u64 {
        self.leaving.as_ref().map_or(ring.head(), |leaving| leaving.end)
    }

    /// Forgets what was queued for the guest: the host sends it again. What the guest sent last still goes to the
    /// host: it may be its good-bye.
    fn clear(&mut self) {
        self.pair = VecDeque::new();
        self.pair_bytes = 0;
        self.greeting = None;
    }

    /// Forgets the guest's frames that wait for a host.
    pub(super) fn forget_input(&mut self) {
        self.input = VecDeque::new();
        self.input_bytes = 0;
    }

    pub(super) fn holds(&self, link: &Arc<Link>) -> bool {
        self.link.as_ref().is_some_and(|own| Arc::ptr_eq(own, link))
    }

    pub(super) fn wake(&self) {
        if let Some(link) = &self.link {
            link.wake();
        }
    }

    /// Whether the guest typed so recently that it is served before the others.
    pub(super) fn is_typing(&self, now: Instant) -> bool {
        self.typed.is_some_and(|typed| now.saturating_duration_since(typed).as_secs() < 1)
    }

    /// Queues a host-to-guest frame, unless others that wait are beyond the backlog by it. One alone is always taken.
    pub(super) fn queue_pair(&mut self, seq: u64, packet: Bytes, counters: &Counters) {
        let Some(link) = &self.link else { return counters.frames_to_absent_guests.add(1) };
        if link.verdict().is_some() {
            return;
        }
        let alone = self.pair.is_empty();
        self.pair_bytes += charge(&packet);
        if self.pair_bytes > MAX_PAIR_BACKLOG && !alone {
            return self.drop_queue(counters);
        }
        self.pair.push_back((seq, packet));
        link.wake();
    }

    /// Closes a connection that took too little, and forgets what waited for it: it would not get that any more.
    pub(super) fn drop_queue(&mut self, counters: &Counters) {
        counters.slow_guests.add(1);
        self.pair = VecDeque::new();
        self.pair_bytes = 0;
        let leaving = self.leaving.as_mut().map(|leaving| {
            leaving.first = VecDeque::new();
            leaving.code
        });
        if let Some(link) = &self.link {
            link.close(leaving.unwrap_or(CloseCode::Slow));
        }
    }

    /// How much waits for the guest where that is more than one pairwise frame, and since when it owes an
    /// acknowledgement.
    pub(super) fn burden(&self) -> Option<(usize, Option<Reverse<Instant>>)> {
        let first = self.leaving.iter().flat_map(|leaving| &leaving.first);
        let bytes =
            first.chain(self.pair.iter().map(|(_, packet)| packet)).map(|packet| charge(packet)).sum();
        let waits = self.leaving.is_some() || self.pair.len() > 1;
        (waits && bytes > 0).then(|| (bytes, self.flight.owing_since().map(Reverse)))
    }

    /// Queues a guest-to-host frame.
    pub(super) fn queue_input(&mut self, packet: Bytes, now: Instant) {
        self.input_bytes += charge(&packet);
        self.input.push_back(packet);
        self.typed = Some(now);
    }

    /// Whether the guest's connection may be read from: nothing of it is dropped, so it waits.
    pub(super) fn wants_input(&self) -> bool {
        self.input_bytes < INPUT_WINDOW
    }

    /// The oldest frame that waits for the host.
    pub(super) fn next_input(&mut self) -> Option<Bytes> {
        let packet = self.input.pop_front()?;
        let full = !self.wants_input();
        self.input_bytes -= charge(&packet);
        if self.input.is_empty() && self.input.capacity() > 8 {
            self.input = VecDeque::new();
        }
        if full && self.wants_input() {
            self.wake();
        }
        Some(packet)
    }

    /// The guest acknowledges.
    pub(super) fn acknowledge(&mut self, ring: &Ring, group: u64, pair: u64, now: Instant) {
        self.flight.taken(group, pair, now);
        self.floor = self.floor.max(ring.seek(group).min(self.cursor));
        if pair > self.pair_taken {
            self.pair_taken = pair;
            self.taken_news = true;
        }
    }

    pub(super) fn host_acknowledges(&mut self, pair: u64) {
        if pair > self.host_taken {
            self.host_taken = pair;
            self.tell_host_taken = true;
            self.wake();
        }
    }

    pub(super) fn host_came_or_went(&mut self) {
        self.tell_host_present = true;
        self.wake();
    }

    /// Skips the guest ahead to the newest frame if it is too far behind. An absent guest is as far behind
    /// as it would be on its return, so nothing is kept for it that it would not get.
    pub(super) fn keep_up(&mut self, ring: &Ring, now: Instant, counters: &Counters) {
        let newest = self.head(ring).saturating_sub(1);
        self.cursor = self.cursor.max(ring.tail());
        let next = if self.link.is_some() { self.cursor } else { self.floor.max(ring.tail()) };
        let Some(entry) = ring.entry(next).filter(|_| next < newest) else { return };
        let reason = if ring.behind(next) > MAX_LAG_BYTES as u64 {
            &counters.skips_by_bytes
        } else if self.link.is_some() && now.saturating_duration_since(entry.at.max(self.since)) > MAX_LAG {
            &counters.skips_by_age
        } else {
            return;
        };
        reason.add(1);
        counters.frames_skipped.add(newest - next);
        self.cursor = newest;
        self.floor = newest;
    }

    /// Memory is short: keeps nothing for an absent guest and for one that goes, and for another one the newest frame.
    pub(super) fn give_way(&mut self, ring: &Ring, counters: &Counters) {
        let stays = self.link.is_some() && self.leaving.is_none();
        let kept = self.head(ring).saturating_sub(u64::from(stays));
        let next = if self.link.is_some() { self.cursor } else { self.floor };
        if next < kept {
            counters.skips_by_memory.add(1);
            counters.frames_skipped.add(kept - next);
        }
        self.cursor = self.cursor.max(kept);
        self.floor = self.floor.max(kept);
    }

    /// Moves what may be sent now to `out`, most urgent first.
    pub(super) fn fetch(
        &mut self,
        ring: &Ring,
        host_present: bool,
        now: Instant,
        out: &mut VecDeque<Bytes>,
        counters: &Counters,
    ) {
        if let Some(leaving) = &mut self.leaving {
            out.append(&mut leaving.first);
        }
        out.extend(self.greeting.take());
        if std::mem::take(&mut self.tell_host_present) {
            out.push_back(packet::text(&RelayToGuest::Host { present: host_present }, &self.meter));
        }
        if std::mem::take(&mut self.tell_host_taken) {
            out.push_back(packet::text(&RelayToGuest::Acked { pair: self.host_taken }, &self.meter));
        }
        self.keep_up(ring, now, counters);
        self.fetch_frames(ring, now, out);
        self.part(ring, now, out);
    }

    /// Closes the connection of a guest that took nothing for too long; says when to look again.
    pub(super) fn watch(&self, ring: &Ring, now: Instant, counters: &Counters) -> Option<Instant> {
        if let (Some(Leaving { code, until, .. }), Some(link)) = (&self.leaving, &self.link)
            && *until <= now
        {
            link.close(*code);
            return None;
        }
        let stalled = self.flight.owing_since().map(|since| since + MAX_STALL);
        if let Some(link) = &self.link
            && stalled.is_some_and(|at| at <= now)
        {
            counters.slow_guests.add(1);
            link.close(CloseCode::Slow);
            return None;
        }
        // The newest frame is never skipped, so its age calls for nothing.
        let next = ring.entry(self.cursor).filter(|_| self.cursor + 1 < self.head(ring));
        let late = next.map(|entry| entry.at.max(self.since) + MAX_LAG);
        let gone = self.leaving.as_ref().map(|leaving| leaving.until);
        late.into_iter().chain(stalled).chain(gone).min()
    }

    fn fetch_frames(&mut self, ring: &Ring, now: Instant, out: &mut VecDeque<Bytes>) {
        let (mut batch, mut turn) = (0, 0);
        while batch < BATCH_LEN {
            let group = ring.entry(self.cursor).filter(|_| self.cursor < self.head(ring));
            let pair_first = turn < PAIR_TURN || group.is_none();
            if let Some((seq, packet)) = self.pair.front()
                && pair_first
            {
                let bytes = packet.len() as u64;
                if !self.flight.admits(bytes) {
                    break;
                }
                self.flight.sent(true, *seq, bytes, now);
                self.pair_bytes -= charge(packet);
                out.extend(self.pair.pop_front().map(|(_, packet)| packet));
                (batch, turn) = (batch + bytes, turn + bytes);
            } else if let Some(entry) = group {
                let bytes = entry.packet.len() as u64;
                if !self.flight.admits(bytes) {
                    break;
                }
                self.flight.sent(false, entry.seq, bytes, now);
                out.push_back(entry.packet.clone());
                self.cursor += 1;
                (batch, turn) = (batch + bytes, 0);
            } else {
                break;
            }
        }
        if self.pair.is_empty() && self.pair.capacity() > 8 {
            self.pair = VecDeque::new();
        }
    }
}
