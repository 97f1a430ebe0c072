//! What goes wrong, for a person and for a script: a kind with its exit code, a sentence, and what helps.

use std::{borrow::Cow, fmt, io::Write as _, process::ExitCode};

use jumpseat_engine::api::{ApiError, ApiErrorKind, EndReason};
use serde::Serialize;

/// Kinds of fault. Each has an exit code of its own; `docs/guide.md` lists them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub(crate) enum FaultKind {
    /// Nobody reads what is printed any more, as when `head` has had enough: a quiet end, and none that a script hears of.
    Unread = 0,
    /// Anything of the operating system.
    System = 1,
    /// Wrong arguments, configuration or input.
    Usage = 2,
    /// The relay, or the proxy before it, cannot be reached.
    Unreachable = 3,
    /// The relay's certificate was not accepted.
    Certificate = 4,
    /// What answers does not speak this version of the protocol.
    Protocol = 5,
    /// The code names no session.
    NoSession = 6,
    /// The token is not of this session, was revoked, has expired or is used up.
    Invite = 7,
    /// The host or the relay said no.
    Refused = 8,
    /// Every seat is taken, or there is as much of something else as there can be.
    Full = 9,
    /// The session ran out: its time, or its host, is gone.
    Ended = 10,
    /// The host removed this guest.
    Removed = 11,
    /// What was waited for did not come in time.
    Timeout = 12,
    /// No such session, guest, invite or knock on this machine.
    NotFound = 13,
    /// A file or socket of this machine is not as it should be.
    Local = 14,
    /// The program or shell could not be started.
    Program = 15,
    /// It runs inside a terminal that is shared, and may not manage that session.
    Inside = 16,
    /// The given scope does not include it.
    Scope = 17,
}

/// Why a command failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct CliError {
    pub(crate) kind: FaultKind,
    /// A sentence without a full stop.
    pub(crate) message: String,
    /// What helps, if anything does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

impl CliError {
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Usage, message)
    }

    /// A failure of the operating system, with what was being done.
    pub(crate) fn system(doing: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::new(FaultKind::System, format!("{doing}: {error}"))
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }

    /// Prints it to standard error; as an object with `json`.
    pub(crate) fn print(&self, json: bool) {
        if self.kind == FaultKind::Unread {
            return;
        }
        let mut err = std::io::stderr().lock();
        // Where standard error is closed nobody is left to tell.
        let _ = if json { writeln!(err, "{}", self.to_json()) } else { writeln!(err, "{self}") };
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "type": "error", "code": self.kind as u8, "error": self })
    }

    /// Why a session, or a guest's part in it, ended badly; nothing if that is how sessions end. `failure` is
    /// what the relay said.
    pub(crate) fn ended(reason: EndReason, failure: Option<&ApiError>) -> Option<Self> {
        Some(match (reason, failure) {
            (EndReason::Stopped | EndReason::ShellExited | EndReason::Left, _) => return None,
            (EndReason::Removed, _) => Self::new(FaultKind::Removed, "the host removed you from the session"),
            (EndReason::RelayRefused, Some(failure)) => failure.clone().into(),
            (EndReason::RelayRefused, None) => Self::new(FaultKind::Refused, why(reason, None)),
            _ => Self::new(FaultKind::Ended, format!("the session ended: {}", why(reason, None))),
        })
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "\n hint: {hint}"))
    }
}

impl From<ApiError> for CliError {
    fn from(failure: ApiError) -> Self {
        let kind = match failure.kind {
            ApiErrorKind::Gone | ApiErrorKind::Local => FaultKind::Local,
            ApiErrorKind::NotFound => FaultKind::NotFound,
            ApiErrorKind::Misused | ApiErrorKind::Address => FaultKind::Usage,
            ApiErrorKind::Program => FaultKind::Program,
            ApiErrorKind::Inside => FaultKind::Inside,
            ApiErrorKind::Scope => FaultKind::Scope,
            ApiErrorKind::Unreachable | ApiErrorKind::Proxy => FaultKind::Unreachable,
            ApiErrorKind::Certificate => FaultKind::Certificate,
            ApiErrorKind::Protocol => FaultKind::Protocol,
            ApiErrorKind::Refused => FaultKind::Refused,
            ApiErrorKind::NoSession => FaultKind::NoSession,
            ApiErrorKind::Invite => FaultKind::Invite,
            ApiErrorKind::Full => FaultKind::Full,
            _ => FaultKind::System,
        };
        let hint = failure.hint.or_else(|| Some(default_hint(kind)?.to_owned()));
        Self { kind, message: failure.message, hint }
    }
}

/// Why a session ended, as a clause. `failure` is what the relay said.
pub(crate) fn why(reason: EndReason, failure: Option<&ApiError>) -> Cow<'static, str> {
    Cow::Borrowed(match reason {
        EndReason::RelayRefused => {
            return failure.map_or("the relay refused".into(), |failure| failure.message.clone().into());
        }
        EndReason::Stopped => "the host stopped sharing",
        EndReason::ShellExited => "its program ended",
        EndReason::Expired => "the session expired",
        EndReason::RelayGone => "the relay was gone for too long",
        EndReason::HostGone => "the host was away for too long",
        EndReason::Removed => "the host removed this guest",
        EndReason::Left => "this guest left",
        _ => "it is over",
    })
}

/// What helps where the engine itself knows nothing better.
fn default_hint(kind: FaultKind) -> Option<&'static str> {
    Some(match kind {
        FaultKind::Unreachable => "check the relay's address and that it runs",
        FaultKind::Certificate => "name the certificate authority with --ca-file",
        FaultKind::Protocol => "the relay and every end need the same version of Jumpseat",
        FaultKind::NoSession => "check the code and the relay; sessions end after 24 hours",
        FaultKind::Invite => "ask the host for a new invite",
        FaultKind::Full => "someone has to leave first",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_error_and_hint() {
        let fault =
            CliError::from(ApiError::new(ApiErrorKind::NoSession, "the relay knows no session K7QM-3XTE"));
        insta::assert_snapshot!(fault, @"
        error: the relay knows no session K7QM-3XTE
         hint: check the code and the relay; sessions end after 24 hours
        ");
        insta::assert_snapshot!(fault.to_json(), @r#"{"code":6,"error":{"hint":"check the code and the relay; sessions end after 24 hours","kind":"no_session","message":"the relay knows no session K7QM-3XTE"},"type":"error"}"#);
    }

    #[test]
    fn an_orderly_end_is_no_fault() {
        assert_eq!(CliError::ended(EndReason::Stopped, None), None);
        assert_eq!(CliError::ended(EndReason::ShellExited, None), None);
        assert_eq!(
            CliError::ended(EndReason::Removed, None).map(|fault| fault.kind),
            Some(FaultKind::Removed)
        );
    }

    #[test]
    fn a_relay_that_refused_is_told_in_its_own_words() {
        let failure =
            ApiError::new(ApiErrorKind::Protocol, "the relay turned you away: too old").hint("update");
        let fault = CliError::ended(EndReason::RelayRefused, Some(&failure)).unwrap();
        assert_eq!((fault.kind, fault.hint.as_deref()), (FaultKind::Protocol, Some("update")));
        assert_eq!(why(EndReason::RelayRefused, Some(&failure)), "the relay turned you away: too old");
        assert_eq!(
            CliError::ended(EndReason::RelayGone, None).map(|fault| fault.kind),
            Some(FaultKind::Ended)
        );
    }

    #[test]
    fn the_engine_s_own_hint_wins() {
        let failure = ApiError::new(ApiErrorKind::Unreachable, "no answer").hint("start it");
        assert_eq!(CliError::from(failure).hint.as_deref(), Some("start it"));
    }

    #[test]
    fn every_kind_stands_in_the_reference_with_its_code() {
        let reference = include_str!("../../docs/guide.md");
        let mut kinds = 0;
        for code in 1..=u8::MAX {
            let row = reference.lines().find(|line| line.starts_with(&format!("| {code} |")));
            let Some(row) = row else { break };
            let kind = row.split('`').nth(1).unwrap();
            let known: FaultKind = serde_json::from_value(kind.into()).unwrap();
            assert_eq!(known as u8, code);
            kinds += 1;
        }
        assert_eq!(kinds, FaultKind::Scope as u8, "the last kind is documented, too");
    }
}
