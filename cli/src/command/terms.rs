//! What an invite grants, as flags.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jumpseat_engine::face::{Admission, InviteTerms, Role};

use crate::duration;

/// The flags of an invite.
#[derive(Args, Clone, Debug)]
pub(crate) struct TermsArguments {
    /// What guests may do on arrival
    #[arg(long, value_name = "ROLE", default_value = "viewer")]
    pub(crate) role: ArrivalRole,
    /// How many guests may come by the invite
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_uses: Option<u32>,
    /// How long the invite can be used, for example 30m or 2h [default: as long as the session]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub(crate) expires: Option<Duration>,
    /// Be asked before anyone is let in
    #[arg(long)]
    pub(crate) ask: bool,
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
        let admission = if self.ask { Admission::Ask } else { Admission::Open };
        let expires_in = self.expires.map(|time| time.as_secs());
        InviteTerms { role, admission, expires_in, max_uses: self.max_uses }
    }
}
