//! What a relay's no means to a person: a kind, a sentence with the relay's own words, and what helps.

use jumpseat_wire::CloseCode;

use crate::api::{ApiError, ApiErrorKind};

/// The relay would not have a host's session, or not any longer.
pub(crate) fn of_host(code: CloseCode) -> ApiError {
    let (kind, hint) = match code {
        CloseCode::Version => (ApiErrorKind::Protocol, "update Jumpseat here or at the relay"),
        CloseCode::RelayFull | CloseCode::RateLimited | CloseCode::ShuttingDown => {
            (ApiErrorKind::Refused, "share again in a while, or at another relay")
        }
        CloseCode::Expired | CloseCode::Ended => (ApiErrorKind::Refused, "share again"),
        _ => (ApiErrorKind::Refused, "ask who runs the relay"),
    };
    ApiError::new(kind, format!("the relay refused the session: {}", code.reason())).hint(hint)
}
