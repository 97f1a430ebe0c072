//! `jumpseat remove`: sends a guest away for good.

use clap::Args;
use jumpseat_engine::api::{HostCommand, Person, Scope};
use jumpseat_wire::InviteCode;

use super::hosted;
use crate::{error::CliError, print};

/// Remove a guest from a session, at once and for good
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The guest's number or name
    guest: String,
    /// Remove everyone who came by the same invite, too: one person may have several seats
    #[arg(long)]
    with_invite: bool,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let hosted = hosted::one(arguments.session, scope.min(Scope::Control)).await?;
    let guest = hosted.guest(&arguments.guest)?;
    let same = |other: &&Person| other.info.slot != guest.info.slot && other.invite == guest.invite;
    let others: Vec<&Person> =
        hosted.state.guests.values().filter(same).filter(|_| guest.invite.is_some()).collect();
    let with_invite = arguments.with_invite;
    let command = HostCommand::Remove { session: hosted.session(), slot: guest.info.slot, with_invite };
    hosted.ask(command).await?;
    if json {
        return print::json(
            &serde_json::json!({ "type": "removed", "guest": guest.info.slot, "name": guest.info.name, "removed": true }),
        );
    }
    let names: Vec<String> =
        others.iter().map(|other| format!("{} ({})", other.info.name, other.info.slot)).collect();
    let rest = match (names.is_empty(), with_invite) {
        (true, _) => String::new(),
        (false, true) => format!(" So are {}.", names.join(", ")),
        (false, false) => {
            format!(
                " By the same invite came, and are still here: {}. `--with-invite` removes them, too.",
                names.join(", ")
            )
        }
    };
    print::text(&format!("{} is gone.{rest}\n", guest.info.name))
}
