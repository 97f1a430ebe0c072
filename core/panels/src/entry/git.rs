//! What stands in the git panel: repositories, the files that differ, and the commits of the branch.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, bound_line, bound_number};
use crate::{Reference, text};

/// The longest name of a commit, in bytes: SHA-256 in hexadecimal.
const MAX_COMMIT_NAME: usize = 64;
/// The longest subject of a commit, in bytes.
const MAX_SUBJECT: usize = 512;
/// The longest sentence about what is wrong, in bytes.
const MAX_FAULT: usize = 512;

/// A repository of the workspace, or one more working tree of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Repository {
    /// Its number in this document: what files and commits name it by.
    pub number: u32,
    /// What it is called: its folder.
    pub name: String,
    /// Where it is, from the workspace's folder on; empty for that folder itself.
    pub path: String,
    /// What kind of working tree it is.
    pub tree: TreeKind,
    /// The branch; nothing while the head is detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub branch: Option<String>,
    /// The commit at the head; nothing before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub commit: Option<String>,
    /// What the branch follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub upstream: Option<Upstream>,
    /// What the branch will be merged into, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub base: Option<Base>,
    /// What is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub operation: Option<Operation>,
    /// How many stashes there are.
    pub stashes: u32,
    /// How many files have staged changes.
    pub staged: u32,
    /// How many files have changes that are not staged.
    pub unstaged: u32,
    /// How many files git does not know.
    pub untracked: u32,
    /// How many files are in conflict.
    pub conflicted: u32,
    /// How many of all these are not listed, because they are too many.
    pub left_out: u32,
    /// How many files that the branch changed are not listed, because they are too many.
    pub branch_left_out: u32,
    /// Why it shows nothing (newer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub fault: Option<String>,
}

/// What kind of working tree a repository is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TreeKind {
    /// A repository's own.
    #[default]
    Main,
    /// One more, made by `git worktree`.
    Linked,
    /// A repository within another.
    Submodule,
}

/// What a branch follows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Upstream {
    /// Its name: `origin/main`.
    pub name: String,
    /// Commits that it lacks.
    pub ahead: u32,
    /// Commits that it has and the branch lacks.
    pub behind: u32,
    /// Whether it is not there any more.
    pub gone: bool,
}

/// What a branch will be merged into.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Base {
    /// Its name: `origin/main`.
    pub name: String,
    /// The commit where the branch left it.
    pub fork: String,
    /// Commits of the branch since then.
    pub ahead: u32,
    /// Commits of the base since then.
    pub behind: u32,
}

/// What is under way in a repository.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Operation {
    /// Its kind.
    pub what: OperationKind,
    /// Of which branch, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub branch: Option<String>,
    /// The step it is at, from 1 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub step: Option<u32>,
    /// How many steps there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub steps: Option<u32>,
}

/// What can be under way in a repository.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationKind {
    /// A merge.
    Merge,
    /// A rebase.
    Rebase,
    /// Patches from mails.
    Apply,
    /// Commits from elsewhere.
    CherryPick,
    /// Commits taken back.
    Revert,
    /// The search for a bad commit.
    Bisect,
}

/// A file that differs from the last commit, or that git does not know.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct File {
    /// The [`Repository::number`] of its repository.
    pub repository: u32,
    /// Where it is, from the repository's top on; from the workspace on, where that is only a part of it.
    pub path: String,
    /// Where it was before it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub from: Option<String>,
    /// What of it is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub staged: Option<Edit>,
    /// What of it is not staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub unstaged: Option<Edit>,
    /// Whether git does not know it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untracked: bool,
    /// How it is in conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub conflict: Option<Conflict>,
    /// As it is in the last commit, where what is staged differs from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub base: Option<Version>,
    /// As it is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub index: Option<Version>,
    /// As it lies in the folder, where that differs from what is staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub worktree: Option<Version>,
}

/// A file that the branch changed since it left its base.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BranchFile {
    /// The [`Repository::number`] of its repository.
    pub repository: u32,
    /// Where it is, from the repository's top on; from the workspace on, where that is only a part of it.
    pub path: String,
    /// Where it was before it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub from: Option<String>,
    /// What was done to it.
    pub edit: Edit,
    /// As it was where the branch left its base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub base: Option<Version>,
    /// As it is in the branch's last commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub head: Option<Version>,
}

/// What was done to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Edit {
    /// Its kind.
    pub what: EditKind,
    /// Lines that are new, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub added: Option<u32>,
    /// Lines that are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub removed: Option<u32>,
}

/// What can be done to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    /// It is new.
    Added,
    /// It, or whether it can be run, is other than before.
    Modified,
    /// It is gone.
    Deleted,
    /// It was moved.
    Renamed,
    /// It was made from another one.
    Copied,
    /// A file became a link, a submodule, or the other way round.
    Retyped,
}

/// A file as it is in one place.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Version {
    /// What it is.
    pub shape: Shape,
    /// Its size in bytes.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub size: u64,
    /// Its content; nothing for submodules, empty files, and what is missing or too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub content: Option<Reference>,
    /// Whether it is no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub binary: bool,
    /// Whether its content could not be read: a partial clone has not fetched it, or it is damaged. Its size is unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// A submodule's commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub commit: Option<String>,
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A file.
    #[default]
    Plain,
    /// A file that can be run.
    Executable,
    /// A symbolic link; its content is where it points.
    Link,
    /// A repository within this one.
    Submodule,
    /// A folder with a repository of its own that this one does not know.
    Folder,
}

/// How a file is in conflict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Conflict {
    /// What both sides did.
    pub what: ConflictKind,
    /// As it was before both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub base: Option<Version>,
    /// As the branch that is checked out has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub ours: Option<Version>,
    /// As the other side has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub theirs: Option<Version>,
}

/// What two sides did to one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both deleted it.
    BothDeleted,
    /// We added it.
    AddedByUs,
    /// They deleted what we changed.
    DeletedByThem,
    /// They added it.
    AddedByThem,
    /// We deleted what they changed.
    DeletedByUs,
    /// Both added it.
    BothAdded,
    /// Both changed it.
    BothModified,
}

/// A commit of the branch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Commit {
    /// The [`Repository::number`] of its repository.
    pub repository: u32,
    /// Its name, in full.
    pub name: String,
    /// The first line of what it says.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was written, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// Whether a remote has it.
    pub pushed: bool,
}

impl Repository {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.name, MAX_NAME);
        text::path(&mut self.path);
        bound_line(&mut self.branch, MAX_NAME);
        bound_line(&mut self.commit, MAX_COMMIT_NAME);
        if let Some(upstream) = &mut self.upstream {
            text::line(&mut upstream.name, MAX_NAME);
        }
        if let Some(base) = &mut self.base {
            text::line(&mut base.name, MAX_NAME);
            text::line(&mut base.fork, MAX_COMMIT_NAME);
        }
        if let Some(operation) = &mut self.operation {
            bound_line(&mut operation.branch, MAX_NAME);
        }
        bound_line(&mut self.fault, MAX_FAULT);
    }
}

impl File {
    pub(super) fn bound(&mut self) {
        text::path(&mut self.path);
        self.from.iter_mut().for_each(text::path);
        self.versions_mut().for_each(Version::bound);
    }

    /// Every version of it.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        let conflict =
            self.conflict.iter().flat_map(|conflict| [&conflict.base, &conflict.ours, &conflict.theirs]);
        [&self.base, &self.index, &self.worktree].into_iter().chain(conflict).flatten()
    }

    fn versions_mut(&mut self) -> impl Iterator<Item = &mut Version> {
        let conflict = self.conflict.iter_mut();
        let conflict =
            conflict.flat_map(|conflict| [&mut conflict.base, &mut conflict.ours, &mut conflict.theirs]);
        [&mut self.base, &mut self.index, &mut self.worktree].into_iter().chain(conflict).flatten()
    }
}

impl BranchFile {
    pub(super) fn bound(&mut self) {
        text::path(&mut self.path);
        self.from.iter_mut().for_each(text::path);
        self.base.iter_mut().chain(&mut self.head).for_each(Version::bound);
    }

    /// Every version of it.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        self.base.iter().chain(&self.head)
    }
}

impl Version {
    fn bound(&mut self) {
        bound_line(&mut self.commit, MAX_COMMIT_NAME);
        bound_number(&mut self.size);
    }
}

impl Commit {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.name, MAX_COMMIT_NAME);
        text::line(&mut self.subject, MAX_SUBJECT);
        text::line(&mut self.author, MAX_NAME);
        bound_number(&mut self.at);
    }
}
