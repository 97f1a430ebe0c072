//! `jumpseat revoke`: takes the keyboard back.

use clap::Args;
use jumpseat_engine::api::{Role, Scope};
use jumpseat_wire::InviteCode;

use super::grant;
use crate::error::CliError;

/// Take the keyboard back from a guest, who stays and watches
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The guest's number or name
    guest: String,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    grant::change(&arguments.guest, Role::Viewer, arguments.session, scope, json).await
}
