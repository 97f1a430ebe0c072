//! Why a command did not do what it was to do.

use jumpseat_session::SessionError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a command failed, for a person.
#[derive(Clone, PartialEq, Eq, Debug, Error, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure it is: what a program goes by.
    pub kind: ApiErrorKind,
    /// What happened, in a sentence without a full stop.
    pub message: String,
    /// What helps, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub hint: Option<String>,
}

/// Kinds of failure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ApiErrorKind {
    /// The engine, or the process that holds it, is gone.
    Gone,
    /// No such terminal, session, guest, invite or knock.
    NotFound,
    /// A command that makes no sense now.
    Misused,
    /// The program or shell could not be started.
    Program,
    /// The relay's address cannot be used.
    Address,
    /// The relay could not be reached.
    Unreachable,
    /// The relay's certificate was not accepted.
    Certificate,
    /// The proxy refused, or cannot be reached.
    Proxy,
    /// What answered is not a relay that speaks this protocol.
    Protocol,
    /// The relay, or the host, said no.
    Refused,
    /// The code names no session (any more).
    NoSession,
    /// The token is not of this session, was revoked, or is used up.
    Invite,
    /// Every seat is taken, or there is as much of something else as there can be.
    Full,
    /// A file or socket of this machine is not as it should be.
    Local,
    /// The command came from a program inside a terminal that is shared.
    Inside,
    /// The client's scope does not include it.
    Scope,
    /// Anything else of the operating system.
    System,
}

impl ApiError {
    /// A failure without a hint.
    pub fn new(kind: ApiErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same with what helps.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A panel is asked for that is not shared.
    pub fn panel_not_shared() -> Self {
        Self::new(ApiErrorKind::NotFound, "this panel is not shared")
    }

    /// The engine, or the process that holds it, is gone.
    pub fn gone() -> Self {
        Self::new(ApiErrorKind::Gone, "the session's process is gone")
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        let kind = match error {
            SessionError::Missing(_) => ApiErrorKind::NotFound,
            SessionError::Full(_) => ApiErrorKind::Full,
            _ => ApiErrorKind::Misused,
        };
        let failure = Self::new(kind, error.to_string());
        if kind == ApiErrorKind::Full { failure.hint("something of it has to end first") } else { failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_full_and_misused_are_of_different_kinds() {
        let kind = |error: SessionError| ApiError::from(error).kind;
        assert_eq!(kind(SessionError::Missing("there is no such invite")), ApiErrorKind::NotFound);
        assert_eq!(kind(SessionError::Misused("terminals count from 1 to 223")), ApiErrorKind::Misused);
        let full = ApiError::from(SessionError::Full("as many invites as it can have"));
        assert!(full.kind == ApiErrorKind::Full && full.hint.is_some());
    }
}
