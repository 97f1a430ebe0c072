//! `jumpseat remove`: sends a guest away for good.

use clap::Args;
use jumpseat_engine::face::HostCommand;
use jumpseat_wire::InviteCode;

use super::hosted;
use crate::{error::Fault, print};

/// Remove a guest from a session, at once and for good
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The guest's number or name
    guest: String,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, json: bool) -> Result<(), Fault> {
    let hosted = hosted::one(arguments.session).await?;
    let guest = hosted.guest(&arguments.guest)?;
    hosted.ask(HostCommand::Remove { session: hosted.session(), slot: guest.slot }).await?;
    if json {
        return print::json(&serde_json::json!({ "guest": guest.slot, "name": guest.name, "removed": true }));
    }
    print::text(&format!("{} is gone.\n", guest.name))
}
