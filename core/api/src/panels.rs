//! Panels as clients meet them: shared and fed by a host's, followed and fetched by a guest's.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
pub use jumpseat_panels::{
    Activity, ActivityKind, Base, Block, Body, BranchFile, Check, CheckState, Checks, Comment, Commit,
    Conflict, ConflictKind, Edit, EditKind, Entries, Entry, File, Finding, Issue, IssueComment, IssueLink,
    IssueState, Key, Label, Level, Line, Operation, OperationKind, PanelKind, Range, Reference, ReferenceId,
    Remedy, Repository, Request, RequestState, Reviewer, Rule, Severity, Shape, Side, SourceState, Thread,
    TreeKind, Unread, Upstream, Verdict, Version,
};
use serde::{Deserialize, Serialize};

/// How a panel is shared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PanelOptions {
    /// The panel.
    pub panel: PanelKind,
    /// The workspace: what git, the review, the issue and findings are of. Nothing of it is outside of it.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub folder: Option<PathBuf>,
    /// Files of the host's choice: logs for the log, SARIF for findings.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub files: Vec<PathBuf>,
    /// Forges in addition to `github.com` and `gitlab.com`, for the review and the issue. One of those names takes the
    /// place of that.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(as = "Option<_>", optional))]
    pub forges: Vec<ForgeOptions>,
}

impl PanelOptions {
    /// A panel of a workspace.
    pub fn new(panel: PanelKind, folder: Option<PathBuf>) -> Self {
        Self { panel, folder, files: Vec::new(), forges: Vec::new() }
    }
}

/// A forge of one's own. A workspace's remotes can make the host's credential read what is there, so it has to be
/// the person's choice, and not the workspace's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ForgeOptions {
    /// Its host, as remotes name it.
    pub host: String,
    /// What it is.
    pub kind: ForgeKind,
    /// The interface's base address, where that is not `https://HOST/api/v3` (or `/api/v4`). Without TLS only
    /// this machine's.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional = nullable))]
    pub api: Option<String>,
}

/// Which forge it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// GitHub Enterprise, or GitHub itself.
    GitHub,
    /// GitLab.
    GitLab,
}

/// A shared panel, in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PanelStatus {
    /// The panel.
    pub panel: PanelKind,
    /// How up to date it is, and what can be done if it is not.
    pub state: SourceState,
    /// What stands in it.
    pub entries: u32,
    /// What there is no room for.
    pub left_out: u32,
}

/// A panel as guests see it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PanelUpdate {
    /// The panel.
    pub panel: PanelKind,
    /// Its version after this.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub version: u64,
    /// Whether `set` is all that stands in it: what was there before is void.
    pub whole: bool,
    /// How up to date it is now.
    pub state: SourceState,
    /// What there is no room for.
    pub left_out: u32,
    /// When it last changed here, in milliseconds since 1970, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub changed_at: Option<u64>,
    /// What is new or another, in the order of its keys.
    #[cfg_attr(feature = "types", ts(type = "Record<string, Entry>"))]
    pub set: Entries,
    /// What is gone.
    pub remove: Vec<Key>,
}

impl PanelUpdate {
    /// This update and the next one as one.
    pub fn absorb(&mut self, next: Self) {
        let whole = self.whole;
        if next.whole {
            *self = next;
            return;
        }
        for key in &next.remove {
            self.set.remove(key);
        }
        self.remove.retain(|key| !next.set.contains_key(key));
        if !whole {
            self.remove.extend(next.remove);
            self.remove.sort_unstable();
            self.remove.dedup();
        }
        self.set.extend(next.set);
        (self.version, self.state, self.left_out) = (next.version, next.state, next.left_out);
        self.changed_at = next.changed_at;
    }
}

/// A content that was fetched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "encoding", content = "data", rename_all = "snake_case")]
pub enum Content {
    /// A text.
    Text(String),
    /// Bytes that are no text, in base64.
    Base64(String),
}

impl Content {
    /// In the form that fits.
    pub fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Base64(STANDARD.encode(error.as_bytes())),
        }
    }

    /// The bytes; nothing for base64 that is none.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.into_bytes()),
            Self::Base64(text) => STANDARD.decode(text).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_back_as_they_went() {
        for bytes in [&b"text \xc3\xa9"[..], b"\xff\0", b""] {
            let json = serde_json::to_string(&Content::new(bytes.to_vec())).unwrap();
            let content: Content = serde_json::from_str(&json).unwrap();
            assert_eq!(content.into_bytes().as_deref(), Some(bytes), "{json}");
        }
    }
}
