//! How up to date a panel is.

use serde::{Deserialize, Serialize};

use crate::{limits::bound_number, text};

/// How up to date a panel is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SourceState {
    /// It has not looked yet.
    #[default]
    Starting,
    /// It shows what is.
    Fresh,
    /// It shows what was: its source cannot be reached now.
    Stale {
        /// Since when, in milliseconds since 1970.
        #[cfg_attr(feature = "types", ts(type = "number"))]
        since: u64,
    },
    /// It cannot show anything newer before somebody does something.
    Failed {
        /// Since when, in milliseconds since 1970.
        #[cfg_attr(feature = "types", ts(type = "number"))]
        since: u64,
        /// Why, in a line for people.
        why: String,
        /// What the host can do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        remedy: Option<Remedy>,
    },
}

/// What the host can do about a source that failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// Sign in where it comes from.
    SignIn {
        /// The forge's host, as remotes name it.
        host: String,
    },
    /// Install the `git` program.
    InstallGit,
    /// Say that the folder is one's own.
    TrustFolder,
    /// Try again.
    Retry,
    /// Set it up.
    Configure,
}

/// The longest reason, in bytes.
const MAX_WHY: usize = 512;

/// The longest name of a host, in bytes.
const MAX_HOST: usize = 253;

impl SourceState {
    /// Brings its words and numbers within their limits.
    pub(crate) fn bound(&mut self) {
        match self {
            Self::Starting | Self::Fresh => {}
            Self::Stale { since } => bound_number(since),
            Self::Failed { since, why, remedy } => {
                bound_number(since);
                text::line(why, MAX_WHY);
                remedy.iter_mut().for_each(Remedy::bound);
            }
        }
    }
}

impl Remedy {
    pub(crate) fn bound(&mut self) {
        if let Self::SignIn { host } = self {
            text::line(host, MAX_HOST);
        }
    }
}
