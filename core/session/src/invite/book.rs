//! The host's book of invites: what each allows, and whether it still does (rules JS-INVITE-6 to 10).

use std::time::Duration;

use jumpseat_wire::{HOST_SLOT, InviteId, SessionId, Slot, limits::FAILED_KNOCKS_PER_SECOND};
use serde::{Deserialize, Serialize};

use crate::{Millis, Role, Token, crypto::entropy::Entropy};

/// Most invites of one session: a bound, far above need. Ones that let nobody in any more make room.
const MAX_INVITES: usize = 256;

/// Most of them that co-owners may make, so that the host can always make one.
const MAX_BY_GUESTS: usize = 64;

/// How long an invite can be used unless its maker says otherwise.
pub const INVITE_LASTS: Duration = Duration::from_secs(60 * 60);

/// Whether a knock waits for the host's yes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// The host is asked each time.
    Ask,
    /// The first guest is let in; the host is asked about everybody after it.
    First,
    /// Whoever holds the token is let in.
    Open,
}

/// What an invite allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InviteTerms {
    /// The role on arrival.
    pub role: Role,
    /// Whether the host is asked.
    pub admission: Admission,
    /// How long it lasts; to the session's end at the latest.
    pub expires_in: Option<Duration>,
    /// How many seats may be taken with it.
    pub max_uses: Option<u32>,
}

/// What an invite allows unless its maker says otherwise (JS-INVITE-10): it is for one person, who watches.
impl Default for InviteTerms {
    fn default() -> Self {
        Self {
            role: Role::Viewer,
            admission: Admission::First,
            expires_in: Some(INVITE_LASTS),
            max_uses: None,
        }
    }
}

/// The guests behind an invite, each with the invite that it came by: its maker, the maker of the invite that its maker
/// came by, and so on. Empty for the host's.
pub(crate) type Line = Vec<(Slot, InviteId)>;

/// An invite in the host's book.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Its name: not secret.
    pub id: InviteId,
    /// What guests need to knock.
    pub token: Token,
    /// What it allows by now: taking a role back narrows it (JS-INVITE-8).
    pub terms: InviteTerms,
    /// When it ends, if before the session.
    pub expires_at: Option<Millis>,
    /// Seats taken with it so far.
    pub uses: u32,
    /// Whether anyone was ever welcomed by it, seated or not.
    pub(crate) welcomed: bool,
    /// Whether the host took it back.
    pub revoked: bool,
    /// Who made it: 0 is the host.
    pub made_by: Slot,
    /// Who could know it besides the guests that came by it.
    pub(crate) line: Line,
    /// When the host was last told that somebody was refused with it.
    pub(crate) refusal_told: Option<Millis>,
    /// Knocks that named it and did not open, within a second from this time on (JS-JOIN-8).
    pub(crate) failed: (Millis, u32),
}

/// Why an invite does not let anyone in (any more).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteFault {
    /// The host took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its seats are taken.
    UsedUp,
}

impl Invite {
    /// JS-JOIN-8: whether so many knocks named it and did not open that none is opened for the rest of this second.
    pub(crate) fn is_flooded(&mut self, now: Millis) -> bool {
        if now.since(self.failed.0) >= Duration::from_secs(1) {
            self.failed = (now, 0);
        }
        self.failed.1 >= FAILED_KNOCKS_PER_SECOND
    }
}

#[derive(Default)]
pub(crate) struct InviteBook(Vec<Invite>);

impl InviteBook {
    /// Adds an invite; `None` when the book is full.
    pub(crate) fn create(
        &mut self,
        now: Millis,
        sid: SessionId,
        bundle_hash: &[u8; 32],
        terms: InviteTerms,
        line: Line,
        entropy: &mut Entropy,
    ) -> Option<&Invite> {
        if self.0.len() >= MAX_INVITES {
            let over = self.0.iter().position(|invite| invite.check(now).is_err())?;
            self.0.remove(over);
        }
        let made_by = line.first().map_or(HOST_SLOT, |(slot, _)| *slot);
        let by_guests =
            self.0.iter().filter(|invite| invite.made_by != HOST_SLOT && invite.check(now).is_ok()).count();
        if made_by != HOST_SLOT && by_guests >= MAX_BY_GUESTS {
            return None;
        }
        let token = Token::generate(bundle_hash, entropy);
        self.0.push(Invite {
            id: token.invite_id(sid),
            token,
            terms,
            expires_at: terms.expires_in.map(|time| now + time),
            uses: 0,
            welcomed: false,
            revoked: false,
            made_by,
            line,
            refusal_told: None,
            failed: (now, 0),
        });
        self.0.last()
    }

    pub(crate) fn find(&mut self, id: InviteId) -> Option<&mut Invite> {
        self.0.iter_mut().find(|invite| invite.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Invite> {
        self.0.iter()
    }

    /// Every invite that a guest may know: the one it came by, those that it made, and those of guests whom it let in. A
    /// seat that is `gone` and was taken by the same invite may have been its own.
    pub(crate) fn known_to(
        &self,
        slot: Slot,
        came_by: InviteId,
        gone: impl Fn(Slot) -> bool,
    ) -> Vec<InviteId> {
        let own = |(behind, by): &(Slot, InviteId)| *behind == slot || *by == came_by && gone(*behind);
        let known = |invite: &&Invite| invite.id == came_by || invite.line.iter().any(own);
        self.0.iter().filter(known).map(|invite| invite.id).collect()
    }

    /// The invites that a guest made and that still hold.
    pub(crate) fn made_by(&self, slot: Slot) -> Vec<InviteId> {
        let made = |invite: &&Invite| invite.made_by == slot && !invite.revoked;
        self.0.iter().filter(made).map(|invite| invite.id).collect()
    }
}

impl Invite {
    /// Whether one more seat may be taken with it.
    ///
    /// # Errors
    /// Says why not.
    pub fn check(&self, now: Millis) -> Result<(), InviteFault> {
        if self.revoked {
            Err(InviteFault::Revoked)
        } else if self.expires_at.is_some_and(|at| at <= now) {
            Err(InviteFault::Expired)
        } else if self.is_used_up() {
            Err(InviteFault::UsedUp)
        } else {
            Ok(())
        }
    }

    /// Whether its seats are taken.
    pub fn is_used_up(&self) -> bool {
        self.terms.max_uses.is_some_and(|max| max <= self.uses)
    }

    /// Whether the host is asked about the next guest that comes by it.
    pub(crate) fn asks(&self) -> bool {
        match self.terms.admission {
            Admission::Ask => true,
            Admission::First => self.uses > 0,
            Admission::Open => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-INVITE-6.
    #[test]
    fn each_bound_ends_it() {
        let mut book = InviteBook::default();
        let terms = InviteTerms {
            role: Role::Viewer,
            admission: Admission::Open,
            expires_in: Some(Duration::from_secs(1)),
            max_uses: Some(1),
        };
        let entropy = &mut Entropy::seeded(1);
        let id = book.create(Millis(5), SessionId([0; 16]), &[0; 32], terms, Vec::new(), entropy).unwrap().id;
        let invite = book.find(id).unwrap();
        assert_eq!(invite.check(Millis(1004)), Ok(()));
        assert_eq!(invite.check(Millis(1005)), Err(InviteFault::Expired));
        invite.uses = 1;
        assert_eq!(invite.check(Millis(5)), Err(InviteFault::UsedUp));
        invite.revoked = true;
        assert_eq!(invite.check(Millis(5)), Err(InviteFault::Revoked));
        assert!(book.find(InviteId([0; 16])).is_none());
    }

    /// JS-INVITE-9.
    #[test]
    fn the_book_is_bounded_and_what_is_over_makes_room() {
        let mut book = InviteBook::default();
        let entropy = &mut Entropy::seeded(1);
        let terms =
            InviteTerms { role: Role::Viewer, admission: Admission::Open, expires_in: None, max_uses: None };
        let mut make = |book: &mut InviteBook, by: Slot| {
            let line = Vec::from_iter((by != HOST_SLOT).then_some((by, InviteId([0; 16]))));
            book.create(Millis(5), SessionId([0; 16]), &[0; 32], terms, line, entropy).map(|invite| invite.id)
        };
        assert_eq!((0..100).filter_map(|_| make(&mut book, 3)).count(), MAX_BY_GUESTS);
        let own: Vec<_> = (0..300).filter_map(|_| make(&mut book, HOST_SLOT)).collect();
        assert_eq!((own.len(), book.iter().count()), (MAX_INVITES - MAX_BY_GUESTS, MAX_INVITES));
        book.find(own[7]).unwrap().revoked = true;
        assert!(make(&mut book, HOST_SLOT).is_some() && make(&mut book, HOST_SLOT).is_none());
        assert!(book.find(own[7]).is_none());
    }
}
