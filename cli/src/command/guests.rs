//! `jumpseat guests`: guests, and who is waiting to join.

use clap::Args;
use jumpseat_engine::api::Scope;
use jumpseat_wire::InviteCode;
use serde_json::json;

use super::local_session::{self, LocalSession};
use crate::{error::CliError, print};

/// List a session's guests and those who wait to be let in
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The session's code; not needed while only one is shared or joined
    code: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let at = local_session::one(arguments.code, scope.min(Scope::Read)).await?;
    let (guests, knocks) = match &at {
        LocalSession::Hosted(hosted) => (&hosted.state.guests, hosted.state.knocks.values().collect()),
        LocalSession::Joined(joined) => (&joined.state.guests, Vec::new()),
    };
    let guests: Vec<_> = guests.values().collect();
    if json {
        return print::json(&json!({ "type": "guests", "guests": guests, "knocks": knocks }));
    }
    if guests.is_empty() && knocks.is_empty() {
        return print::text("Nobody is here yet.\n");
    }
    let mut rows = Vec::new();
    for guest in guests {
        let state = if guest.info.present { "connected" } else { "away" };
        rows.push(
            [
                &guest.info.slot.to_string(),
                &guest.info.name,
                &guest.info.role.to_string(),
                state,
                &guest.info.program,
            ]
            .map(str::to_owned)
            .to_vec(),
        );
    }
    for knock in knocks {
        rows.push(
            [&format!("?{}", knock.knock), &knock.name, "–", "waits to be let in", "–"]
                .map(str::to_owned)
                .to_vec(),
        );
    }
    print::text(&print::table(&["GUEST", "NAME", "ROLE", "STATE", "PROGRAM"], &rows))
}
