//! What the host reads before the shell starts.

use jumpseat_engine::face::{Admission, Role, panels::PanelKind};

use super::start::Shared;
use crate::{error::Fault, panel, terminal::EscapeKey};

/// The invite, and how a guest uses it.
pub(super) fn invite(shared: &Shared, escape: Option<EscapeKey>) -> Result<String, Fault> {
    let link = shared.link()?;
    Ok(text(&Shown {
        name: &shared.name,
        code: &link.code.to_string(),
        token: &link.token.reveal(),
        link: &link.web(),
        relay: &shared.relay,
        embedded: shared.embedded,
        role: shared.invite.terms.role,
        asks: shared.invite.terms.admission == Admission::Ask,
        panels: &shared.panels,
        escape,
    }))
}

struct Shown<'a> {
    name: &'a str,
    code: &'a str,
    token: &'a str,
    link: &'a str,
    relay: &'a str,
    embedded: bool,
    role: Role,
    asks: bool,
    panels: &'a [PanelKind],
    /// The key that opens the overlay; nothing without a terminal.
    escape: Option<EscapeKey>,
}

fn text(shown: &Shown<'_>) -> String {
    let Shown { name, code, token, link, relay, embedded, role, asks, panels, escape } = shown;
    let may = match role {
        Role::Viewer => "Guests watch; they type once you let them.",
        _ => "Guests may type while you look on.",
    };
    let ask = if *asks { " You are asked before anyone comes in." } else { "" };
    let names: Vec<&str> = panels.iter().map(|kind| panel::name(*kind)).collect();
    let beside = if names.is_empty() {
        String::new()
    } else {
        format!("\nBeside it they see, read-only: {}.", names.join(", "))
    };
    let reach = if *embedded && ["ws://127.", "ws://[::1]"].iter().any(|start| relay.starts_with(start)) {
        "\n\nOnly this machine reaches it: --lan shares in your network, --relay through a server."
    } else {
        ""
    };
    let leave = escape.map_or(String::new(), |key| {
        format!("\n{key} shows guests, requests and chat; leaving the shell ends the session.")
    });
    format!(
        "Sharing this terminal as {name}. {may}{ask}{beside}

  Code    {code}
  Token   {token}
  Link    {link}

  A guest runs   jumpseat join {code} --relay {relay}
  and pastes the token; or just   jumpseat join   and the link.{reach}
{leave}

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_reads_as_it_should() {
        let mut shown = Shown {
            name: "Ann",
            code: "K7QM-3XTE",
            token: "jst1_token",
            link: "http://127.0.0.1:4300/j#K7QM-3XTE.jst1_token",
            relay: "ws://127.0.0.1:4300",
            embedded: true,
            role: Role::Viewer,
            asks: false,
            panels: &[PanelKind::Git, PanelKind::History],
            escape: Some(EscapeKey::default()),
        };
        insta::assert_snapshot!("invite-local", text(&shown));
        shown.link = "https://r.example/j#K7QM-3XTE.jst1_token";
        (shown.relay, shown.embedded) = ("wss://r.example", false);
        (shown.role, shown.asks) = (Role::Writer, true);
        shown.panels = &[];
        insta::assert_snapshot!("invite-relayed", text(&shown));
    }
}
