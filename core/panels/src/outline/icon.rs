//! The pictures and tones that rows have, by what they stand for.

use serde::Serialize;

/// How text or an icon is emphasized.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Like ordinary text.
    #[default]
    Plain,
    /// Less.
    Dim,
    /// As a heading.
    Strong,
    /// Success.
    Good,
    /// A warning.
    Warning,
    /// Something failed.
    Bad,
    /// A place: a branch, a file.
    Place,
}

impl Tone {
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// An icon, named by its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is called after what it stands for")]
pub enum Icon {
    Repository,
    Submodule,
    Clean,
    Added,
    Modified,
    Deleted,
    Renamed,
    Copied,
    Retyped,
    Untracked,
    Conflict,
    Commit,
    CommitNotPushed,
    More,
    Terminal,
    Session,
    Unproven,
    Waiting,
    Running,
    Passed,
    Failed,
    Ended,
    Stopped,
    Skipped,
    RequestOpen,
    RequestDraft,
    RequestMerged,
    RequestClosed,
    ThreadResolved,
    ThreadUnresolved,
    ThreadOutdated,
    Comment,
    Approval,
    IssueOpen,
    IssueClosed,
    IssueNotPlanned,
    NoFile,
    Error,
    Warning,
    Note,
    Hint,
}
