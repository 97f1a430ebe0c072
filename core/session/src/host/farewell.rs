//! How a session ends: nothing more goes in, and what was printed last still reaches everyone who can be reached
//! (rules JS-END-…).
//!
//! For the host's own people it is over at once: streams stand still, keys and newcomers are refused. What guests have
//! not seen yet follows from two pictures of each terminal, a glimpse and the whole, which are taken at that moment; so
//! the terminals may go on, or go, while the last guest is served. Each guest says when it stands where the streams end.

use std::time::Duration;

use bytes::Bytes;
use jumpseat_wire::{Slot, control::HostToRelay};

use super::{Host, HostEvent, HostOutput, seat::Seat, terminals::Audience};
use crate::{
    EndReason, Millis, Scope, StreamId,
    area::session::{self, Standing},
};

/// How long guests have for what was printed last.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long one whose connection was just lost is waited for, of that time.
const ABSENT: Duration = Duration::from_secs(1);

/// A session that is over and not yet closed.
pub(super) struct Farewell {
    reason: EndReason,
    until: Millis,
    /// When the relay last came back: its guests are told of after that.
    back: Millis,
    /// Guests were told where the streams end.
    pub(super) told: bool,
    /// What is shown of each terminal from now on.
    pictures: Vec<(StreamId, Scope, Bytes)>,
}

impl Farewell {
    fn picture(&self, stream: StreamId, scope: Scope) -> Option<Bytes> {
        let found = self.pictures.iter().find(|(of, kind, _)| (*of, *kind) == (stream, scope));
        found.map(|(.., bytes)| bytes.clone())
    }

    /// When an absent guest is waited for no longer. One that lost the relay as this host did dials by its own clock, and
    /// comes later than the host, perhaps.
    fn gone_at(&self, seat: &Seat) -> Millis {
        if seat.lost_with_relay { self.until } else { seat.since.max(self.back) + ABSENT }
    }

    fn waits_for(&self, now: Millis, seat: &Seat) -> bool {
        seat.is_confirmed() && !seat.caught_up && (seat.present || now < self.gone_at(seat))
    }
}

impl Host {
    /// Whether the session is over; guests may still be served with what was printed before.
    pub fn is_ended(&self) -> bool {
        self.farewell.is_some()
    }

    /// Ends the session for everyone, once they have what was printed so far (JS-END-1, JS-END-2).
    pub fn end(&mut self, now: Millis, reason: EndReason) {
        if self.is_ended() {
            return;
        }
        let watched = self.seats.values().any(Seat::is_confirmed);
        self.begin_farewell(now, reason);
        if watched {
            self.take_last_pictures();
        }
        // After the pictures: whoever hears this may take the terminals away.
        self.out.push_back(HostOutput::Event(HostEvent::Ended { reason }));
        if watched {
            self.go_on_with_farewell(now);
        } else {
            self.close(now);
        }
    }

    /// Ends the session where nobody can be reached any more.
    pub(super) fn give_up(&mut self, now: Millis, reason: EndReason) {
        if !self.is_ended() {
            self.begin_farewell(now, reason);
            self.out.push_back(HostOutput::Event(HostEvent::Ended { reason }));
        }
        self.close(now);
    }

    fn begin_farewell(&mut self, now: Millis, reason: EndReason) {
        let until = now + FAREWELL;
        self.farewell = Some(Farewell { reason, until, back: Millis(0), told: false, pictures: Vec::new() });
    }

    fn take_last_pictures(&mut self) {
        for stream in self.streams.iter().map(|terminal| terminal.id).collect::<Vec<_>>() {
            self.ask_engine(stream, Scope::Screen, Audience::Farewell);
            self.ask_engine(stream, Scope::Full, Audience::Farewell);
        }
        // A flood is over, and whoever saw it in glimpses gets the whole.
        let skimmed =
            self.streams.iter_mut().filter_map(|terminal| terminal.skim.take().map(|_| terminal.id));
        for stream in skimmed.collect::<Vec<_>>() {
            self.tickets.want(stream, Scope::Full, Audience::Everyone);
        }
    }

    /// One of the last pictures is there.
    pub(super) fn last_picture(&mut self, now: Millis, stream: StreamId, scope: Scope, bytes: Bytes) {
        if let Some(farewell) = &mut self.farewell {
            farewell.pictures.push((stream, scope, bytes));
        }
        self.go_on_with_farewell(now);
    }

    /// The relay is back: it says next who is there.
    pub(super) fn back_in_farewell(&mut self, now: Millis) {
        if let Some(farewell) = &mut self.farewell {
            farewell.back = now;
        }
    }

    /// A guest says that it stands where the streams end.
    pub(super) fn caught_up(&mut self, slot: Slot) {
        let told = self.farewell.as_ref().is_some_and(|farewell| farewell.told);
        if let Some(seat) = self.seats.get_mut(&slot) {
            seat.caught_up |= told;
        }
    }

    /// Hands out what there is, says where the streams end, and closes once everyone has it or time is over.
    pub(super) fn go_on_with_farewell(&mut self, now: Millis) {
        if self.farewell.is_none() || self.closed {
            return;
        }
        while let Some(farewell) = &self.farewell
            && !self.closed
            && let Some((stream, scope, audience, bytes)) =
                self.tickets.take_wanted(|stream, scope| farewell.picture(stream, scope))
        {
            let position = self.streams.find(stream).map_or(0, super::streams::Stream::position);
            self.show(now, stream, scope, position, audience, bytes);
        }
        let shows = self.streams.iter().any(|terminal| terminal.showing.is_some());
        let Some(farewell) = &mut self.farewell else { return };
        if self.closed {
            return;
        }
        if farewell.until <= now {
            return self.close(now);
        }
        if !self.link.is_up() || shows || self.tickets.waits_for(Audience::Everyone) {
            return;
        }
        if !std::mem::replace(&mut farewell.told, true) {
            let closing = self.closing();
            self.announce(now, closing);
        }
        let Some(farewell) = &self.farewell else { return };
        if !self.seats.values().any(|seat| farewell.waits_for(now, seat)) {
            self.close(now);
        }
    }

    /// For those whose time was too short, and who have nothing on its way to them alone: how it looked in the end. The
    /// relay delivers it after this host is gone, and ahead of what their lines are full of (JS-END-4).
    fn leave_glimpses(&mut self) {
        let Some(farewell) = &self.farewell else { return };
        let slow =
            self.seats.values_mut().filter(|seat| seat.is_confirmed() && seat.present && !seat.caught_up);
        for seat in slow.filter(|seat| seat.is_drained()) {
            for terminal in self.streams.iter() {
                if let Some(bytes) = farewell.picture(terminal.id, Scope::Screen) {
                    let id = self.tickets.next_id();
                    seat.show(terminal.id, Scope::Screen, id, terminal.position(), bytes);
                }
            }
        }
        self.flush_seats();
    }

    /// Where the streams end.
    pub(super) fn closing(&self) -> session::FromHost {
        let standing = |terminal: &super::streams::Stream| Standing {
            stream: terminal.id,
            position: terminal.position(),
        };
        session::FromHost::Closing { streams: self.streams.iter().map(standing).collect() }
    }

    pub(super) fn farewell_deadline(&self, now: Millis) -> Option<Millis> {
        let farewell = self.farewell.as_ref()?;
        let absent = self.seats.values().filter(|seat| !seat.present && farewell.waits_for(now, seat));
        absent.map(|seat| farewell.gone_at(seat)).chain([farewell.until]).min()
    }

    fn close(&mut self, now: Millis) {
        if self.closed {
            return;
        }
        let reason = self.farewell.as_ref().map_or(EndReason::Stopped, |farewell| farewell.reason);
        self.leave_glimpses();
        self.announce(now, session::FromHost::End { reason });
        self.send_control(&HostToRelay::End);
        self.closed = true;
        self.seats.clear();
        self.group.rest();
        self.link = super::link::Link::default();
        self.out.push_back(HostOutput::Close);
    }
}
