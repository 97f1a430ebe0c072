//! `jumpseat panels`: what guests see next to the terminal, and what they are to see.

use std::{collections::BTreeMap, path::Path};

use clap::{Args, Subcommand};
use jumpseat_engine::api::{HostCommand, PanelStatus, Reply, Scope, panels::PanelKind};
use jumpseat_panels::outline;
use jumpseat_wire::InviteCode;
use serde_json::json;

use super::{
    Context,
    hosted::{self, Hosted},
    workspace::Workspace,
};
use crate::{
    error::{CliError, FaultKind},
    overview::{Panel, now},
    panel::{self, PageContext},
    panel_name::{PanelName, panel_name},
    print::{self, OutputMode},
};

/// List, show and hide what guests see next to the terminal
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE", global = true)]
    session: Option<InviteCode>,
}

#[derive(Subcommand, Debug)]
enum Step {
    /// Show panels to guests; one that they see already restarts
    Share {
        /// Which
        #[arg(required = true, value_name = "PANEL")]
        panels: Vec<PanelName>,
        #[command(flatten)]
        workspace: Workspace,
    },
    /// Show them no longer, at once
    Hide {
        /// Which
        #[arg(required = true, value_name = "PANEL")]
        panels: Vec<PanelName>,
    },
    /// Have their sources look again
    Refresh {
        /// Which
        #[arg(required = true, value_name = "PANEL")]
        panels: Vec<PanelName>,
    },
    /// See one as guests see it now
    Look {
        /// Which
        panel: PanelName,
    },
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<(), CliError> {
    let json = context.json;
    let hosted = hosted::one(arguments.session, context.scope.min(Scope::Control)).await?;
    let session = hosted.session();
    match arguments.step {
        None => list(&hosted.state.panels, json),
        Some(Step::Share { panels, workspace }) => {
            for word in panels {
                let options = workspace.options(word.kind(), &context.config)?;
                let folder = options.folder.clone();
                hosted.ask(HostCommand::SharePanel { session, options }).await?;
                told(word.kind(), true, folder.as_deref(), json)?;
            }
            Ok(())
        }
        Some(Step::Hide { panels }) => {
            for word in panels {
                hosted.ask(HostCommand::UnsharePanel { session, panel: word.kind() }).await?;
                told(word.kind(), false, None, json)?;
            }
            Ok(())
        }
        Some(Step::Refresh { panels }) => {
            for word in panels {
                hosted.ask(HostCommand::RefreshPanel { session, panel: word.kind() }).await?;
            }
            Ok(())
        }
        Some(Step::Look { panel }) => look(&hosted, panel.kind(), json).await,
    }
}

fn told(kind: PanelKind, shared: bool, folder: Option<&Path>, json: bool) -> Result<(), CliError> {
    let name = panel_name(kind);
    if json {
        return print::json(&json!({ "type": "panel", "panel": name, "shared": shared }));
    }
    match folder {
        Some(folder) => print::text(&format!("Guests see {name} of {} now.\n", folder.display())),
        None if shared => print::text(&format!("Guests see {name} now.\n")),
        None => print::text(&format!("Guests do not see {name} any more.\n")),
    }
}

fn list(panels: &BTreeMap<PanelKind, PanelStatus>, json: bool) -> Result<(), CliError> {
    let find = |kind| panels.get(&kind);
    if json {
        return PanelKind::ALL.into_iter().try_for_each(|kind| {
            let mut value = json!({ "panel": panel_name(kind), "shared": find(kind).is_some() });
            if let Some(status) = find(kind) {
                value["state"] = json!(status.state);
                value["entries"] = status.entries.into();
                value["left_out"] = status.left_out.into();
            }
            print::json_of("panel", &value)
        });
    }
    let rows: Vec<Vec<String>> =
        PanelKind::ALL.into_iter().map(|kind| row(kind, find(kind), now())).collect();
    print::text(&print::table(&["PANEL", "GUESTS SEE", "STATE"], &rows))
}

fn row(kind: PanelKind, status: Option<&PanelStatus>, now: u64) -> Vec<String> {
    let (seen, state) = match status {
        None => ("nothing".to_owned(), "not shared".to_owned()),
        Some(status) => {
            let state = panel::state_words(&status.state, now);
            (outline::holds(kind, status.entries), ratatui::text::Line::from(state).to_string())
        }
    };
    vec![panel_name(kind).to_owned(), seen, state]
}

/// What guests see of it.
async fn look(hosted: &Hosted, kind: PanelKind, json: bool) -> Result<(), CliError> {
    let asked = hosted.ask(HostCommand::LookAtPanel { session: hosted.session(), panel: kind }).await?;
    let Reply::Panel(update) = asked else {
        return Err(CliError::new(FaultKind::Local, "the process gave an unexpected reply"));
    };
    if json {
        return update.set.iter().try_for_each(|(key, entry)| {
            print::json(&json!({ "type": "entry", "key": key, "entry": entry }))
        });
    }
    let now = now();
    let panel = Panel { state: update.state, left_out: update.left_out, changed: now, entries: update.set };
    let rows = panel::page(kind, Some(Some(&panel)), PageContext { host: "you", offline: None, now });
    print::page(rows.iter().map(|row| &row.line), OutputMode::of_output(true))
}

#[cfg(test)]
mod tests {
    use jumpseat_engine::api::panels::{Remedy, SourceState};

    use super::*;

    #[test]
    fn a_panel_that_fails_says_what_its_host_can_do() {
        let failed =
            SourceState::Failed { since: 0, why: "it wants a name".into(), remedy: Some(Remedy::InstallGit) };
        let status = PanelStatus { panel: PanelKind::Review, state: failed, entries: 1, left_out: 0 };
        assert_eq!(
            row(PanelKind::Review, Some(&status), 0),
            ["pr", "1 entry", "It wants a name. You can install git."]
        );
        let fresh = PanelStatus { state: SourceState::Fresh, entries: 3, ..status };
        assert_eq!(row(PanelKind::Git, Some(&fresh), 0), ["git", "3 entries", "Up to date"]);
        assert_eq!(row(PanelKind::Log, None, 0), ["log", "nothing", "not shared"]);
    }
}
