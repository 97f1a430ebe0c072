//! What the guest machine says happened, in the words of the client.

use jumpseat_session::{InviteFault, KnockRefusal, guest::GuestEvent as Said};

use jumpseat_api::{ApiError, ApiErrorKind, GuestEvent};

use crate::{
    refusal,
    state::{number, point_at},
};

/// The client's event; nothing for what the state tells, or the seat says itself.
pub(crate) fn event(said: Said) -> Option<GuestEvent> {
    Some(match said {
        Said::Refused { why } => GuestEvent::Failed(refused(why)),
        Said::TurnedAway { code } => GuestEvent::Failed(refusal::of_guest(code)),
        Said::WrongHost => GuestEvent::Failed(
            ApiError::new(ApiErrorKind::Invite, "the token belongs to another session than the code")
                .hint("copy both from the same invite; if they are, somebody answers in the host's place"),
        ),
        Said::Joined { slot, words } => {
            GuestEvent::Joined { slot, words: words.words().map(str::to_owned).to_vec() }
        }
        Said::Role { role } => GuestEvent::RoleChanged { role },
        Said::Pointing { slot, at } => GuestEvent::Pointed { slot, at: point_at(at?) },
        Said::Chat { slot, text, at } => GuestEvent::Chat { slot, text, at },
        Said::Asking { slot, on: true } => GuestEvent::ControlAsked { slot },
        Said::InputRefused { stream, why } => GuestEvent::InputRefused { terminal: number(stream), why },
        Said::Declined => GuestEvent::Declined,
        Said::Invited { role, .. } => GuestEvent::Invited { role },
        Said::NotAllowed { what } => GuestEvent::NotAllowed { what },
        Said::HostPresent { present } => GuestEvent::HostPresent { present },
        _ => return None,
    })
}

fn refused(why: Option<KnockRefusal>) -> ApiError {
    let (kind, message, hint) = match why {
        None => (
            ApiErrorKind::Invite,
            "the host does not know this token",
            "copy the token again from the invite, or ask for a new one",
        ),
        Some(KnockRefusal::Denied) => {
            (ApiErrorKind::Refused, "the host did not let you in", "ask the host, then try again")
        }
        Some(KnockRefusal::Invite(fault)) => (
            ApiErrorKind::Invite,
            match fault {
                InviteFault::Revoked => "this invite was taken back",
                InviteFault::Expired => "this invite has expired",
                InviteFault::UsedUp => "this invite's seats are taken",
            },
            "ask the host for a new invite",
        ),
        Some(KnockRefusal::Full) => {
            (ApiErrorKind::Full, "every seat of this session is taken", "ask the host to free one")
        }
        Some(_) => (
            ApiErrorKind::Refused,
            "the host is busy: too many people knock at once",
            "try again in a minute",
        ),
    };
    ApiError::new(kind, message).hint(hint)
}
