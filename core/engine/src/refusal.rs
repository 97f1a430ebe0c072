//! What a relay's no means to a person: a kind, a sentence with the relay's own words, and what helps.

use jumpseat_wire::CloseCode;

use crate::api::{Failure, FailureKind};

/// The relay would not have a host's session, or not any longer.
pub(crate) fn of_host(code: CloseCode) -> Failure {
    let (kind, hint) = match code {
        CloseCode::Version => (FailureKind::Protocol, "update Jumpseat here or at the relay"),
        CloseCode::RelayFull | CloseCode::RateLimited | CloseCode::ShuttingDown => {
            (FailureKind::Refused, "share again in a while, or at another relay")
        }
        CloseCode::Expired | CloseCode::Ended => (FailureKind::Refused, "share again"),
        _ => (FailureKind::Refused, "ask who runs the relay"),
    };
    Failure::new(kind, format!("the relay refused the session: {}", code.reason())).hint(hint)
}

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
