//! Invites that co-owners ask for (rules JS-MSG-4, JS-INVITE-8, 9).

use serde::{Deserialize, Serialize};

use crate::{Admission, Role};

pub(crate) mod guest;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// To one: the invite that it asked for under this number; `token` is its text.
    Made { id: u32, code: String, token: String, role: Role },
    /// To one: it does not get the invite that it asked for under this number.
    Refused { id: u32 },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// A co-owner asks for an invite, under a number of its own.
    Make { id: u32, role: Role, max_uses: Option<u32>, admission: Admission },
}
