//! What a refusal means to a person: a kind, a sentence, and what helps.

use jumpseat_api::{ApiError, ApiErrorKind};
use jumpseat_session::TransferRefusal;
use jumpseat_wire::CloseCode;

/// The relay would not let a guest in, or took its seat away.
pub(crate) fn of_guest(code: CloseCode) -> ApiError {
    let (kind, hint) = match code {
        CloseCode::NotFound => {
            (ApiErrorKind::NoSession, "check the code; the session may have ended, or be at another relay")
        }
        CloseCode::Full => (ApiErrorKind::Full, "ask the host to free a seat"),
        CloseCode::Version => (ApiErrorKind::Protocol, "update Jumpseat at both ends and at the relay"),
        CloseCode::RateLimited => {
            (ApiErrorKind::Refused, "the host or the relay is busy: wait a minute, then try again")
        }
        CloseCode::Ended | CloseCode::Expired | CloseCode::HostGone => {
            (ApiErrorKind::NoSession, "ask the host to share again")
        }
        CloseCode::Replaced => {
            (ApiErrorKind::Refused, "this seat is in use elsewhere; join again for one more")
        }
        _ => (ApiErrorKind::Refused, "ask the host, then try again"),
    };
    ApiError::new(kind, format!("the relay turned you away: {}", code.reason())).hint(hint)
}

/// A content does not come.
pub(crate) fn of_fetch(why: TransferRefusal) -> ApiError {
    match why {
        TransferRefusal::NotShared => {
            ApiError::new(ApiErrorKind::Refused, "the host does not share this panel")
        }
        TransferRefusal::Gone => ApiError::new(ApiErrorKind::NotFound, "it has changed since")
            .hint("the panel shows the newest one"),
        TransferRefusal::TooLarge => {
            ApiError::new(ApiErrorKind::Refused, "it is larger than what can be fetched")
        }
        TransferRefusal::Busy => ApiError::new(ApiErrorKind::Refused, "too much is being fetched at once"),
        _ => ApiError::new(ApiErrorKind::System, "the host could not read it"),
    }
}
