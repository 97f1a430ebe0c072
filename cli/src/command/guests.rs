//! `jumpseat guests`: guests, and who is waiting to join.

use clap::Args;
use jumpseat_wire::InviteCode;
use serde_json::json;

use super::hosted;
use crate::{error::Fault, print};

/// List a session's guests and those who wait to be let in
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The session's code; not needed while only one is shared
    code: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, json: bool) -> Result<(), Fault> {
    let hosted = hosted::one(arguments.code).await?;
    let guests: Vec<_> = hosted.state.guests.values().collect();
    let knocks: Vec<_> = hosted.state.knocks.values().collect();
    if json {
        return print::json(&json!({ "guests": guests, "knocks": knocks }));
    }
    if guests.is_empty() && knocks.is_empty() {
        return print::text("Nobody is here yet.\n");
    }
    let mut rows = Vec::new();
    for guest in guests {
        let state = if guest.present { "connected" } else { "away" };
        rows.push(
            [&guest.slot.to_string(), &guest.name, &guest.role.to_string(), state, &guest.program]
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
