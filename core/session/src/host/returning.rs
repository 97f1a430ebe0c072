//! Guests that come back: whoever shows the key of a seat that is there, or was until a moment ago, takes that seat
//! again (JS-JOIN-11). A window that reloads is no second use of its invite.

use std::collections::VecDeque;

use jumpseat_wire::{InviteId, Slot, limits::GRACE};

use super::{Host, seat::Seat};
use crate::{Millis, Role};

/// Seats that are remembered after their guests left.
const MOST: usize = 64;

/// A seat that its guest may take again.
#[derive(Clone, Copy)]
pub(super) struct Returnee {
    /// The seat, where it is still there.
    pub(super) slot: Option<Slot>,
    /// What its guest might do.
    pub(super) role: Role,
}

/// The seats of those who left lately.
#[derive(Default)]
pub(super) struct Returning(VecDeque<Gone>);

struct Gone {
    key: [u8; 32],
    invite: InviteId,
    role: Role,
    at: Millis,
}

impl Returning {
    /// Remembers a seat whose guest was not removed.
    pub(super) fn remember(&mut self, now: Millis, seat: &Seat) {
        self.forget(&seat.key);
        self.0.push_back(Gone { key: seat.key, invite: seat.invite, role: seat.role, at: now });
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    pub(super) fn forget(&mut self, key: &[u8; 32]) {
        self.0.retain(|gone| gone.key != *key);
    }

    /// Nobody who came by this invite comes again unasked.
    pub(super) fn forget_invite(&mut self, invite: InviteId) {
        self.0.retain(|gone| gone.invite != invite);
    }

    /// Whoever came by this invite gets no more than `role` back.
    pub(super) fn cap(&mut self, invite: InviteId, role: Role) {
        for gone in self.0.iter_mut().filter(|gone| gone.invite == invite) {
            gone.role = gone.role.min(role);
        }
    }
}

impl Host {
    /// The seat that a knock takes again, if any: by the same invite, as long as that was not taken back.
    pub(super) fn known(&self, now: Millis, key: &[u8; 32], invite: InviteId) -> Option<Returnee> {
        if self.invite(invite).is_none_or(|invite| invite.revoked) {
            return None;
        }
        let seat =
            self.seats.values().find(|seat| seat.is_confirmed() && seat.key == *key && seat.invite == invite);
        if let Some(seat) = seat {
            return Some(Returnee { slot: Some(seat.slot), role: seat.role });
        }
        let fits = |gone: &&Gone| gone.key == *key && gone.invite == invite && now.since(gone.at) < GRACE;
        self.returning.0.iter().find(fits).map(|gone| Returnee { slot: None, role: gone.role })
    }
}
