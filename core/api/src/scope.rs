//! What a client may do. A recorder, an editor's bridge or an agent needs less than the host's own interface.

use serde::{Deserialize, Serialize};

use super::{ApiError, ApiErrorKind, GuestCommand, HostCommand};

/// What a client may do. Each scope includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read states without secrets, output and panels. Programs and seats do not wait for such a client.
    Read,
    /// Chat, point, ask for the keyboard, report findings.
    Propose,
    /// Type, open and close terminals, steer guests, choose what is shared.
    Control,
    /// See tokens, give credentials, start sessions, shut the engine down.
    Everything,
}

impl Scope {
    /// Every scope, the least first.
    pub const ALL: [Self; 4] = [Self::Read, Self::Propose, Self::Control, Self::Everything];

    /// Its name, as options and messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Propose => "propose",
            Self::Control => "control",
            Self::Everything => "everything",
        }
    }

    /// Checks that this scope includes the one that is needed.
    ///
    /// # Errors
    /// [`ApiErrorKind::Scope`].
    pub fn allows(self, needed: Self) -> Result<(), ApiError> {
        if needed <= self {
            return Ok(());
        }
        let message =
            format!("this needs the scope `{}`, but the client has `{}`", needed.name(), self.name());
        Err(ApiError::new(ApiErrorKind::Scope, message)
            .hint(format!("use the scope `{}` if that is intended", needed.name())))
    }
}

impl HostCommand {
    /// The least scope that may ask for it.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Attach { .. }
            | Self::Detach { .. }
            | Self::Credit { .. }
            | Self::Screen { .. }
            | Self::Lines { .. }
            | Self::LookAtPanel { .. }
            | Self::IsInside { .. }
            | Self::State => Scope::Read,
            Self::Chat { .. } | Self::Point { .. } | Self::SetFindings { .. } => Scope::Propose,
            Self::OpenTerminal(_)
            | Self::Input { .. }
            | Self::Resize { .. }
            | Self::Looking { .. }
            | Self::CloseTerminal { .. }
            | Self::AddTerminal { .. }
            | Self::WithdrawTerminal { .. }
            | Self::Stop { .. }
            | Self::StopAll
            | Self::RevokeInvite { .. }
            | Self::Admit { .. }
            | Self::Deny { .. }
            | Self::SetRole { .. }
            | Self::Decline { .. }
            | Self::Remove { .. }
            | Self::SharePanel { .. }
            | Self::UnsharePanel { .. }
            | Self::RefreshPanel { .. } => Scope::Control,
            Self::Share(_) | Self::CreateInvite { .. } | Self::GiveCredential { .. } | Self::Shutdown => {
                Scope::Everything
            }
        }
    }
}

impl GuestCommand {
    /// The least scope that may ask for it.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Attach { .. }
            | Self::Detach
            | Self::Credit { .. }
            | Self::OpenWindow { .. }
            | Self::CloseWindow { .. }
            | Self::Redraw { .. }
            | Self::Screen { .. }
            | Self::Lines { .. }
            | Self::Fetch { .. }
            | Self::CancelFetch { .. }
            | Self::LookAtPanel { .. }
            | Self::State => Scope::Read,
            Self::AskControl | Self::Chat { .. } | Self::Point { .. } => Scope::Propose,
            Self::Input { .. } | Self::SetRole { .. } | Self::Remove { .. } | Self::Leave => Scope::Control,
            Self::CreateInvite { .. } => Scope::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_what_stands_before_it() {
        for (at, scope) in Scope::ALL.into_iter().enumerate() {
            for (other, needed) in Scope::ALL.into_iter().enumerate() {
                assert_eq!(scope.allows(needed).is_ok(), other <= at, "{scope:?} {needed:?}");
            }
        }
        let failure = Scope::Read.allows(Scope::Control).unwrap_err();
        assert_eq!(failure.kind, ApiErrorKind::Scope);
        assert_eq!(failure.message, "this needs the scope `control`, but the client has `read`");
    }
}
