//! Where panels come from.
//!
//! ```text
//!   repository, log files, forge, SARIF ──► Source ── Publisher ──► Published ──► engine ──► guests
//!   blocks, activity, diagnostics ──feed──►   ▲                                    │
//!                                              └────────────── Ask ◄────────────────┘
//! ```
//!
//! A [`Source`] is one task that owns what it watches. It publishes the whole panel as it is now, as often as it
//! likes: the newest wins, and the engine makes small changes of it. Large things stay with the source, which
//! answers [`Ask::Fetch`] for those that it named in what it published.
//!
//! Everything that a source reads may be hostile: a repository with settings that run programs, a log with
//! control characters, a forge behind somebody else's proxy. Nothing here writes, and nothing leaves the workspace.

mod clock;
mod fed;
mod findings;
mod forge;
mod git;
mod history;
mod key;
mod log;
mod publish;
mod source;
mod watch;

pub use findings::{Findings, FindingsFeed};
pub use forge::{
    Credential, Credentials, Dial, Dialled, FindingCredential, Forge, ForgeHost, ForgeKind, ForgePanel,
    ForgeSetup, Loopback, OwnCredentials, Stream,
};
pub use git::Git;
pub use history::{History, HistoryFeed};
pub use log::{Log, LogFeed};
pub use publish::{Published, Publisher, Shown, publisher};
pub use source::{Ask, FetchError, Running, Source};
