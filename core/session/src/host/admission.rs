//! Who gets a seat (rules JS-JOIN-2 to 5 and 11, JS-INVITE-6 to 11).

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::Duration,
};

use jumpseat_wire::{
    KnockId, Slot,
    control::{HostToRelay, Seat as SeatClaim},
    limits::MAX_PENDING_KNOCKS,
};

use super::{
    Host, HostEvent,
    seat::{Came, Mark, Seat, Welcomed},
};
use crate::{
    EndReason, GuestInfo, InviteFault, KnockRefusal, Millis, Misbehavior, Role, SessionError,
    handshake::knock::Knock, shown::shown_name,
};

/// Knocks whose copies are recognised.
const KNOCKS_REMEMBERED: usize = 4096;

/// Why a knock is not even opened.
const FLOODED: SessionError = SessionError::Misbehaved(Misbehavior::KnockFlood);

/// How often the host reads that somebody was refused with the same invite.
const TELL_REFUSAL: Duration = Duration::from_secs(10);

/// How long a welcomed guest may take to confirm.
pub(super) const CONFIRM_TIME: Duration = Duration::from_secs(30);

/// JS-JOIN-12: what a seat costs that the host is not asked about, if it is not its invite's first, and how far ahead
/// such seats may be. A day of them leaves numbers for others, and each costs every guest an epoch.
const SEAT_COST: Duration = Duration::from_secs(2);
const SEATS_AHEAD: Duration = Duration::from_secs(120);

/// Knocks that wait for the host's word, and what protects against too many.
#[derive(Default)]
pub(super) struct Knocks {
    /// By the host's own numbers (JS-JOIN-9): a relay could use one of its own twice, and the host's yes to
    /// one knock would let another one in.
    waiting: BTreeMap<KnockId, Waiting>,
    last_number: KnockId,
    /// Knocks that waited when the connection was lost: the relay tells of them again.
    parked: VecDeque<(Mark, Knock)>,
    seen: HashSet<Mark>,
    seen_order: VecDeque<Mark>,
    /// When every seat that repeats is paid for.
    paid: Millis,
}

struct Waiting {
    /// The relay's number for it.
    at_relay: KnockId,
    mark: Mark,
    knock: Knock,
}

impl Knocks {
    /// The connection is lost, and with it the relay's numbers. Gives the numbers that hold no more.
    pub(super) fn park(&mut self) -> Vec<KnockId> {
        let waiting = std::mem::take(&mut self.waiting);
        let numbers = waiting.keys().copied().collect();
        self.parked.extend(waiting.into_values().map(|waiting| (waiting.mark, waiting.knock)));
        let excess = self.parked.len().saturating_sub(MAX_PENDING_KNOCKS);
        self.parked.drain(..excess);
        numbers
    }

    /// A knock that the relay tells of again after a lost connection.
    fn unpark(&mut self, mark: Mark) -> Option<Knock> {
        let at = self.parked.iter().position(|(parked, _)| *parked == mark)?;
        self.parked.remove(at).map(|(_, knock)| knock)
    }

    /// Remembers a knock that opened. Others are not: whoever made them could push the good ones out.
    fn remember(&mut self, mark: Mark) {
        self.seen.insert(mark);
        self.seen_order.push_back(mark);
        if self.seen_order.len() > KNOCKS_REMEMBERED
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
    }

    /// JS-JOIN-12: whether one more seat may be taken unasked that is not its invite's first.
    fn affords_repeat(&mut self, now: Millis) -> bool {
        let affords = self.paid.since(now) < SEATS_AHEAD;
        if affords {
            self.paid = self.paid.max(now) + SEAT_COST;
        }
        affords
    }
}

impl Host {
    /// The knocks that wait for an answer.
    pub fn knocks(&self) -> impl Iterator<Item = (KnockId, String)> {
        self.knocks.waiting.iter().map(|(id, waiting)| (*id, shown_name(&waiting.knock.card.name)))
    }

    /// Lets someone in who waits.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody waits there any more.
    pub fn admit(&mut self, now: Millis, id: KnockId) -> Result<(), SessionError> {
        let Waiting { at_relay, mark, knock } = self.waiting(id)?;
        self.welcome(now, at_relay, mark, knock);
        Ok(())
    }

    /// Sends someone away who waits.
    ///
    /// # Errors
    /// [`SessionError::Missing`] if nobody waits there any more.
    pub fn deny(&mut self, now: Millis, id: KnockId) -> Result<(), SessionError> {
        let Waiting { at_relay, knock, .. } = self.waiting(id)?;
        self.refuse(now, at_relay, knock, KnockRefusal::Denied);
        Ok(())
    }

    fn waiting(&mut self, id: KnockId) -> Result<Waiting, SessionError> {
        let gone = SessionError::Missing("nobody waits there any more");
        let waiting = self.knocks.waiting.remove(&id).ok_or(gone)?;
        // Every client has to know which knock it was: names are not unique.
        self.event(HostEvent::KnockGone { knock: id });
        Ok(waiting)
    }

    pub(super) fn knocked(&mut self, now: Millis, id: KnockId, message: &[u8]) {
        // The relay sends everyone away once it is closed.
        if self.is_ended() {
            return;
        }
        let (mark, knock) = match self.open_knock(now, message) {
            Ok(Opened::Knock(mark, knock)) => (mark, *knock),
            Ok(Opened::Welcomed(slot)) => return self.welcome_again(id, slot),
            Err(error) => {
                // JS-JOIN-13: one that was not looked at may be anybody's, is charged to nobody, and may come again.
                let failed = error != FLOODED;
                self.event(HostEvent::KnockFailed { why: error.to_string() });
                return self.send_control(&HostToRelay::Refuse { knock: id, data: None, failed });
            }
        };
        let is_known = self.known(now, &knock.key, knock.invite).is_some();
        let Some(invite) = self.book.find(knock.invite) else { return };
        if let Err(fault) = invite.check(now)
            && !is_known
        {
            return self.refuse(now, id, knock, KnockRefusal::Invite(fault));
        }
        if is_known || !invite.asks() {
            // Also where nobody took the seat, or an invite would hand out numbers of seats without end.
            if (is_known || invite.welcomed) && !self.knocks.affords_repeat(now) {
                return self.refuse(now, id, knock, KnockRefusal::Busy);
            }
            return self.welcome(now, id, mark, knock);
        }
        let again = invite.uses > 0;
        if self.knocks.waiting.len() >= MAX_PENDING_KNOCKS {
            self.send_away_waiting(now);
        }
        if self.knocks.waiting.len() >= MAX_PENDING_KNOCKS {
            return self.refuse(now, id, knock, KnockRefusal::Busy);
        }
        let (name, invite) = (shown_name(&knock.card.name), knock.invite);
        self.knocks.last_number = self.knocks.last_number.wrapping_add(1);
        let number = self.knocks.last_number;
        self.knocks.waiting.insert(number, Waiting { at_relay: id, mark, knock });
        self.event(HostEvent::Knocked { knock: number, name, invite, again });
    }

    /// Sends everyone away who waits by an invite that lets nobody in any more.
    pub(super) fn send_away_waiting(&mut self, now: Millis) {
        let fault = |knock: &Knock| match self.invite(knock.invite) {
            Some(invite) => invite.check(now).err(),
            None => Some(InviteFault::Revoked),
        };
        let over = self.knocks.waiting.iter().filter_map(|(number, one)| Some((*number, fault(&one.knock)?)));
        for (number, fault) in over.collect::<Vec<_>>() {
            if let Some(Waiting { at_relay, knock, .. }) = self.knocks.waiting.remove(&number) {
                self.event(HostEvent::KnockGone { knock: number });
                self.refuse(now, at_relay, knock, KnockRefusal::Invite(fault));
            }
        }
    }

    /// Someone went away before the answer, or before the answer reached them.
    pub(super) fn knock_gone(&mut self, now: Millis, at_relay: KnockId) {
        let waiting = self.knocks.waiting.iter().find(|(_, waiting)| waiting.at_relay == at_relay);
        if let Some(number) = waiting.map(|(number, _)| *number) {
            self.knocks.waiting.remove(&number);
            self.event(HostEvent::KnockGone { knock: number });
        }
        let seat = self.seats.values().find(|seat| seat.knock == Some(at_relay) && !seat.is_confirmed());
        if let Some(slot) = seat.map(|seat| seat.slot) {
            self.drop_seat(now, slot, EndReason::Left);
        }
    }

    fn open_knock(&mut self, now: Millis, message: &[u8]) -> Result<Opened, SessionError> {
        // Who has the code alone gets no further than this, at next to no cost: it counts against nobody.
        let id = Knock::invite_of(message, self.keys.sid)?;
        let token = self.book.find(id).map(|invite| invite.token.clone());
        let token = token.ok_or(SessionError::Forged("the invite of a knock"))?;
        let mark = Knock::replay_mark(message);
        // JS-JOIN-3: a knock counts once; a relay that lost the host's connection tells of it again.
        if let Some(knock) = self.knocks.unpark(mark) {
            return Ok(Opened::Knock(mark, Box::new(knock)));
        }
        if let Some(seat) = self.seats.values().find(|seat| seat.welcome(&mark).is_some()) {
            return Ok(Opened::Welcomed(seat.slot));
        }
        if self.book.find(id).is_some_and(|invite| invite.is_flooded(now)) {
            return Err(FLOODED);
        }
        let knock = if self.knocks.seen.contains(&mark) {
            Err(SessionError::Replayed("a knock"))
        } else {
            Knock::open(&self.keys, &token, message)
        };
        if knock.is_err()
            && let Some(invite) = self.book.find(id)
        {
            invite.failed.1 = invite.failed.1.saturating_add(1);
        }
        let knock = knock?;
        self.knocks.remember(mark);
        Ok(Opened::Knock(mark, Box::new(knock)))
    }

    /// The answer was lost with the connection: the identical bytes.
    fn welcome_again(&mut self, id: KnockId, slot: Slot) {
        let Some(seat) = self.seats.get_mut(&slot) else { return };
        seat.knock = Some(id);
        let claim = SeatClaim { slot, claim: seat.claim };
        let Some(data) = seat.welcome_bytes() else { return };
        self.send_control(&HostToRelay::Welcome { knock: id, seat: claim, data: data.into() });
    }

    fn refuse(&mut self, now: Millis, id: KnockId, knock: Knock, why: KnockRefusal) {
        // JS-INVITE-11: whoever holds a token can knock as often as it likes; the host reads it now and then.
        if let Some(invite) = self.book.find(knock.invite)
            && invite.refusal_told.is_none_or(|told| now.since(told) >= TELL_REFUSAL)
        {
            invite.refusal_told = Some(now);
            let (name, again) = (shown_name(&knock.card.name), invite.uses > 0);
            self.event(HostEvent::KnockRefused { name, invite: knock.invite, why, again });
        }
        // An invite that is over lets nobody in, however often its holder knocks.
        let failed = matches!(why, KnockRefusal::Invite(_));
        let data = knock.refuse(&self.keys, why, &mut self.entropy).ok().map(Into::into);
        self.send_control(&HostToRelay::Refuse { knock: id, data, failed });
    }

    fn welcome(&mut self, now: Millis, id: KnockId, mark: Mark, knock: Knock) {
        let invite_id = knock.invite;
        let Some(invite) = self.book.find(invite_id) else { return };
        // The host may have taken it back, or its seats, while the guest waited.
        let fault = invite.check(now).err();
        let (allowed, line, again) = (invite.terms.role, invite.line.clone(), invite.uses > 0);
        let known = self.known(now, &knock.key, invite_id);
        if let Some(fault) = fault.filter(|_| known.is_none()) {
            return self.refuse(now, id, knock, KnockRefusal::Invite(fault));
        }
        // Never more than it had, and never more than the invite gives to anybody by now.
        let role = known.map_or(allowed, |known| known.role.min(allowed));
        // A seat that is taken again is given up for it.
        let taken = self.seats.len() - usize::from(known.is_some_and(|known| known.slot.is_some()));
        if taken >= self.max_guests() || self.next_slot == Slot::MAX {
            return self.refuse(now, id, knock, KnockRefusal::Full);
        }
        let slot = self.next_slot;
        let card = card(slot, &knock, role);
        let (commitment, key, can) = (knock.commitment, knock.key, knock.can.clone());
        let Ok((keys, message)) = knock.welcome(&self.keys, slot, &mut self.entropy) else {
            return self.send_control(&HostToRelay::Refuse { knock: id, data: None, failed: true });
        };
        let returns = known.is_some();
        if let Some(invite) = self.book.find(invite_id).filter(|_| !returns) {
            invite.uses += 1;
            invite.welcomed = true;
            self.event(HostEvent::InviteUsed { invite: invite_id });
        }
        self.next_slot += 1;
        let welcomed = Welcomed { knock: id, mark, message: message.clone(), commitment };
        let came = Came { invite: invite_id, line, key, can, again: again && !returns, returns };
        let seat = Seat::new(now, &keys, welcomed, card, came);
        let claim = SeatClaim { slot, claim: seat.claim };
        self.seats.insert(slot, seat);
        self.send_control(&HostToRelay::Welcome { knock: id, seat: claim, data: message.into() });
    }

    /// A guest that takes a seat again gives up the one that it had.
    pub(super) fn take_again(&mut self, now: Millis, slot: Slot, key: &[u8; 32]) {
        let before =
            self.seats.values().find(|seat| seat.slot != slot && seat.is_confirmed() && seat.key == *key);
        if let Some(before) = before.map(|seat| seat.slot) {
            self.drop_seat(now, before, EndReason::Left);
        }
        self.returning.forget(key);
    }

    /// Gives back the use of an invite whose guest never confirmed.
    pub(super) fn return_use(&mut self, id: jumpseat_wire::InviteId) {
        if let Some(invite) = self.book.find(id) {
            invite.uses = invite.uses.saturating_sub(1);
            self.event(HostEvent::InviteUsed { invite: id });
        }
    }
}

/// What a knock turned out to be.
enum Opened {
    Knock(Mark, Box<Knock>),
    /// One that was answered with a seat, and the answer did not arrive.
    Welcomed(Slot),
}

fn card(slot: Slot, knock: &Knock, role: Role) -> GuestInfo {
    GuestInfo {
        slot,
        name: shown_name(&knock.card.name),
        program: shown_name(&knock.card.program),
        role,
        present: true,
    }
}

/// Says in words why somebody is turned away.
impl std::fmt::Display for KnockRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied => f.write_str("the host said no"),
            Self::Invite(fault) => fault.fmt(f),
            Self::Full => f.write_str("every seat is taken"),
            Self::Busy => f.write_str("too many people knock at once"),
        }
    }
}

/// Says in words why an invite lets nobody in.
impl std::fmt::Display for InviteFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Revoked => "this invite was taken back",
            Self::Expired => "this invite has expired",
            Self::UsedUp => "this invite's seats are taken",
        })
    }
}
