//! Names of sessions, invites and knocks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::blob;

macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(#[serde(with = "blob::fixed")] pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

id16! {
    /// A session's name: 16 bytes of a hash of its host's [bundle](crate::opening::session_id), public.
    SessionId
}

id16! {
    /// An invite's name: derived from its token, so that only its holders can name it; public once used.
    InviteId
}

/// A knock's number at one relay connection of the host.
pub type KnockId = u32;
