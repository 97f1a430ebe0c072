//! The files of the git panel by their names: their versions, and how they changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    icon::{Icon, Tone},
    words::size,
};
use crate::{BranchFile, ConflictKind, Edit, EditKind, Entries, Entry, File, Key, Shape, Version};

/// A file as it is in one place. It names something in a panel, and leads nowhere else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FileAt {
    /// The number of its repository.
    pub repository: u32,
    /// Where it is, from the repository's top on.
    pub path: String,
    /// Which version of it.
    pub version: VersionName,
}

/// Which of a file's versions: of what is not committed, of a conflict, or of the branch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VersionName {
    /// As it is in the last commit.
    Base,
    /// As it is staged.
    Index,
    /// As it is in the working tree.
    Worktree,
    /// As it was before both sides of a conflict.
    Ancestor,
    /// As the branch that is checked out has it.
    Ours,
    /// As the other side has it.
    Theirs,
    /// As it was where the branch left its base.
    Fork,
    /// As it is in the branch's last commit.
    Head,
    /// It was not there, or is gone.
    None,
}

/// Where a change stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// It goes into the next commit.
    Staged,
    /// It is not staged.
    Unstaged,
    /// Git does not track the file.
    Untracked,
    /// Two sides changed it.
    Conflict,
    /// The branch did it, since it left its base.
    Branch,
}

impl Part {
    /// The parts of what is not committed, in the order in which they are shown.
    pub const OF_FILES: [Self; 4] = [Self::Conflict, Self::Staged, Self::Unstaged, Self::Untracked];

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Staged => "Staged",
            Self::Unstaged => "Not staged",
            Self::Untracked => "Untracked",
            Self::Conflict => "In conflict",
            Self::Branch => "In the branch",
        }
    }

    /// Whether something of the file is there.
    pub fn is_in(self, file: &File) -> bool {
        match self {
            Self::Conflict => file.conflict.is_some(),
            Self::Staged => file.staged.is_some(),
            // What is in conflict differs from the index in any case.
            Self::Unstaged => file.unstaged.is_some() && file.conflict.is_none(),
            Self::Untracked => file.untracked,
            Self::Branch => false,
        }
    }
}

/// How a file changed: two versions of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Change {
    /// The number of its repository.
    pub repository: u32,
    /// Where it is, from the repository's top on.
    pub path: String,
    /// Where the change stands.
    pub part: Part,
    /// The version before.
    pub before: VersionName,
    /// The version after.
    pub after: VersionName,
    /// Its title.
    pub title: String,
}

/// A file that the panel lists: one that is not committed, or one that the branch changed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Listed<'a> {
    /// One with changes that are not committed.
    File(&'a File),
    /// One that the branch changed.
    Branch(&'a BranchFile),
}

impl<'a> Listed<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        match entry {
            Entry::File(file) => Some(Self::File(file)),
            Entry::BranchFile(file) => Some(Self::Branch(file)),
            _ => None,
        }
    }

    /// Its repository and its path.
    fn name(self) -> (u32, &'a str) {
        match self {
            Self::File(file) => (file.repository, &file.path),
            Self::Branch(file) => (file.repository, &file.path),
        }
    }

    /// A version of it. What does not differ from the one before stands only there: as it is staged, a file may be what it
    /// was in the commit; as it lies in the folder, what is staged.
    pub fn version(self, name: VersionName) -> Option<&'a Version> {
        let file = match self {
            Self::File(file) => file,
            Self::Branch(file) => {
                return match name {
                    VersionName::Fork => file.base.as_ref(),
                    VersionName::Head => file.head.as_ref(),
                    _ => None,
                };
            }
        };
        let is_new = file.staged.is_some() || file.untracked;
        let index = || file.index.as_ref().or(if is_new { None } else { file.base.as_ref() });
        let deleted = file.unstaged.is_some_and(|edit| edit.what == EditKind::Deleted);
        let conflict = file.conflict.as_ref();
        match name {
            VersionName::Base => file.base.as_ref().or(if is_new { None } else { file.index.as_ref() }),
            VersionName::Index => index(),
            VersionName::Worktree => file.worktree.as_ref().or(if deleted { None } else { index() }),
            VersionName::Ancestor => conflict?.base.as_ref(),
            VersionName::Ours => conflict?.ours.as_ref(),
            VersionName::Theirs => conflict?.theirs.as_ref(),
            VersionName::Fork | VersionName::Head | VersionName::None => None,
        }
    }

    /// Which versions a part of it compares.
    pub fn sides(self, part: Part) -> (VersionName, VersionName) {
        let there = |name| if self.version(name).is_some() { name } else { VersionName::None };
        match part {
            Part::Staged => (there(VersionName::Base), there(VersionName::Index)),
            Part::Unstaged => (there(VersionName::Index), there(VersionName::Worktree)),
            Part::Untracked => (VersionName::None, there(VersionName::Worktree)),
            Part::Conflict if there(VersionName::Worktree) != VersionName::None => {
                (there(VersionName::Ours), VersionName::Worktree)
            }
            Part::Conflict => (there(VersionName::Ours), there(VersionName::Theirs)),
            Part::Branch => (there(VersionName::Fork), there(VersionName::Head)),
        }
    }

    /// How it is marked in lists and tabs.
    fn mark(self, version: VersionName) -> Option<Mark> {
        let file = match self {
            Self::File(file) => file,
            Self::Branch(file) => {
                let its = matches!(version, VersionName::Fork | VersionName::Head);
                return its.then(|| Mark::of(file.edit));
            }
        };
        if let Some(conflict) = &file.conflict {
            return Some(Mark { icon: Icon::Conflict, word: conflict_word(conflict.what) });
        }
        // What is deleted in the index may still lie there.
        if file.untracked && !(file.staged.is_some() && version != VersionName::Worktree) {
            return Some(Mark { icon: Icon::Untracked, word: Part::Untracked.word() });
        }
        let edit = match version {
            VersionName::Worktree => file.unstaged,
            VersionName::Index | VersionName::Base => file.staged.or(file.unstaged),
            _ => None,
        };
        edit.map(Mark::of)
    }
}

/// How a file is marked in lists and tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Mark {
    /// Its icon: one of the kinds of changes.
    pub icon: Icon,
    /// What that stands for.
    #[cfg_attr(feature = "types", ts(type = "string"))]
    pub word: &'static str,
}

impl Mark {
    fn of(edit: Edit) -> Self {
        let (icon, _) = edit_icon(edit.what);
        Self { icon, word: edit_word(edit.what) }
    }
}

pub(super) fn edit_icon(what: EditKind) -> (Icon, Tone) {
    match what {
        EditKind::Added => (Icon::Added, Tone::Good),
        EditKind::Modified => (Icon::Modified, Tone::Warning),
        EditKind::Deleted => (Icon::Deleted, Tone::Bad),
        EditKind::Renamed => (Icon::Renamed, Tone::Place),
        EditKind::Copied => (Icon::Copied, Tone::Place),
        EditKind::Retyped => (Icon::Retyped, Tone::Warning),
    }
}

pub(super) fn edit_word(what: EditKind) -> &'static str {
    match what {
        EditKind::Added => "Added",
        EditKind::Modified => "Modified",
        EditKind::Deleted => "Deleted",
        EditKind::Renamed => "Renamed",
        EditKind::Copied => "Copied",
        EditKind::Retyped => "Type changed",
    }
}

pub(super) fn conflict_word(what: ConflictKind) -> &'static str {
    match what {
        ConflictKind::BothDeleted => "Both deleted",
        ConflictKind::AddedByUs => "Added by us",
        ConflictKind::DeletedByThem => "Deleted by them",
        ConflictKind::AddedByThem => "Added by them",
        ConflictKind::DeletedByUs => "Deleted by us",
        ConflictKind::BothAdded => "Both added",
        ConflictKind::BothModified => "Both modified",
    }
}

/// Why a version cannot be opened, as it follows the file's name; nothing if it can.
pub(super) fn refusal(version: &Version) -> Option<String> {
    if version.missing {
        return Some("could not be read: a partial clone has not fetched it, or it is damaged".to_owned());
    }
    if version.content.is_some() || version.shape == Shape::Submodule || version.size == 0 {
        return None;
    }
    if version.shape == Shape::Folder {
        return Some("is a repository of its own".to_owned());
    }
    Some(format!("is too large to be shared ({})", size(version.size)))
}

impl VersionName {
    const ALL: [Self; 8] = [
        Self::Base,
        Self::Index,
        Self::Worktree,
        Self::Ancestor,
        Self::Ours,
        Self::Theirs,
        Self::Fork,
        Self::Head,
    ];
}

/// An index from file names to the entries of a git panel.
#[derive(Debug, Default)]
pub struct FileIndex {
    /// By repository, path, and whether the branch changed it.
    listed: BTreeMap<(u32, String, bool), Key>,
    /// By where they are from the workspace on: for each version that can be opened, the first file that has it. A host may
    /// list any number of files at one place, and any number of threads there.
    by_path: BTreeMap<String, BTreeMap<VersionName, (u32, String)>>,
}

impl FileIndex {
    /// For these entries; with others it finds nothing, or something else.
    pub fn of(entries: &Entries) -> Self {
        let top = |entry: &Entry| match entry {
            Entry::Repository(repository) => Some((repository.number, repository.path.clone())),
            _ => None,
        };
        let tops: BTreeMap<u32, String> = entries.values().filter_map(top).collect();
        let mut index = Self::default();
        for (key, entry) in entries {
            let Some(listed) = Listed::of(entry) else { continue };
            let (repository, path) = listed.name();
            index
                .listed
                .insert((repository, path.to_owned(), matches!(listed, Listed::Branch(_))), key.clone());
            let from_workspace = match tops.get(&repository).filter(|top| !top.is_empty()) {
                Some(top) => format!("{top}/{path}"),
                None => path.to_owned(),
            };
            let found = index.by_path.entry(from_workspace).or_default();
            for version in VersionName::ALL {
                if listed.version(version).is_some_and(|it| it.content.is_some()) {
                    found.entry(version).or_insert_with(|| (repository, path.to_owned()));
                }
            }
        }
        index
    }
}

/// The files of a git panel.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    entries: &'a Entries,
    index: &'a FileIndex,
}

impl<'a> Files<'a> {
    /// Those of these entries, with their index.
    pub fn new(entries: &'a Entries, index: &'a FileIndex) -> Self {
        Self { entries, index }
    }

    fn listed(&self, repository: u32, path: &str, of_branch: bool) -> Option<Listed<'a>> {
        let key = self.index.listed.get(&(repository, path.to_owned(), of_branch))?;
        Listed::of(self.entries.get(key)?)
    }

    /// A version of a file, if the panel has it.
    pub fn version(&self, repository: u32, path: &str, version: VersionName) -> Option<&'a Version> {
        let of_branch = matches!(version, VersionName::Fork | VersionName::Head);
        self.listed(repository, path, of_branch)?.version(version)
    }

    /// The file that changed.
    pub fn changed(&self, change: &Change) -> Option<Listed<'a>> {
        self.listed(change.repository, &change.path, change.part == Part::Branch)
    }

    /// How a version of a file is marked.
    pub fn mark(&self, at: &FileAt) -> Option<Mark> {
        let of_branch = matches!(at.version, VersionName::Fork | VersionName::Head);
        self.listed(at.repository, &at.path, of_branch)?.mark(at.version)
    }

    /// The first of these versions of a file that can be opened, by its path from the workspace on.
    pub(super) fn located(&self, path: &str, versions: &[VersionName]) -> Option<FileAt> {
        let found = self.index.by_path.get(path)?;
        versions.iter().find_map(|version| {
            let (repository, path) = found.get(version)?;
            Some(FileAt { repository: *repository, path: path.clone(), version: *version })
        })
    }
}
