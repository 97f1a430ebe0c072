//! What stands in panels: one type for each kind of thing, all of them bounded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Key, PanelKind, Reference, limits::bound_number, text};

mod findings;
mod git;
mod history;
mod issue;
mod log;
mod review;
mod unread;

pub use findings::{Finding, Range, Rule, Severity};
pub use git::{
    Base, BranchFile, Commit, Conflict, ConflictKind, Edit, EditKind, File, Operation, OperationKind,
    Repository, Shape, TreeKind, Upstream, Version,
};
pub use history::Block;
pub use issue::{Issue, IssueComment, IssueLink, IssueState, Label};
pub use log::{Activity, ActivityKind, Level, Line};
pub use review::{
    Check, CheckState, Checks, Comment, Request, RequestState, Reviewer, Side, Thread, Verdict,
};
pub use unread::Unread;

/// The entries of a document, in the order in which they are shown.
pub type Entries = BTreeMap<Key, Entry>;

/// One thing in a panel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "the large ones, files, are the many")]
#[non_exhaustive]
pub enum Entry {
    /// A repository of the workspace.
    Repository(Repository),
    /// A file with changes.
    File(File),
    /// A file that the branch changed.
    BranchFile(BranchFile),
    /// A commit of the branch.
    Commit(Commit),
    /// A command that was run in a terminal.
    Block(Block),
    /// Something that happened in the session.
    Activity(Activity),
    /// A line of a log file.
    Line(Line),
    /// The branch's pull or merge request.
    Request(Request),
    /// What a machine thinks of it.
    Check(Check),
    /// What people discuss at one place of it.
    Thread(Thread),
    /// What somebody said about it.
    Comment(Comment),
    /// An issue that it is about.
    Issue(Issue),
    /// What somebody said about that.
    IssueComment(IssueComment),
    /// Something a tool found.
    Finding(Finding),
    /// A rule that tools go by.
    Rule(Rule),
    /// A part of any panel that could not be read.
    Unread(Unread),
}

impl Entry {
    /// The panel that it belongs in.
    pub fn kind(&self) -> PanelKind {
        match self {
            Self::Repository(_) | Self::File(_) | Self::BranchFile(_) | Self::Commit(_) => PanelKind::Git,
            Self::Block(_) => PanelKind::History,
            Self::Activity(_) | Self::Line(_) => PanelKind::Log,
            Self::Request(_) | Self::Check(_) | Self::Thread(_) | Self::Comment(_) => PanelKind::Review,
            Self::Issue(_) | Self::IssueComment(_) => PanelKind::Issue,
            Self::Finding(_) | Self::Rule(_) => PanelKind::Findings,
            Self::Unread(unread) => unread.panel,
        }
    }

    /// How soon it is left out where there is no room for all: what has the highest number goes first.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Repository(_) | Self::Unread(_) | Self::Request(_) | Self::Issue(_) => 0,
            Self::File(file) if file.conflict.is_some() => 1,
            Self::File(file) if file.staged.is_some() => 2,
            Self::File(file) if !file.untracked => 3,
            Self::Commit(_) => 4,
            Self::BranchFile(_) => 5,
            Self::File(_) => 6,
            Self::Block(_) | Self::Activity(_) | Self::Line(_) => 1,
            Self::Check(_) | Self::Thread(_) | Self::Comment(_) | Self::IssueComment(_) => 1,
            Self::Finding(finding) => finding.severity as u8 + 1,
            Self::Rule(_) => 6,
        }
    }

    /// What other entries name it by, where they do. A document has each once, so that what belongs together is a sum
    /// and never a product.
    pub(crate) fn name(&self) -> Option<Name<'_>> {
        match self {
            Self::Repository(repository) => Some(Name::Repository(repository.number)),
            Self::Thread(thread) => Some(Name::Thread(&thread.id)),
            Self::Issue(issue) => Some(Name::Issue(&issue.repository, issue.number)),
            _ => None,
        }
    }

    /// Brings every field within its limit: hosts before they publish, guests after they read.
    pub fn bound(&mut self) {
        match self {
            Self::Repository(repository) => repository.bound(),
            Self::File(file) => file.bound(),
            Self::BranchFile(file) => file.bound(),
            Self::Commit(commit) => commit.bound(),
            Self::Block(block) => block.bound(),
            Self::Activity(activity) => activity.bound(),
            Self::Line(line) => line.bound(),
            Self::Request(request) => request.bound(),
            Self::Check(check) => check.bound(),
            Self::Thread(thread) => thread.bound(),
            Self::Comment(comment) => comment.bound(),
            Self::Issue(issue) => issue.bound(),
            Self::IssueComment(comment) => comment.bound(),
            Self::Finding(finding) => finding.bound(),
            Self::Rule(rule) => rule.bound(),
            Self::Unread(unread) => unread.bound(),
        }
    }

    /// Everything of it that can be fetched.
    pub fn references(&self, each: &mut dyn FnMut(&Reference)) {
        match self {
            Self::File(file) => file.versions().filter_map(|version| version.content.as_ref()).for_each(each),
            Self::BranchFile(file) => {
                file.versions().filter_map(|version| version.content.as_ref()).for_each(each);
            }
            Self::Block(block) => block.output.iter().for_each(each),
            Self::Line(line) => line.rest.iter().for_each(each),
            Self::Request(request) => request.body.rest.iter().for_each(each),
            Self::Comment(comment) => comment.body.rest.iter().for_each(each),
            Self::Issue(issue) => issue.body.rest.iter().for_each(each),
            Self::IssueComment(comment) => comment.body.rest.iter().for_each(each),
            Self::Repository(_)
            | Self::Commit(_)
            | Self::Activity(_)
            | Self::Check(_)
            | Self::Thread(_)
            | Self::Finding(_)
            | Self::Rule(_)
            | Self::Unread(_) => {}
        }
    }
}

/// What entries name another one by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Name<'a> {
    Repository(u32),
    Thread(&'a str),
    Issue(&'a str, u64),
}

/// A text that people wrote, in Markdown.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Body {
    /// The text, or as much as a document carries.
    pub text: String,
    /// The whole, where it is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rest: Option<Reference>,
}

impl Body {
    /// The longest text that a document carries, in bytes. Signs that JSON writes longer must still fit an entry.
    pub const MAX: usize = 6 * 1024;

    fn bound(&mut self) {
        text::lines(&mut self.text, Self::MAX);
    }
}

/// The longest name of a person, a branch, a label or a tool, in bytes.
const MAX_NAME: usize = 256;

/// The longest title, in bytes.
const MAX_TITLE: usize = 512;

fn bound_line(text: &mut Option<String>, max: usize) {
    if let Some(text) = text {
        text::line(text, max);
    }
}

/// Leaves out what no browser should be given.
fn bound_address(address: &mut Option<String>) {
    if address.as_deref().is_some_and(|address| !text::is_web_address(address)) {
        *address = None;
    }
}

fn bound_numbers<'a>(numbers: impl IntoIterator<Item = &'a mut u64>) {
    numbers.into_iter().for_each(bound_number);
}

#[cfg(test)]
mod tests;
