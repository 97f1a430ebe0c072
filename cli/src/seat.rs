//! The sessions that this person has joined on this machine, in a terminal or in an editor.

use std::collections::BTreeMap;

use jumpseat_engine::{
    api::{
        ApiErrorKind, GuestClient, GuestCommand, Phase, Replica, Reply, Scope, SeatState, panels::PanelKind,
    },
    local::{self, RuntimeFolder},
};
use jumpseat_wire::InviteCode;

use crate::{
    error::{CliError, FaultKind},
    overview::Panel,
};

/// A seat, and the way to its process.
pub(crate) struct Joined {
    pub(crate) client: GuestClient,
    pub(crate) state: SeatState,
}

/// The one at the session with this code, or the only one.
pub(crate) async fn one(code: Option<InviteCode>, scope: Scope) -> Result<Joined, CliError> {
    let (mut found, failed) = all(scope).await?;
    if let Some(code) = code {
        found.retain(|joined| joined.state.code == Some(code));
    }
    // One that could not be asked may be the one that is meant.
    if let (true, Some(fault)) = (found.is_empty(), failed) {
        return Err(fault);
    }
    match (found.pop(), found.len(), code) {
        (Some(joined), 0, _) => Ok(joined),
        (None, _, None) => Err(CliError::new(FaultKind::NotFound, "no session is joined on this machine")
            .hint("`jumpseat join` joins one; `jumpseat panels` is about those that you share")),
        (None, _, Some(code)) => {
            Err(CliError::new(FaultKind::NotFound, format!("session {code} is not joined on this machine")))
        }
        (Some(last), others, _) => {
            let codes = found.iter().chain([&last]).filter_map(|joined| joined.state.code);
            let codes: Vec<_> = codes.map(|code| code.to_string()).collect();
            Err(CliError::usage(format!("{} sessions are joined", others + 1))
                .hint(format!("say which with --session: {}", codes.join(", "))))
        }
    }
}

/// One seat of each session, and why one could not be asked. A seat that ends meanwhile is left out.
pub(crate) async fn all(scope: Scope) -> Result<(Vec<Joined>, Option<CliError>), CliError> {
    let (mut found, mut failed) = (Vec::new(), None);
    for seat in local::seats(&RuntimeFolder::open()?).await? {
        match look(&seat, scope).await {
            Ok(joined) => found.extend(joined),
            // A hint means that the process is there but cannot be used.
            Err(fault) if fault.hint.is_some() => failed = Some(fault),
            Err(fault) => tracing::debug!(message = fault.message, "a seat was left out"),
        }
    }
    // A seat that was let in knows more; several seats at one session see the same.
    found.sort_by_key(|joined: &Joined| (joined.state.code, joined.state.phase != Phase::Seated));
    found.dedup_by_key(|joined| joined.state.code);
    Ok((found, failed))
}

async fn look(seat: &local::LocalSeat, scope: Scope) -> Result<Option<Joined>, CliError> {
    let client = seat.connect(scope).await?;
    let Reply::State(update) = client.ask(GuestCommand::State).await? else { return Ok(None) };
    let mut replica: Replica<SeatState> = Replica::default();
    replica.apply(update);
    let state = replica.into_state();
    Ok((!state.phase.is_over()).then_some(Joined { client, state }))
}

impl Joined {
    /// The panels that are shared, of those that are wanted; nothing under one that is on its way.
    pub(crate) async fn panels(
        &self,
        wanted: impl Fn(PanelKind) -> bool,
    ) -> Result<BTreeMap<PanelKind, Option<Panel>>, CliError> {
        let mut panels = BTreeMap::new();
        for panel in self.state.panels.iter().filter(|panel| wanted(**panel)) {
            let here = match self.client.ask(GuestCommand::LookAtPanel { panel: *panel }).await {
                Ok(Reply::Panel(update)) => Some(Panel::from(update)),
                Ok(_) => None,
                Err(failure) if failure.kind == ApiErrorKind::NotFound => None,
                Err(failure) => return Err(failure.into()),
            };
            panels.insert(*panel, here);
        }
        Ok(panels)
    }
}
