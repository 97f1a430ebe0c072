//! `jumpseat stop`: ends sessions; their shells go on.

use clap::Args;
use jumpseat_engine::api::{HostCommand, Scope};
use jumpseat_wire::InviteCode;

use super::hosted::{self, code_word};
use crate::{error::CliError, print};

/// Stop sharing: guests are gone at once, the shell goes on
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The session's code; not needed while only one is shared
    #[arg(conflicts_with = "all")]
    code: Option<InviteCode>,
    /// Stop every session of this machine
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let (found, failed) = match arguments.all {
        true => hosted::all(scope.min(Scope::Control)).await?,
        false => (vec![hosted::one(arguments.code, scope.min(Scope::Control)).await?], None),
    };
    for hosted in &found {
        hosted.ask(HostCommand::Stop { session: hosted.session() }).await?;
        if json {
            print::json(
                &serde_json::json!({ "type": "stopped", "code": hosted.state.code, "stopped": true }),
            )?;
        } else {
            print::text(&format!("{} is not shared any more.\n", code_word(hosted.state.code)))?;
        }
    }
    if let Some(fault) = failed {
        return Err(fault);
    }
    if found.is_empty() && !json { print::text("Nothing was shared.\n") } else { Ok(()) }
}
