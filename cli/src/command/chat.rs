//! `jumpseat chat`: shows the chat of a session, or sends a message.

use std::collections::BTreeMap;

use clap::Args;
use jumpseat_engine::api::{ChatLine, GuestCommand, HostCommand, Scope};
use jumpseat_wire::InviteCode;

use super::local_session::{self, LocalSession};
use crate::{error::CliError, print};

/// Show a session's chat, or send a message
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The message to send; without it, show the chat
    text: Option<String>,
    /// The session's code; not needed while only one is shared or joined
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    let needed = if arguments.text.is_some() { Scope::Propose } else { Scope::Read };
    let at = local_session::one(arguments.session, scope.min(needed)).await?;
    let Some(text) = arguments.text else { return show(chat(&at), json) };
    match at {
        LocalSession::Hosted(hosted) => {
            hosted.ask(HostCommand::Chat { session: hosted.session(), text }).await?;
        }
        LocalSession::Joined(joined) => drop(joined.client.ask(GuestCommand::Chat { text }).await?),
    }
    Ok(())
}

fn chat(at: &LocalSession) -> &BTreeMap<u64, ChatLine> {
    match at {
        LocalSession::Hosted(hosted) => &hosted.state.chat,
        LocalSession::Joined(joined) => &joined.state.chat,
    }
}

fn show(chat: &BTreeMap<u64, ChatLine>, json: bool) -> Result<(), CliError> {
    if json {
        return chat.values().try_for_each(|line| print::json_of("chat", line));
    }
    if chat.is_empty() {
        return print::text("No messages yet.\n");
    }
    chat.values().try_for_each(|line| print::text(&format!("{}: {}\n", line.name, line.text)))
}
