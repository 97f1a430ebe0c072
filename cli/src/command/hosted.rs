//! The sessions that this person's processes host on this machine, reached through their local sockets.

use std::collections::BTreeMap;

use jumpseat_engine::{
    api::{
        HostClient, HostCommand, HostState, Person, Replica, Reply, Scope, SessionNo, SessionState,
        StateUpdate,
    },
    local::{self, RuntimeFolder},
};
use jumpseat_wire::{InviteCode, Slot};

use crate::error::{CliError, FaultKind};

/// A session and the way to its process.
pub(super) struct Hosted {
    pub(super) client: HostClient,
    pub(super) pid: u32,
    pub(super) state: SessionState,
}

/// All of them, each with a client that may do so much, and why a process did not tell its own, if one did not. One that ends meanwhile is left out.
pub(super) async fn all(scope: Scope) -> Result<(Vec<Hosted>, Option<CliError>), CliError> {
    let (mut found, mut failed) = (Vec::new(), None);
    for process in local::processes(&RuntimeFolder::open()?).await? {
        let state = match process.connect(scope).await {
            Ok(client) => client.ask(HostCommand::State).await,
            Err(failure) => Err(failure),
        };
        let state = match state {
            Ok(Reply::State(update)) => read(update),
            Ok(_) => continue,
            // A hint means that the process is there but cannot be used.
            Err(failure) if failure.hint.is_some() => {
                failed = Some(failure.into());
                continue;
            }
            Err(failure) => {
                tracing::debug!(%failure, "a process was left out");
                continue;
            }
        };
        for session in state.sessions.into_values() {
            // Each with a client of its own: a session is then a value like any other.
            if let Ok(client) = process.connect(scope).await {
                found.push(Hosted { client, pid: state.pid, state: session });
            }
        }
    }
    Ok((found, failed))
}

fn read(update: StateUpdate) -> HostState {
    let mut replica = Replica::default();
    replica.apply(update);
    replica.into_state()
}

/// The one with this code, or the only one.
pub(super) async fn one(code: Option<InviteCode>, scope: Scope) -> Result<Hosted, CliError> {
    let (mut found, failed) = all(scope).await?;
    if let Some(code) = code {
        let at = found.iter().position(|hosted| hosted.state.code == Some(code));
        return at.map(|at| found.swap_remove(at)).ok_or_else(|| {
            failed.unwrap_or_else(|| {
                CliError::new(FaultKind::NotFound, format!("no session {code} is shared from this machine"))
                    .hint("`jumpseat sessions` lists those that are")
            })
        });
    }
    // One that does not tell its sessions may have the one that is meant.
    if let Some(fault) = failed {
        return Err(fault);
    }
    match found.len() {
        0 => Err(CliError::new(FaultKind::NotFound, "nothing is shared from this machine")
            .hint("`jumpseat share` shares a terminal")),
        1 => Ok(found.swap_remove(0)),
        several => {
            let codes: Vec<_> =
                found.iter().filter_map(|hosted| hosted.state.code).map(|code| code.to_string()).collect();
            Err(CliError::usage(format!("{several} sessions are shared; say which: {}", codes.join(", "))))
        }
    }
}

impl Hosted {
    pub(super) fn session(&self) -> SessionNo {
        self.state.session
    }

    pub(super) async fn ask(&self, command: HostCommand) -> Result<Reply, CliError> {
        Ok(self.client.ask(command).await?)
    }

    /// A guest by its number, or by its name if only one has it.
    pub(super) fn guest(&self, text: &str) -> Result<&Person, CliError> {
        find_guest(&self.state.guests, text)
    }
}

fn find_guest<'a>(guests: &'a BTreeMap<Slot, Person>, text: &str) -> Result<&'a Person, CliError> {
    let none = || {
        CliError::new(FaultKind::NotFound, format!("no guest `{text}` is here"))
            .hint("`jumpseat guests` lists them")
    };
    if let Ok(slot) = text.parse::<Slot>() {
        return guests.get(&slot).ok_or_else(none);
    }
    let mut named = guests.values().filter(|guest| guest.info.name.to_lowercase() == text.to_lowercase());
    match (named.next(), named.next()) {
        (Some(guest), None) => Ok(guest),
        (Some(_), Some(_)) => Err(CliError::usage(format!("several guests are called `{text}`"))
            .hint("name one by its number: `jumpseat guests` shows them")),
        _ => Err(none()),
    }
}

/// The code as tables show it.
pub(super) fn code_word(code: Option<InviteCode>) -> String {
    code.map_or_else(|| "–".to_owned(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::Role;

    use super::*;
    use crate::overview::person;

    #[test]
    fn guests_are_found_by_number_or_by_a_name_that_only_one_has() {
        let guests = [(1, "Bo"), (2, "Cy"), (3, "bo")].map(|(slot, name)| person(slot, name, Role::Viewer));
        let guests = guests.into_iter().map(|guest| (guest.info.slot, guest)).collect();
        assert_eq!(find_guest(&guests, "3").unwrap().info.slot, 3);
        assert_eq!(find_guest(&guests, "CY").unwrap().info.slot, 2);
        assert_eq!(find_guest(&guests, "bo").unwrap_err().kind, FaultKind::Usage);
        assert_eq!(find_guest(&guests, "9").unwrap_err().kind, FaultKind::NotFound);
    }
}
