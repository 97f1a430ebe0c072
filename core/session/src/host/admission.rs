//! Who gets a seat (rules JS-JOIN-2 to 5, JS-INVITE-6 to 8).

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::Duration,
};

use jumpseat_wire::{
    KnockId, Slot,
    control::{HostToRelay, Seat as SeatClaim},
    limits::{FAILED_KNOCKS_PER_SECOND, MAX_PENDING_KNOCKS},
};

use super::{Host, HostEvent, seat::Seat};
use crate::{
    Admission, InviteFault, KnockRefusal, Millis, Role, SessionError,
    handshake::knock::Knock,
    message::{RosterEntry, shown_name},
};

/// Knocks whose copies are recognised.
const KNOCKS_REMEMBERED: usize = 4096;

/// How long a welcomed guest may take to confirm.
pub(super) const CONFIRM_TIME: Duration = Duration::from_secs(30);

/// Knocks that wait for the host's word, and what protects against too many.
#[derive(Default)]
pub(super) struct Knocks {
    waiting: BTreeMap<KnockId, Knock>,
    seen: HashSet<[u8; 32]>,
    seen_order: VecDeque<[u8; 32]>,
    failed: (Millis, u32),
}

impl Knocks {
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// JS-JOIN-3: whether this knock is new.
    fn is_new(&mut self, mark: [u8; 32]) -> bool {
        if !self.seen.insert(mark) {
            return false;
        }
        self.seen_order.push_back(mark);
        if self.seen_order.len() > KNOCKS_REMEMBERED
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }

    /// JS-JOIN-8: whether failed knocks come so fast that none is opened for the rest of this second.
    fn is_flooded(&mut self, now: Millis) -> bool {
        if now.since(self.failed.0) >= Duration::from_secs(1) {
            self.failed = (now, 0);
        }
        self.failed.1 >= FAILED_KNOCKS_PER_SECOND
    }
}

impl Host {
    /// The knocks that wait for an answer.
    pub fn knocks(&self) -> impl Iterator<Item = (KnockId, String)> {
        self.knocks.waiting.iter().map(|(id, knock)| (*id, shown_name(&knock.card.name)))
    }

    /// Lets someone in who waits.
    ///
    /// # Errors
    /// [`SessionError::Misused`] if nobody waits there any more.
    pub fn admit(&mut self, now: Millis, id: KnockId) -> Result<(), SessionError> {
        let knock = self.waiting(id)?;
        self.welcome(now, id, knock);
        Ok(())
    }

    /// Sends someone away who waits.
    ///
    /// # Errors
    /// [`SessionError::Misused`] if nobody waits there any more.
    pub fn deny(&mut self, _now: Millis, id: KnockId) -> Result<(), SessionError> {
        let knock = self.waiting(id)?;
        self.refuse(id, knock, KnockRefusal::Denied);
        Ok(())
    }

    fn waiting(&mut self, id: KnockId) -> Result<Knock, SessionError> {
        self.knocks.waiting.remove(&id).ok_or(SessionError::Misused("nobody waits there any more"))
    }

    pub(super) fn knocked(&mut self, now: Millis, id: KnockId, message: &[u8]) {
        let knock = match self.open_knock(now, message) {
            Ok(knock) => knock,
            Err(error) => {
                self.knocks.failed.1 += 1;
                self.event(HostEvent::KnockFailed { why: error.to_string() });
                return self.send_control(&HostToRelay::Refuse { knock: id, data: None, failed: true });
            }
        };
        let Some(invite) = self.book.find(knock.invite) else { return };
        if let Err(fault) = invite.check(now) {
            return self.refuse(id, knock, KnockRefusal::Invite(fault));
        }
        match invite.terms.admission {
            Admission::Open => self.welcome(now, id, knock),
            Admission::Ask if self.knocks.waiting.len() >= MAX_PENDING_KNOCKS => {
                self.refuse(id, knock, KnockRefusal::Busy);
            }
            Admission::Ask => {
                let (name, invite) = (shown_name(&knock.card.name), knock.invite);
                self.knocks.waiting.insert(id, knock);
                self.event(HostEvent::Knocked { knock: id, name, invite });
            }
        }
    }

    pub(super) fn knock_gone(&mut self, id: KnockId) {
        if self.knocks.waiting.remove(&id).is_some() {
            self.event(HostEvent::KnockGone { knock: id });
        }
    }

    fn open_knock(&mut self, now: Millis, message: &[u8]) -> Result<Knock, SessionError> {
        if self.knocks.is_flooded(now) {
            return Err(SessionError::Misbehaved("too many failed knocks"));
        }
        let id = Knock::invite_of(message, self.keys.sid)?;
        let token = self.book.find(id).map(|invite| invite.token.clone());
        let token = token.ok_or(SessionError::Forged("the invite of a knock"))?;
        if !self.knocks.is_new(Knock::replay_mark(message)) {
            return Err(SessionError::Replayed("a knock"));
        }
        Knock::open(&self.keys, &token, message)
    }

    fn refuse(&mut self, id: KnockId, knock: Knock, why: KnockRefusal) {
        self.event(HostEvent::KnockFailed { why: format!("{}: {why:?}", shown_name(&knock.card.name)) });
        let data = knock.refuse(&self.keys, why, &mut self.entropy).ok().map(Into::into);
        self.send_control(&HostToRelay::Refuse { knock: id, data, failed: false });
    }

    fn welcome(&mut self, now: Millis, id: KnockId, knock: Knock) {
        let invite_id = knock.invite;
        let Some(invite) = self.book.find(invite_id) else { return };
        // The host may have taken it back, or its seats, while the guest waited.
        if let Err(fault) = invite.check(now) {
            return self.refuse(id, knock, KnockRefusal::Invite(fault));
        }
        let role = invite.terms.role;
        if self.seats.len() >= self.config.max_guests || self.next_slot == Slot::MAX {
            return self.refuse(id, knock, KnockRefusal::Full);
        }
        let slot = self.next_slot;
        let card = card(slot, &knock, role);
        let commitment = knock.commitment;
        let Ok((keys, message)) = knock.welcome(&self.keys, slot, &mut self.entropy) else {
            return self.send_control(&HostToRelay::Refuse { knock: id, data: None, failed: true });
        };
        if let Some(invite) = self.book.find(invite_id) {
            invite.uses += 1;
        }
        self.next_slot += 1;
        let seat = Seat::new(now, &keys, commitment, card, invite_id);
        let claim = SeatClaim { slot, claim: seat.claim };
        self.seats.insert(slot, seat);
        self.send_control(&HostToRelay::Welcome { knock: id, seat: claim, data: message.into() });
    }

    /// Gives back the use of an invite whose guest never confirmed.
    pub(super) fn return_use(&mut self, invite: jumpseat_wire::InviteId) {
        if let Some(invite) = self.book.find(invite) {
            invite.uses = invite.uses.saturating_sub(1);
        }
    }
}

fn card(slot: Slot, knock: &Knock, role: Role) -> RosterEntry {
    RosterEntry {
        slot,
        name: shown_name(&knock.card.name),
        program: shown_name(&knock.card.program),
        role,
        present: true,
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
