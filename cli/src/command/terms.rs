//! What an invite grants, as flags.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jumpseat_engine::api::{Admission, InviteTerms, Role};

use crate::duration;

/// The flags of an invite.
#[derive(Args, Clone, Debug)]
pub(crate) struct TermsArguments {
    /// What guests may do on arrival
    #[arg(long, value_name = "ROLE", default_value = "viewer")]
    pub(crate) role: ArrivalRole,
    /// Who is let in without asking you
    #[arg(long, value_name = "WHO", default_value = "first")]
    pub(crate) admission: AdmissionWord,
    /// Be asked before anyone is let in: the same as --admission ask
    #[arg(long, conflicts_with = "admission")]
    pub(crate) ask: bool,
    /// How many guests may come by the invite [default: as many as are let in]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), visible_alias = "uses")]
    pub(crate) max_uses: Option<u32>,
    /// How long the invite can be used, for example 30m or 2h, or `session`
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_expiry)]
    pub(crate) expires: Expiry,
}

/// Who is let in without asking.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AdmissionWord {
    /// The first guest; you are asked about everyone after it
    First,
    /// Nobody
    Ask,
    /// Everyone who has the invite
    Open,
}

/// When an invite ends: after a time, or with the session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Expiry(Option<Duration>);

fn parse_expiry(text: &str) -> Result<Expiry, String> {
    if text == "session" {
        return Ok(Expiry(None));
    }
    duration::parse(text).map(|time| Expiry(Some(time)))
}

/// A role that an invite can give: co-owners are made in person.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ArrivalRole {
    /// Watches
    Viewer,
    /// Types as well, while the host looks on
    Writer,
}

impl TermsArguments {
    pub(crate) fn terms(&self) -> InviteTerms {
        let role = match self.role {
            ArrivalRole::Viewer => Role::Viewer,
            ArrivalRole::Writer => Role::Writer,
        };
        let admission = match self.admission {
            _ if self.ask => Admission::Ask,
            AdmissionWord::First => Admission::First,
            AdmissionWord::Ask => Admission::Ask,
            AdmissionWord::Open => Admission::Open,
        };
        let expires_in = self.expires.0.map(|time| time.as_secs());
        InviteTerms { role, admission, expires_in, max_uses: self.max_uses }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        terms: TermsArguments,
    }

    fn terms(flags: &[&str]) -> Option<InviteTerms> {
        let line = Line::try_parse_from([&["jumpseat"], flags].concat()).ok()?;
        Some(line.terms.terms())
    }

    #[test]
    fn an_invite_is_for_one_guest_and_an_hour_unless_the_host_says_otherwise() {
        assert_eq!(terms(&[]), Some(InviteTerms::default()));
        let (admission, expires_in) = (Admission::First, Some(3600));
        let role = Role::Viewer;
        assert_eq!(terms(&[]), Some(InviteTerms { role, admission, expires_in, max_uses: None }));
        let wide = ["--role", "writer", "--admission", "open", "--expires", "session", "--uses", "3"];
        let (role, admission) = (Role::Writer, Admission::Open);
        assert_eq!(terms(&wide), Some(InviteTerms { role, admission, expires_in: None, max_uses: Some(3) }));
        assert_eq!(terms(&["--ask"]).unwrap().admission, Admission::Ask);
        assert_eq!(terms(&["--ask", "--admission", "open"]), None);
        assert_eq!(terms(&["--expires", "soon"]), None);
    }
}
