//! The host's place in a room.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use jumpseat_wire::{
    CloseCode,
    control::RelayToHost,
    limits::{ACK_EVERY, ACK_EVERY_BYTES},
};

use super::{knocks::Knocks, seat::Seat};
use crate::{budget::Meter, link::Link, packet};

/// Bytes handed to the host's connection at one time.
const BATCH_LEN: usize = 64 * 1024;

/// The host's place in a room.
pub(super) struct Host {
    pub(super) link: Option<Arc<Link>>,
    /// When the connection was lost, for a host without one.
    pub(super) lost: Instant,
    greeting: Option<Bytes>,
    /// Bytes of group frames that were taken and not acknowledged, and since when.
    owed: usize,
    owed_since: Option<Instant>,
    /// Where among the seats the last frame came from: they take turns.
    turn: usize,
    meter: Arc<Meter>,
}

impl Host {
    /// A host without a connection.
    pub(super) fn new(meter: Arc<Meter>, now: Instant) -> Self {
        Self { link: None, lost: now, greeting: None, owed: 0, owed_since: None, turn: 0, meter }
    }

    /// Gives the host a connection.
    pub(super) fn connect(&mut self, link: Arc<Link>, greeting: &RelayToHost) {
        if let Some(old) = self.link.replace(link) {
            old.close(CloseCode::Replaced);
        }
        self.greeting = Some(packet::text(greeting, &self.meter));
        (self.owed, self.owed_since) = (0, None);
    }

    pub(super) fn holds(&self, link: &Arc<Link>) -> bool {
        self.link.as_ref().is_some_and(|own| Arc::ptr_eq(own, link))
    }

    pub(super) fn wake(&self) {
        if let Some(link) = &self.link {
            link.wake();
        }
    }

    /// A group frame was taken.
    pub(super) fn owe(&mut self, bytes: usize, now: Instant) {
        self.owed += bytes;
        self.owed_since.get_or_insert(now);
    }

    /// Moves what the host has to hear to `out`, and says when to look again at the latest.
    pub(super) fn fetch(
        &mut self,
        group: u64,
        knocks: &mut Knocks,
        seats: &mut [Seat],
        now: Instant,
        out: &mut VecDeque<Bytes>,
    ) -> Option<Instant> {
        out.extend(self.greeting.take());
        let due = self.owed_since.map(|since| since + ACK_EVERY);
        if self.owed >= ACK_EVERY_BYTES || due.is_some_and(|due| due <= now) {
            out.push_back(packet::text(&RelayToHost::Ack { group }, &self.meter));
            (self.owed, self.owed_since) = (0, None);
        }
        let text = |message| packet::text(&message, &self.meter);
        out.extend(knocks.gone().map(|knock| text(RelayToHost::KnockGone { knock })));
        let untold = knocks.untold();
        out.extend(untold.map(|(knock, data)| text(RelayToHost::Knock { knock, data: data.clone() })));
        seats.iter_mut().for_each(|seat| out.extend(tell(seat).into_iter().flatten().map(text)));
        self.fetch_input(seats, out);
        self.owed_since.map(|since| since + ACK_EVERY)
    }

    fn fetch_input(&mut self, seats: &mut [Seat], out: &mut VecDeque<Bytes>) {
        let (mut batch, mut idle) = (0, 0);
        while batch < BATCH_LEN && idle < seats.len() {
            self.turn = (self.turn + 1) % seats.len();
            match seats[self.turn].next_input() {
                Some(packet) => {
                    batch += packet.len();
                    idle = 0;
                    out.push_back(packet);
                }
                None => idle += 1,
            }
        }
    }
}

/// Presence and acknowledgements: the latest stands for all before.
fn tell(seat: &mut Seat) -> [Option<RelayToHost>; 2] {
    let slot = seat.slot;
    let presence = std::mem::take(&mut seat.presence_news).then(|| {
        let present = seat.link.is_some();
        seat.taken_news &= !present;
        if present {
            RelayToHost::Present { slot, pair: seat.pair_taken }
        } else {
            RelayToHost::Absent { slot }
        }
    });
    let taken = std::mem::take(&mut seat.taken_news);
    [presence, taken.then_some(RelayToHost::Acked { slot, pair: seat.pair_taken })]
}
