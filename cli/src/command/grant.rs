//! `jumpseat grant`: gives a guest the keyboard.

use clap::{Args, ValueEnum};
use jumpseat_engine::api::{HostCommand, Person, Role, Scope};
use jumpseat_wire::InviteCode;

use super::hosted;
use crate::{error::CliError, print};

/// Let a guest type
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The guest's number or name
    guest: String,
    /// What the guest may do from now on
    #[arg(long, value_name = "ROLE", default_value = "writer")]
    role: GrantedRole,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum GrantedRole {
    /// Types, while you look on
    Writer,
    /// Grants, removes and invites as well
    CoOwner,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let role = match arguments.role {
        GrantedRole::Writer => Role::Writer,
        GrantedRole::CoOwner => Role::CoOwner,
    };
    change(&arguments.guest, role, arguments.session, scope, json).await
}

/// Changes what a guest may do, and says so.
pub(super) async fn change(
    guest: &str,
    role: Role,
    session: Option<InviteCode>,
    scope: Scope,
    json: bool,
) -> Result<(), CliError> {
    let hosted = hosted::one(session, scope.min(Scope::Control)).await?;
    let guest = hosted.guest(guest)?;
    hosted.ask(HostCommand::SetRole { session: hosted.session(), slot: guest.info.slot, role }).await?;
    if json {
        return print::json(
            &serde_json::json!({ "type": "role", "guest": guest.info.slot, "name": guest.info.name, "role": role }),
        );
    }
    // What is taken from one seat is not taken from another, and one person may have several.
    let types = |other: &&Person| {
        other.info.slot != guest.info.slot && other.invite == guest.invite && other.info.role.may_write()
    };
    let others =
        hosted.state.guests.values().filter(types).filter(|_| !role.may_write() && guest.invite.is_some());
    let names: Vec<String> =
        others.map(|other| format!("{} ({})", other.info.name, other.info.slot)).collect();
    let rest = if names.is_empty() {
        String::new()
    } else {
        format!(" By the same invite came, and can still type: {}.", names.join(", "))
    };
    print::text(&format!("{} is a {role} now.{rest}\n", guest.info.name))
}
