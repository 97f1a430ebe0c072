//! What it means that something answers and does not speak WebSocket: mostly a proxy in front of the relay, or an
//! address that is not a relay's.

use tokio_tungstenite::tungstenite::{self, error::ProtocolError};

use super::address::Address;
use crate::api::{ApiError, ApiErrorKind};

/// The failure of a request to speak WebSocket at an address.
pub(super) fn failure(address: &Address, error: &tungstenite::Error) -> ApiError {
    match error {
        tungstenite::Error::Io(error) => unreachable(address, error),
        tungstenite::Error::Http(answer) => status(address, answer.status().as_u16(), answer.status()),
        // The answer has been stripped of what only counts from one machine to the next.
        tungstenite::Error::Protocol(
            ProtocolError::MissingConnectionUpgradeHeader | ProtocolError::MissingUpgradeWebSocketHeader,
        ) => not_passed_on(address, "its answer does not say so"),
        error => ApiError::new(
            ApiErrorKind::Protocol,
            format!("{} is not a Jumpseat relay ({error})", address.origin()),
        )
        .hint(elsewhere(address)),
    }
}

/// The relay cannot be reached.
pub(super) fn unreachable(address: &Address, why: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        ApiErrorKind::Unreachable,
        format!("the relay {} cannot be reached: {why}", address.origin()),
    )
    .hint("is the address right, and is the relay running?")
}

fn status(address: &Address, code: u16, says: impl std::fmt::Display) -> ApiError {
    let origin = address.origin();
    match code {
        429 | 503 => unreachable(address, format!("it is busy ({says})")),
        // What a proxy says of a relay behind it that does not answer; some number their reasons from 520 on.
        502 | 504 | 520..=530 => unreachable(address, format!("a proxy in front of it says {says}"))
            .hint("the proxy runs, and the relay behind it does not answer"),
        500.. => unreachable(address, format!("it says {says}")),
        // A relay says so of a request whose Upgrade header got lost on the way.
        426 => not_passed_on(address, format!("it says {says}")),
        401 | 407 => ApiError::new(
            ApiErrorKind::Proxy,
            format!("a proxy in front of {origin} wants somebody to sign in (it says {says})"),
        )
        .hint("have the proxy let requests for the relay through: the relay admits nobody without an invite"),
        403 => ApiError::new(
            ApiErrorKind::Proxy,
            format!("{origin} does not take connections from here (it says {says})"),
        )
        .hint(
            "a relay that is reached under another name has to know its proxy: `jumpseat relay --trusted-proxy`; \
             or something on the way forbids it",
        ),
        300..=399 => {
            ApiError::new(ApiErrorKind::Proxy, format!("{origin} sends visitors elsewhere (it says {says})"))
                .hint(elsewhere(address))
        }
        _ => ApiError::new(ApiErrorKind::Protocol, format!("{origin} is not a Jumpseat relay (it says {says})"))
            .hint(elsewhere(address)),
    }
}

fn not_passed_on(address: &Address, why: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        ApiErrorKind::Proxy,
        format!("a proxy in front of {} does not pass WebSocket on ({why})", address.origin()),
    )
    .hint("have the proxy pass the Upgrade and Connection headers to the relay, over HTTP/1.1")
}

fn elsewhere(address: &Address) -> &'static str {
    if address.tls {
        "check the address: behind a proxy, a path may belong to it"
    } else {
        "check the address: it may want wss://, or behind a proxy a path"
    }
}
