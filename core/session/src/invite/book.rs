//! The host's book of invites: what each allows, and whether it still does (rules JS-INVITE-6 to 8).

use std::time::Duration;

use jumpseat_wire::{HOST_SLOT, InviteId, SessionId, Slot};
use serde::{Deserialize, Serialize};

use crate::{Millis, Role, Token, crypto::entropy::Entropy};

/// Most invites of one session: a bound, far above need. Ones that let nobody in any more make room.
const MAX_INVITES: usize = 256;

/// Most of them that co-owners may make, so that the host can always make one.
const MAX_BY_GUESTS: usize = 64;

/// Whether a knock waits for the host's yes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// The host is asked each time.
    Ask,
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

/// An invite in the host's book.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Its name: not secret.
    pub id: InviteId,
    /// What guests need to knock.
    pub token: Token,
    /// What it allows.
    pub terms: InviteTerms,
    /// When it ends, if before the session.
    pub expires_at: Option<Millis>,
    /// Seats taken with it so far.
    pub uses: u32,
    /// Whether the host took it back.
    pub revoked: bool,
    /// Who made it: 0 is the host.
    pub made_by: Slot,
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
        made_by: Slot,
        entropy: &mut Entropy,
    ) -> Option<&Invite> {
        if self.0.len() >= MAX_INVITES {
            let over = self.0.iter().position(|invite| invite.check(now).is_err())?;
            self.0.remove(over);
        }
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
            revoked: false,
            made_by,
        });
        self.0.last()
    }

    pub(crate) fn find(&mut self, id: InviteId) -> Option<&mut Invite> {
        self.0.iter_mut().find(|invite| invite.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Invite> {
        self.0.iter()
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
        } else if self.terms.max_uses.is_some_and(|max| max <= self.uses) {
            Err(InviteFault::UsedUp)
        } else {
            Ok(())
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
        let id = book.create(Millis(5), SessionId([0; 16]), &[0; 32], terms, HOST_SLOT, entropy).unwrap().id;
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
        let mut make = |book: &mut InviteBook, by| {
            book.create(Millis(5), SessionId([0; 16]), &[0; 32], terms, by, entropy).map(|invite| invite.id)
        };
        assert_eq!((0..100).filter_map(|_| make(&mut book, 3)).count(), MAX_BY_GUESTS);
        let own: Vec<_> = (0..300).filter_map(|_| make(&mut book, HOST_SLOT)).collect();
        assert_eq!((own.len(), book.iter().count()), (MAX_INVITES - MAX_BY_GUESTS, MAX_INVITES));
        book.find(own[7]).unwrap().revoked = true;
        assert!(make(&mut book, HOST_SLOT).is_some() && make(&mut book, HOST_SLOT).is_none());
        assert!(book.find(own[7]).is_none());
    }
}
