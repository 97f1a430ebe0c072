//! Finds a session among those that this person hosts or has joined.

use jumpseat_engine::api::Scope;
use jumpseat_wire::InviteCode;

use super::hosted::{self, Hosted};
use crate::{
    error::{CliError, FaultKind},
    seat::{self, Joined},
};

pub(super) enum LocalSession {
    Hosted(Box<Hosted>),
    Joined(Box<Joined>),
}

/// The one with this code, or the only one.
pub(super) async fn one(code: Option<InviteCode>, scope: Scope) -> Result<LocalSession, CliError> {
    let (hosted, no_host) = hosted::all(scope).await?;
    let (mut joined, no_seat) = seat::all(scope).await?;
    let mut codes: Vec<_> = hosted.iter().map(|hosted| hosted.state.code).collect();
    // The host of a session may also have joined it; the host's end knows more.
    joined.retain(|joined| !codes.contains(&joined.state.code));
    codes.extend(joined.iter().map(|joined| joined.state.code));
    let mut found: Vec<LocalSession> =
        hosted.into_iter().map(|hosted| LocalSession::Hosted(Box::new(hosted))).collect();
    found.extend(joined.into_iter().map(|joined| LocalSession::Joined(Box::new(joined))));
    if let Some(code) = code {
        let at = codes.iter().position(|known| *known == Some(code));
        return at.map(|at| found.swap_remove(at)).ok_or_else(|| {
            no_host.or(no_seat).unwrap_or_else(|| {
                CliError::new(
                    FaultKind::NotFound,
                    format!("session {code} is neither shared nor joined here"),
                )
                .hint("`jumpseat sessions` lists those that are")
            })
        });
    }
    if let Some(fault) = no_host.or(no_seat) {
        return Err(fault);
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(CliError::new(FaultKind::NotFound, "no session is shared or joined on this machine")
            .hint("`jumpseat share` shares a terminal, `jumpseat join` joins a session")),
        several => {
            let codes: Vec<_> = codes.iter().flatten().map(|code| code.to_string()).collect();
            Err(CliError::usage(format!(
                "{several} sessions are shared or joined; say which: {}",
                codes.join(", ")
            )))
        }
    }
}
