//! `jumpseat invites`: list, make and revoke them.

use clap::{Args, Subcommand};
use jumpseat_engine::api::{Admission, HostCommand, Invite, InviteKeys, Reply, Scope};
use jumpseat_wire::InviteCode;

use super::{
    hosted::{self, Hosted},
    terms::TermsArguments,
};
use crate::{
    duration,
    error::{CliError, FaultKind},
    overview::now,
    print,
};

/// List, make and revoke a session's invites
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE", global = true)]
    session: Option<InviteCode>,
    /// Show the tokens and links, too
    #[arg(long)]
    show: bool,
}

#[derive(Subcommand, Debug)]
enum Step {
    /// Make a further invite and print it
    New(TermsArguments),
    /// Make an invite worthless; who came by it stays
    Revoke {
        /// The invite's name, or its beginning
        id: String,
    },
}

pub(crate) async fn run(arguments: Arguments, scope: Scope, json: bool) -> Result<(), CliError> {
    if arguments.show || matches!(arguments.step, Some(Step::New(_))) {
        print::refuse_before_guests()?;
    }
    let needed = match arguments.step {
        None if !arguments.show => Scope::Read,
        Some(Step::Revoke { .. }) => Scope::Control,
        _ => Scope::Everything,
    };
    scope.allows(needed)?;
    let hosted = hosted::one(arguments.session, needed).await?;
    let now = now();
    let open: Vec<&Invite> = hosted.state.invites.iter().filter(|invite| !invite.is_over(now)).collect();
    match arguments.step {
        None => list(&open, arguments.show, json),
        Some(Step::New(terms)) => make(&hosted, &terms, json).await,
        Some(Step::Revoke { id }) => revoke(&hosted, &open, &id).await,
    }
}

fn list(invites: &[&Invite], show: bool, json: bool) -> Result<(), CliError> {
    if json {
        return invites.iter().try_for_each(|invite| {
            let mut value = serde_json::to_value(invite).map_err(|error| CliError::system("JSON", error))?;
            value["id"] = invite.id.to_string().into();
            if let Some(fields) = value.as_object_mut().filter(|_| !show) {
                fields.remove("keys");
            }
            print::json_of("invite", &value)
        });
    }
    if invites.is_empty() {
        return print::text("No invite holds.\n");
    }
    let rows: Vec<Vec<String>> = invites.iter().map(|invite| row(invite)).collect();
    print::text(&print::table(&["INVITE", "ROLE", "USED", "EXPIRES AFTER", "LETS IN"], &rows))?;
    if show {
        for invite in invites {
            let keys = keys(invite)?;
            print::text(&format!("\n{}  {}\n{}\n", short(invite), keys.token.reveal(), link(keys)))?;
        }
    }
    Ok(())
}

fn row(invite: &Invite) -> Vec<String> {
    let most = invite.terms.max_uses.map_or(String::new(), |most| format!(" of {most}"));
    vec![
        short(invite),
        invite.terms.role.to_string(),
        format!("{}{most}", invite.uses),
        invite.terms.expires_in.map_or_else(|| "–".to_owned(), duration::words),
        match invite.terms.admission {
            Admission::Ask => "whom you admit",
            Admission::First if invite.uses > 0 => "whom you admit, by now",
            Admission::First => "the first guest",
            Admission::Open => "everyone",
        }
        .to_owned(),
    ]
}

async fn make(hosted: &Hosted, terms: &TermsArguments, json: bool) -> Result<(), CliError> {
    let command = HostCommand::CreateInvite { session: hosted.session(), terms: terms.terms() };
    let Reply::Invite(invite) = hosted.ask(command).await? else {
        return Err(CliError::new(FaultKind::Local, "the process gave an unexpected reply"));
    };
    if json {
        return print::json_of("invite", &invite);
    }
    let keys = keys(&invite)?;
    let [code, token, link] = [&invite.code.to_string(), keys.token.reveal(), link(keys)];
    print::text(&format!("  Code    {code}\n  Token   {token}\n  Link    {link}\n"))
}

async fn revoke(hosted: &Hosted, open: &[&Invite], id: &str) -> Result<(), CliError> {
    let mut matching = open.iter().filter(|invite| !id.is_empty() && invite.id.to_string().starts_with(id));
    let invite = match (matching.next(), matching.next()) {
        (Some(invite), None) => invite.id,
        (Some(_), Some(_)) => return Err(CliError::usage(format!("several invites begin with `{id}`"))),
        _ => {
            return Err(CliError::new(FaultKind::NotFound, format!("no invite `{id}` holds"))
                .hint("`jumpseat invites` lists them"));
        }
    };
    hosted.ask(HostCommand::RevokeInvite { session: hosted.session(), invite }).await.map(drop)
}

/// Its token and links; this client has the scope for them.
pub(super) fn keys(invite: &Invite) -> Result<&InviteKeys, CliError> {
    let unexpected = || CliError::new(FaultKind::Local, "the process did not send the invite's token");
    invite.keys.as_ref().ok_or_else(unexpected)
}

/// The link to hand on: the page's, where the session has one.
pub(super) fn link(keys: &InviteKeys) -> &str {
    keys.web_link.as_ref().unwrap_or(&keys.link).reveal()
}

/// Enough of its name to tell it from the others.
fn short(invite: &Invite) -> String {
    invite.id.to_string().chars().take(8).collect()
}
