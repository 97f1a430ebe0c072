//! What guests send: confirms, keys, requests; and how their connections come and go (rules JS-ROLE-…).

use std::time::Duration;

use jumpseat_wire::{FrameHeader, Slot, control::HostToRelay, limits::GRACE};

use super::{Host, HostEvent, HostOutput, admission::CONFIRM_TIME, seat::Seat, terminals::Audience};
use crate::{
    EndReason, InputRefusal, Millis, Misbehavior, Scope, SessionError, StreamId,
    area::{FromHost, people, session, terminals},
    frame::record::{Record, Records, TypedAt},
};

/// JS-ROLE-6: keys typed at an older picture are dropped, so that a relay cannot keep one back for a
/// later prompt, nor keep the picture back from who types.
const STALE: Duration = Duration::from_secs(5);

/// Who has not typed for this long no longer types.
const TYPING: Duration = Duration::from_secs(2);

impl Host {
    /// A frame of a guest: whatever does not verify is dropped without a trace, since anyone could have
    /// sent it; a guest that breaks the rules under its own key loses its seat.
    pub(super) fn guest_frame(&mut self, now: Millis, header: &FrameHeader, ciphertext: &[u8]) {
        let slot = header.slot;
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        let Ok(Some(plaintext)) = seat.receiver.open(now, self.keys.sid, header, ciphertext) else { return };
        for record in Records::new(&plaintext) {
            if record.and_then(|record| self.guest_record(now, slot, record)).is_err() {
                return self.drop_seat(now, slot, EndReason::Removed);
            }
            if !self.seats.contains_key(&slot) {
                return;
            }
        }
        self.acknowledge(now, slot);
        self.drop_if_overrun(now, slot);
    }

    /// JS-PAIR-7: a guest that asks and asks and takes nothing loses its seat.
    fn drop_if_overrun(&mut self, now: Millis, slot: Slot) {
        if self.seats.get(&slot).is_some_and(|seat| seat.is_overrun()) {
            self.drop_seat(now, slot, EndReason::RelayGone);
        }
    }

    fn guest_record(&mut self, now: Millis, slot: Slot, record: Record<'_>) -> Result<(), SessionError> {
        let Some(seat) = self.seats.get_mut(&slot) else { return Ok(()) };
        match record {
            Record::Confirm(reveal) => {
                let words = seat.confirm(reveal)?;
                let (guest, invite, again, key) = (seat.entry(), seat.invite, seat.again, seat.key);
                self.take_again(now, slot, &key);
                self.event(HostEvent::Joined { guest, words, invite, again });
                self.rotate(now);
                self.tell_state(now, slot);
                self.show_all(slot, Scope::Full);
                self.presence_changed(now);
            }
            // JS-JOIN-5: nothing counts before the confirm.
            _ if !seat.is_confirmed() => {
                return Err(SessionError::Misbehaved(Misbehavior::Unconfirmed));
            }
            Record::Input { stream, at, bytes } => match self.gate(now, slot, stream, at) {
                Ok(()) => self.typed(now, slot, stream, bytes),
                Err(why) => self.refuse_input(now, slot, stream, why),
            },
            Record::Message(message) => self.guest_said(now, slot, message)?,
            _ => return Err(SessionError::Misbehaved(Misbehavior::HostsRecord)),
        }
        Ok(())
    }

    /// JS-ROLE-5 to 7: the write gate, as it is now and as it was for the guest when it typed.
    fn gate(&self, now: Millis, slot: Slot, stream: StreamId, at: TypedAt) -> Result<(), InputRefusal> {
        self.may_type(slot, stream)?;
        if self.seats.get(&slot).is_none_or(|seat| seat.writes_since > at.gate) {
            return Err(InputRefusal::ReadOnly);
        }
        if !self.attention.was_known(at.gate) {
            return Err(InputRefusal::HostAway);
        }
        let terminal = self.streams.find(stream);
        let content =
            terminal.map_or(Duration::MAX, |terminal| terminal.produced.age_of_unseen(now, at.position));
        if self.group.age_of_unseen(now, at.seen).max(content) > STALE {
            return Err(InputRefusal::Stale);
        }
        Ok(())
    }

    /// JS-ROLE-3: whether a guest may type at a terminal now. Keys that were taken may have to wait for the program:
    /// whoever holds them asks this again before it hands them on.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_type(&self, slot: Slot, stream: StreamId) -> Result<(), InputRefusal> {
        let terminal = self.streams.find(stream);
        if !self.role_of(slot).is_some_and(|role| role.may_write()) {
            Err(InputRefusal::ReadOnly)
        } else if self.is_ended() || terminal.is_none_or(|terminal| terminal.ended.is_some()) {
            Err(InputRefusal::NoTerminal)
        } else {
            self.attention.admits(stream)
        }
    }

    fn typed(&mut self, now: Millis, slot: Slot, stream: StreamId, bytes: &[u8]) {
        self.out.push_back(HostOutput::Input { stream, slot, bytes: bytes.to_vec() });
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        let before = seat.typing.replace((stream, now));
        if before.is_none_or(|(at, _)| at != stream) {
            self.tell_typing(now, slot, stream, true);
        }
    }

    fn tell_typing(&mut self, now: Millis, slot: Slot, stream: StreamId, on: bool) {
        self.announce(now, people::FromHost::Typing { slot, stream, on });
        self.event(HostEvent::Typing { slot, stream, on });
    }

    /// Whether a guest types at a terminal just now.
    pub(super) fn someone_types(&self, stream: StreamId) -> bool {
        self.seats.values().any(|seat| seat.typing.is_some_and(|(at, _)| at == stream))
    }

    fn refuse_input(&mut self, now: Millis, slot: Slot, stream: StreamId, why: InputRefusal) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if !seat.told.is_news(now, why) {
            return;
        }
        self.tell(slot, terminals::FromHost::InputRefused { stream, why });
        self.event(HostEvent::InputRefused { slot, stream, why });
    }

    /// Says something to one guest.
    pub(super) fn tell(&mut self, slot: Slot, word: impl Into<FromHost>) {
        if let Some(seat) = self.seats.get_mut(&slot) {
            seat.tell(word.into().encode());
            self.flush(slot);
        }
    }

    pub(super) fn flush(&mut self, slot: Slot) {
        if self.link.is_up()
            && let Some(seat) = self.seats.get_mut(&slot)
        {
            // A pair's count lasts for 2^64 frames.
            let _ = seat.flush(self.keys.sid, &mut self.out);
        }
    }

    pub(super) fn flush_seats(&mut self) {
        for slot in self.seats.keys().copied().collect::<Vec<_>>() {
            self.flush(slot);
        }
    }

    /// JS-SNAP-4: everything again for a guest that lost frames, at most every two seconds and not before it
    /// has taken what it got the last time; glimpses first, so that a slow line shows something soon.
    pub(super) fn resync(&mut self, now: Millis, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if seat.resync.last.is_some() {
            seat.resync.wanted = true;
            if seat.resync_due().is_none_or(|due| due > now) {
                return;
            }
        }
        seat.resync.last = Some(now);
        seat.resync.wanted = false;
        seat.resync.whole_owed = true;
        seat.drop_snapshots();
        self.tickets.forget(Audience::Seat(slot));
        self.tell_state(now, slot);
        self.show_all(slot, Scope::Screen);
    }

    /// A guest took something: sends what waits, and the whole after the glimpses.
    pub(super) fn serve_seat(&mut self, now: Millis, slot: Slot) {
        self.flush(slot);
        self.begin_transfers(slot);
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if seat.resync_due().is_some_and(|due| due <= now) {
            return self.resync(now, slot);
        }
        if seat.resync.whole_owed && seat.is_drained() && !self.tickets.waits_for(Audience::Seat(slot)) {
            seat.resync.whole_owed = false;
            self.show_all(slot, Scope::Full);
        }
    }

    pub(super) fn guest_present(&mut self, now: Millis, slot: Slot, expects: u64) {
        let Some(seat) = self.seats.get_mut(&slot) else {
            // Removed while the relay was away.
            return self.send_control(&HostToRelay::Remove { slot });
        };
        seat.acked(expects);
        // The relay may tell of a connection that was lost and is back as of one that is there.
        seat.lost_with_relay = false;
        if !std::mem::replace(&mut seat.present, true) || seat.replay().next().is_some() {
            seat.came_back(now);
        }
        self.replay_seat(now, slot);
        self.flush(slot);
        self.presence_changed(now);
    }

    /// Sends a guest again what has not arrived. A relay may say as often as it likes that it came back: the same is
    /// sent again once a second (JS-LINK-4).
    fn replay_seat(&mut self, now: Millis, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        if seat.replays_now(now) {
            self.out.extend(seat.replay().map(HostOutput::Frame));
            let pair = seat.receiver.expected();
            self.send_control(&HostToRelay::Ack { slot, pair });
        }
    }

    /// JS-LINK-9: a connection came or went; everyone hears of it, all together and at most once a second.
    pub(super) fn presence_changed(&mut self, now: Millis) {
        if self.seats.values().any(Seat::presence_is_news) {
            self.presence.want(now);
            self.tell_presence(now);
        }
    }

    pub(super) fn tell_presence(&mut self, now: Millis) {
        if !self.link.is_up() || !self.presence.take(now) {
            return;
        }
        let news = self.seats.values_mut().filter_map(|seat| Some((seat.slot, seat.take_presence()?)));
        let news: Vec<_> = news.collect();
        if news.is_empty() {
            return;
        }
        for (slot, present) in news {
            self.event(HostEvent::Present { slot, present });
            if !present {
                self.show_pointing(now, slot, None);
            }
        }
        self.announce_roster(now);
    }

    pub(super) fn guest_absent(&mut self, now: Millis, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot).filter(|seat| seat.present) else { return };
        seat.present = false;
        // The time to confirm runs on, or a guest that comes and goes would hold a seat for ever.
        if seat.is_confirmed() {
            seat.since = now;
        }
        self.presence_changed(now);
    }

    /// Takes a seat away: its guest reads nothing that is sealed from now on (JS-EPOCH-2).
    pub(super) fn drop_seat(&mut self, now: Millis, slot: Slot, reason: EndReason) {
        self.tell(slot, session::FromHost::End { reason });
        let Some(seat) = self.seats.remove(&slot) else { return };
        self.send_control(&HostToRelay::Remove { slot });
        self.link.remove_later(slot);
        self.transfers.forget_seat(slot);
        self.tickets.forget(Audience::Seat(slot));
        if !seat.is_confirmed() {
            if !seat.returns {
                self.return_use(seat.invite);
            }
            return;
        }
        if reason == EndReason::Removed {
            self.returning.forget(&seat.key);
        } else {
            self.returning.remember(now, &seat);
        }
        // JS-INVITE-8: what a guest lets others do ends with what it may do itself.
        self.revoke_made_by(now, slot);
        self.event(HostEvent::Left { slot, name: seat.name, reason });
        self.rotate(now);
        if let Some((stream, _)) = seat.typing {
            self.tell_typing(now, slot, stream, false);
        }
        if seat.asks {
            self.announce(now, people::FromHost::Asking { slot, on: false });
        }
        self.show_pointing(now, slot, None);
    }

    fn acknowledge(&mut self, now: Millis, slot: Slot) {
        if let Some(seat) = self.seats.get_mut(&slot)
            && seat.receiver.acks().take(now)
        {
            let pair = seat.receiver.expected();
            self.send_control(&HostToRelay::Ack { slot, pair });
        }
    }

    pub(super) fn seat_deadlines(&self) -> impl Iterator<Item = Millis> {
        self.seats.values().flat_map(|seat| {
            let time = if seat.is_confirmed() { GRACE } else { CONFIRM_TIME };
            let gone = (!seat.present || !seat.is_confirmed()).then_some(seat.since + time);
            let silent = seat.owing_since().map(|since| since + GRACE);
            let resync = seat.resync_due();
            let typing = seat.typing.map(|(_, at)| at + TYPING);
            let points = seat.points_now.due();
            [gone, silent, resync, typing, points, seat.replay_due(), seat.receiver.ack_due()]
                .into_iter()
                .flatten()
        })
    }

    pub(super) fn tick_seats(&mut self, now: Millis) {
        for slot in self.seats.keys().copied().collect::<Vec<_>>() {
            self.acknowledge(now, slot);
            self.replay_seat(now, slot);
            let Some(seat) = self.seats.get_mut(&slot) else { continue };
            seat.note_owing(now);
            let gone_since = now.since(seat.since);
            // JS-PAIR-11: whatever the relay says of its connection.
            let silent = seat.owing_since().is_some_and(|since| now.since(since) >= GRACE);
            let unconfirmed = !seat.is_confirmed() && gone_since >= CONFIRM_TIME;
            if silent || unconfirmed || !seat.present && gone_since >= GRACE {
                self.drop_seat(now, slot, EndReason::Left);
                continue;
            }
            if let Some((stream, at)) = seat.typing
                && now.since(at) >= TYPING
            {
                seat.typing = None;
                self.tell_typing(now, slot, stream, false);
            }
            self.show_points(now, slot);
            self.serve_seat(now, slot);
            self.drop_if_overrun(now, slot);
        }
    }
}
