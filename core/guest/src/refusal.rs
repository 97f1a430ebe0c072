//! What a refusal means to a person: a kind, a sentence, and what helps.

use jumpseat_api::{Failure, FailureKind};
use jumpseat_session::TransferRefusal;
use jumpseat_wire::CloseCode;

/// The relay would not let a guest in, or took its seat away.
pub(crate) fn of_guest(code: CloseCode) -> Failure {
    let (kind, hint) = match code {
        CloseCode::NotFound => {
            (FailureKind::NoSession, "check the code; the session may have ended, or be at another relay")
        }
        CloseCode::Full => (FailureKind::Full, "ask the host to free a seat"),
        CloseCode::Version => (FailureKind::Protocol, "update Jumpseat at both ends and at the relay"),
        CloseCode::RateLimited => {
            (FailureKind::Refused, "the host or the relay is busy: wait a minute, then try again")
        }
        CloseCode::Ended | CloseCode::Expired | CloseCode::HostGone => {
            (FailureKind::NoSession, "ask the host to share again")
        }
        CloseCode::Replaced => {
            (FailureKind::Refused, "this seat is in use elsewhere; join again for one more")
        }
        _ => (FailureKind::Refused, "ask the host, then try again"),
    };
    Failure::new(kind, format!("the relay turned you away: {}", code.reason())).hint(hint)
}

/// A content does not come.
pub(crate) fn of_fetch(why: TransferRefusal) -> Failure {
    match why {
        TransferRefusal::NotShared => {
            Failure::new(FailureKind::Refused, "the host does not share this panel")
        }
        TransferRefusal::Gone => {
            Failure::new(FailureKind::NotFound, "it has changed since").hint("the panel shows the newest one")
        }
        TransferRefusal::TooLarge => {
            Failure::new(FailureKind::Refused, "it is larger than what can be fetched")
        }
        TransferRefusal::Busy => Failure::new(FailureKind::Refused, "too much is being fetched at once"),
        _ => Failure::new(FailureKind::System, "the host could not read it"),
    }
}
