//! `jumpseat admit` and `jumpseat deny`: answer a guest who is waiting to join.

use std::collections::BTreeMap;

use clap::Args;
use jumpseat_engine::api::{HostCommand, Knock, Scope};
use jumpseat_wire::{InviteCode, KnockId};

use super::hosted;
use crate::{
    error::{CliError, FaultKind},
    print,
};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The number or name of the one who waits; not needed for the only one
    guest: Option<String>,
    /// The session's code; not needed while only one is shared
    #[arg(long, value_name = "CODE")]
    session: Option<InviteCode>,
}

pub(crate) async fn run(arguments: Arguments, admit: bool, scope: Scope, json: bool) -> Result<(), CliError> {
    let hosted = hosted::one(arguments.session, scope.min(Scope::Control)).await?;
    let found = find(&hosted.state.knocks, arguments.guest.as_deref())?;
    let (session, knock) = (hosted.session(), found.knock);
    let command =
        if admit { HostCommand::Admit { session, knock } } else { HostCommand::Deny { session, knock } };
    hosted.ask(command).await?;
    if json {
        return print::json(
            &serde_json::json!({ "type": "admission", "knock": knock, "name": found.name, "admitted": admit }),
        );
    }
    print::text(&format!("{} {}.\n", found.name, if admit { "comes in" } else { "was sent away" }))
}

fn find<'a>(knocks: &'a BTreeMap<KnockId, Knock>, text: Option<&str>) -> Result<&'a Knock, CliError> {
    let none =
        |what: String| CliError::new(FaultKind::NotFound, what).hint("`jumpseat guests` shows who waits");
    let Some(text) = text else {
        return match (knocks.len(), knocks.values().next()) {
            (1, Some(only)) => Ok(only),
            (0, _) => Err(none("nobody waits to be let in".to_owned())),
            (several, _) => Err(CliError::usage(format!("{several} people wait: say who"))
                .hint("`jumpseat guests` shows who waits")),
        };
    };
    let number = text.trim_start_matches('?').parse::<u32>().ok();
    let fits =
        |knock: &&Knock| number == Some(knock.knock) || knock.name.to_lowercase() == text.to_lowercase();
    let mut found = knocks.values().filter(fits);
    match (found.next(), found.next()) {
        (Some(knock), None) => Ok(knock),
        (Some(_), Some(_)) => Err(CliError::usage(format!("several of those who wait are called `{text}`"))),
        _ => Err(none(format!("no `{text}` waits to be let in"))),
    }
}

#[cfg(test)]
mod tests {
    use jumpseat_wire::InviteId;

    use super::*;

    #[test]
    fn the_only_one_needs_no_name() {
        let knock =
            |knock, name: &str| Knock { knock, name: name.into(), invite: InviteId([0; 16]), again: false };
        let one = BTreeMap::from([(1, knock(1, "Bo"))]);
        let two = BTreeMap::from([(1, knock(1, "Bo")), (2, knock(2, "Cy"))]);
        assert_eq!(find(&one, None).unwrap().knock, 1);
        assert_eq!(find(&two, None).unwrap_err().kind, FaultKind::Usage);
        assert_eq!(find(&two, Some("cy")).unwrap().knock, 2);
        assert_eq!(find(&two, Some("?1")).unwrap().knock, 1);
        assert_eq!(find(&BTreeMap::new(), None).unwrap_err().kind, FaultKind::NotFound);
    }
}
