//! What is to be compared.

use jumpseat_engine::api::panels::Version;
use serde::Serialize;

/// Which versions of a file are to be compared.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct DiffRequest {
    pub(crate) path: String,
    /// Where it was before it was moved.
    pub(crate) from: Option<String>,
    pub(crate) part: Part,
    pub(crate) before: Option<Version>,
    pub(crate) after: Option<Version>,
}

/// Where a change stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Staged,
    Unstaged,
    Untracked,
    Conflict,
    /// Since the branch left its base.
    Branch,
}
