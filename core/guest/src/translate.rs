//! What the guest machine says, in the words of the client.

use jumpseat_session::{
    InviteFault, KnockRefusal, Pointing,
    guest::{GuestEvent as Said, Liveness},
};

use jumpseat_api::{Connection, Failure, FailureKind, GuestEvent, GuestInfo, GuestPointAt, Lag, Secret};

use crate::refusal;

pub(crate) fn pointing(at: GuestPointAt) -> Pointing {
    Pointing { stream: at.stream, from: at.from, to: at.to }
}

/// The client's event; nothing for what the engine says itself.
pub(crate) fn event(said: Said) -> Option<GuestEvent> {
    Some(match said {
        Said::Waiting { host_present } => GuestEvent::Waiting { host_present },
        Said::Refused { why } => GuestEvent::Failed(refused(why)),
        Said::TurnedAway { code } => GuestEvent::Failed(refusal::of_guest(code)),
        Said::WrongHost => GuestEvent::Failed(
            Failure::new(FailureKind::Invite, "the token belongs to another session than the code")
                .hint("copy both from the same invite; if they are, somebody answers in the host's place"),
        ),
        Said::Joined { slot, words } => {
            GuestEvent::Joined { slot, words: words.words().map(str::to_owned).to_vec() }
        }
        Said::Roster { host, guests } => {
            GuestEvent::Roster { host, guests: guests.iter().map(GuestInfo::from).collect() }
        }
        Said::Role { role } => GuestEvent::RoleChanged { role },
        Said::Terminals { terminals } => GuestEvent::Terminals { terminals },
        Said::Looking { stream } => GuestEvent::Looking { stream },
        Said::Typing { slot, stream, on } => GuestEvent::Typing { slot, stream, on },
        Said::Pointing { slot, at } => {
            let at = at.map(|Pointing { stream, from, to }| GuestPointAt { stream, from, to });
            GuestEvent::Pointing { slot, at }
        }
        Said::Chat { slot, text, at } => GuestEvent::Chat { slot, text, at },
        Said::Asking { slot, on } => GuestEvent::Asking { slot, on },
        Said::InputRefused { stream, why } => GuestEvent::InputRefused { stream, why },
        Said::Declined => GuestEvent::Declined,
        Said::Invited { code, token, role } => {
            let code = code.parse().ok()?;
            GuestEvent::Invited { code, token: Secret::new(token.reveal().to_string()), role }
        }
        Said::NotAllowed { what } => GuestEvent::NotAllowed { what },
        Said::Liveness(liveness) => GuestEvent::Lag {
            lag: match liveness {
                Liveness::Live => Lag::Live,
                Liveness::Delayed => Lag::Delayed,
                Liveness::Stalled => Lag::Stalled,
            },
        },
        // The engine says these itself, with when it tries again, or with what the relay said.
        Said::Away | Said::Ended { .. } => return None,
        Said::Back => GuestEvent::Connection(Connection::Connected),
        Said::HostPresent { present } => GuestEvent::HostPresent { present },
        Said::Gap => GuestEvent::Gap,
        Said::CatchingUp { streams } => GuestEvent::CatchingUp { streams },
        _ => return None,
    })
}

fn refused(why: Option<KnockRefusal>) -> Failure {
    let (kind, message, hint) = match why {
        None => (
            FailureKind::Invite,
            "the host does not know this token",
            "copy the token again from the invite, or ask for a new one",
        ),
        Some(KnockRefusal::Denied) => {
            (FailureKind::Refused, "the host did not let you in", "ask the host, then try again")
        }
        Some(KnockRefusal::Invite(fault)) => (
            FailureKind::Invite,
            match fault {
                InviteFault::Revoked => "this invite was taken back",
                InviteFault::Expired => "this invite has expired",
                InviteFault::UsedUp => "this invite's seats are taken",
            },
            "ask the host for a new invite",
        ),
        Some(KnockRefusal::Full) => {
            (FailureKind::Full, "every seat of this session is taken", "ask the host to free one")
        }
        Some(_) => {
            (FailureKind::Refused, "the host is busy: too many people knock at once", "try again in a minute")
        }
    };
    Failure::new(kind, message).hint(hint)
}
