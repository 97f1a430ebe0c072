//! What the host reads before the shell starts.

use jumpseat_engine::api::{Admission, InviteTerms, Role, panels::PanelKind};

use super::start::Shared;
use crate::{command::invites, duration, error::CliError, panel_name::panel_name, terminal::EscapeKey};

/// The invite, and how a guest uses it.
pub(super) fn invite(shared: &Shared, escape: Option<EscapeKey>) -> Result<String, CliError> {
    let link = shared.link()?;
    Ok(text(&Shown {
        name: &shared.name,
        code: &link.code.to_string(),
        token: &link.token.reveal(),
        link: invites::link(invites::keys(&shared.invite)?),
        relay: &shared.relay,
        embedded: shared.embedded,
        terms: &shared.invite.terms,
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
    terms: &'a InviteTerms,
    panels: &'a [PanelKind],
    /// The key that opens the overlay; nothing without a terminal.
    escape: Option<EscapeKey>,
}

fn text(shown: &Shown<'_>) -> String {
    let Shown { name, code, token, link, relay, embedded, terms, panels, escape } = shown;
    let may = match terms.role {
        Role::Viewer => "Guests watch; they type once you let them.",
        _ => "Guests may type while you look on.",
    };
    let uses = match (terms.max_uses, terms.admission) {
        (Some(1), Admission::Ask) => "One guest can come by this invite, after you are asked.",
        (Some(1), _) => "One guest can come by this invite.",
        (_, Admission::Ask) => "You are asked before anyone comes in.",
        (_, Admission::First) => {
            "The first guest comes in by this invite; you are asked about every other one."
        }
        (_, Admission::Open) => "Everyone who has this invite comes in.",
    };
    let most = match terms.max_uses {
        Some(most) if most > 1 => format!(" {most} guests at most."),
        _ => String::new(),
    };
    let until = match terms.expires_in {
        Some(seconds) => format!(" It can be used for {}.", duration::words(seconds)),
        None => " It can be used as long as the session lasts.".to_owned(),
    };
    let names: Vec<&str> = panels.iter().map(|kind| panel_name(*kind)).collect();
    let also = if names.is_empty() {
        String::new()
    } else {
        format!("\nBeside it they see, read-only: {}.", names.join(", "))
    };
    let reach = if *embedded && ["ws://127.", "ws://[::1]"].iter().any(|start| relay.starts_with(start)) {
        "\n\nOnly this machine reaches it: --lan shares in your network, --relay through a server."
    } else {
        ""
    };
    let opens = match link.split_once("://") {
        Some(("vscode", _)) => "The link opens VS Code.",
        _ => "The link opens your page for invites, which can read the token.",
    };
    let leave = escape.map_or(String::new(), |key| {
        format!("\n{key} shows guests, requests and chat; leaving the shell ends the session.")
    });
    format!(
        "Sharing this terminal as {name}. {may}{also}
{uses}{most}{until}

  Code    {code}
  Token   {token}
  Link    {link}

  {opens} In a terminal a guest runs
  jumpseat join {code} --relay {relay}   and pastes the token,
  or   jumpseat join   and the link.{reach}
{leave}

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_reads_as_it_should() {
        let terms = InviteTerms::default();
        let mut shown = Shown {
            name: "Ann",
            code: "K7QM-3XTE",
            token: "jst1_token",
            link: "vscode://jumpseat.jumpseat/join?relay=ws%3A%2F%2F127.0.0.1%3A4300#K7QM-3XTE.jst1_token",
            relay: "ws://127.0.0.1:4300",
            embedded: true,
            terms: &terms,
            panels: &[PanelKind::Git, PanelKind::History],
            escape: Some(EscapeKey::default()),
        };
        insta::assert_snapshot!("invite-local", text(&shown));
        shown.link = "https://team.example/join?relay=wss%3A%2F%2Fr.example#K7QM-3XTE.jst1_token";
        (shown.relay, shown.embedded) = ("wss://r.example", false);
        let terms = InviteTerms {
            role: Role::Writer,
            admission: Admission::Ask,
            expires_in: None,
            max_uses: Some(3),
        };
        shown.terms = &terms;
        shown.panels = &[];
        insta::assert_snapshot!("invite-relayed", text(&shown));
    }
}
