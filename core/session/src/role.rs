//! Roles, and what each may do. The host checks them; no relay or guest can change one (rules JS-ROLE-…).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a guest may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Watches, chats, points, asks for control.
    Viewer,
    /// Types as well, while the host looks at the terminal.
    Writer,
    /// Also grants and takes write, removes guests and makes invites. The host keeps the last word.
    CoOwner,
}

impl Role {
    /// Whether keys of this role reach a terminal.
    pub fn may_write(self) -> bool {
        self >= Self::Writer
    }

    /// Whether a guest of this role may change one of role `from` to role `to` (JS-ROLE-4): only those
    /// below itself, and never up to its own height.
    pub fn may_change(self, from: Self, to: Self) -> bool {
        self == Self::CoOwner && from < Self::CoOwner && to < Self::CoOwner
    }

    /// Whether it may remove a guest of role `other`.
    pub fn may_remove(self, other: Self) -> bool {
        self.may_change(other, Self::Viewer)
    }

    /// Whether it may make an invite with this role.
    pub fn may_invite(self, role: Self) -> bool {
        self == Self::CoOwner && role < Self::CoOwner
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Viewer => "viewer",
            Self::Writer => "writer",
            Self::CoOwner => "co-owner",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_co_owner_changes_roles_and_only_below_itself() {
        use Role::{CoOwner, Viewer, Writer};
        assert!(CoOwner.may_change(Viewer, Writer) && CoOwner.may_change(Writer, Viewer));
        assert!(!CoOwner.may_change(CoOwner, Viewer) && !CoOwner.may_change(Viewer, CoOwner));
        assert!(!Writer.may_change(Viewer, Writer) && !Viewer.may_change(Viewer, Writer));
        assert!(!CoOwner.may_invite(CoOwner) && CoOwner.may_invite(Writer) && !Writer.may_invite(Viewer));
        assert!(!Viewer.may_write() && Writer.may_write() && CoOwner.may_write());
    }
}
