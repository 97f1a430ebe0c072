//! What could not be read of a repository, and why: said part by part, so that one failure takes only its own part away.

use jumpseat_panels::{Remedy, Unread};

use super::program::GitFault;
use crate::key::escaped;

/// The parts of a repository that are read apart from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Branch,
    Upstream,
    Staged,
    Unstaged,
    Untracked,
    Moves,
    Stashes,
    Base,
    BranchFiles,
    BranchMoves,
    Commits,
    Pushed,
    Contents,
    Submodules,
    Worktrees,
}

/// One part that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Gap {
    /// Names it in its repository.
    pub(super) key: String,
    pub(super) part: String,
    pub(super) why: String,
    pub(super) remedy: Option<Remedy>,
}

impl Part {
    fn key(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Upstream => "upstream",
            Self::Staged => "staged",
            Self::Unstaged => "unstaged",
            Self::Untracked => "untracked",
            Self::Moves => "moves",
            Self::Stashes => "stashes",
            Self::Base => "base",
            Self::BranchFiles => "branch_files",
            Self::BranchMoves => "branch_moves",
            Self::Commits => "commits",
            Self::Pushed => "pushed",
            Self::Contents => "contents",
            Self::Submodules => "submodules",
            Self::Worktrees => "worktrees",
        }
    }

    /// As it follows "Could not read".
    fn words(self) -> &'static str {
        match self {
            Self::Branch => "the branch",
            Self::Upstream => "how the branch compares with its upstream",
            Self::Staged => "staged changes",
            Self::Unstaged => "changes that are not staged",
            Self::Untracked => "untracked files",
            Self::Moves => "which changed files were renamed",
            Self::Stashes => "stashes",
            Self::Base => "what the branch is based on",
            Self::BranchFiles => "which files the branch changed",
            Self::BranchMoves => "which files the branch renamed",
            Self::Commits => "commits",
            Self::Pushed => "which commits are pushed",
            Self::Contents => "sizes of some files",
            Self::Submodules => "which submodules there are",
            Self::Worktrees => "which other worktrees there are",
        }
    }
}

impl Gap {
    pub(super) fn new(part: Part, fault: &GitFault) -> Self {
        tracing::debug!(%fault, ?part, "git panel");
        Self { remedy: remedy(fault), ..Self::because(part, told(fault)) }
    }

    pub(super) fn because(part: Part, why: impl Into<String>) -> Self {
        Self { key: part.key().to_owned(), part: part.words().to_owned(), why: why.into(), remedy: None }
    }

    /// A part of the panel that is of no one repository.
    pub(super) fn of(key: &str, part: &str, why: String) -> Self {
        Self { key: key.to_owned(), part: part.to_owned(), why, remedy: None }
    }

    /// The same, of a repository by where it is.
    pub(super) fn at(mut self, path: &str) -> Self {
        if !path.is_empty() {
            self.key = format!("{}/{}", self.key, escaped(path.as_bytes()));
            self.part = format!("{} in {path}", self.part);
        }
        self
    }

    pub(super) fn is(&self, part: Part) -> bool {
        self.key == part.key()
    }

    /// As an entry, of a repository by its number or of the whole panel.
    pub(super) fn entry(&self, repository: Option<u32>) -> Unread {
        let Self { part, why, remedy, .. } = self.clone();
        Unread { panel: jumpseat_panels::PanelKind::Git, repository, part, why, remedy }
    }
}

/// What git complains of, by words that stand in it, and what guests are told of that.
const COMPLAINTS: [(&[&str], &str); 12] = [
    (&["dubious ownership"], "git does not trust this folder, which belongs to somebody else"),
    (&["index file", "bad signature", "cache entry"], "the index is damaged"),
    (&["promisor", "lazy fetching"], "it needs an object that this partial clone has not fetched"),
    (&["bad config", "bad numeric config", "bad boolean config"], "its configuration is not valid"),
    (&["repository extension", "repo version", "ref storage"], "it needs a newer git"),
    (&["ermission denied"], "permission denied"),
    (&["not a git repository", "invalid gitfile"], "git does not recognize it as a repository"),
    (&["broken ref", "bad ref", "missing object", "No such ref", "invalid HEAD"], "a reference is broken"),
    (
        &[
            "bad object",
            "bad tree",
            "unable to read",
            "unable to find",
            "could not read",
            "not a tree",
            "not a valid object",
            "is corrupt",
            "corrupt loose object",
            "unable to unpack",
            "inflate",
            "packfile",
            "Could not read",
            "not get object info",
        ],
        "an object is missing or damaged",
    ),
    (&["out of memory", "annot allocate"], "git ran out of memory"),
    (&["oo many open files"], "too many files are open"),
    (&["unable to access", "could not open"], "a file of it cannot be opened"),
];

/// What guests are told of a fault: nothing of where things lie.
pub(crate) fn told(fault: &GitFault) -> String {
    match fault {
        GitFault::Failed { code, complaint } => known(complaint).map_or_else(
            || match code {
                Some(code) => format!("git failed with exit code {code}"),
                None => "git was ended".to_owned(),
            },
            str::to_owned,
        ),
        GitFault::Io(error) => match error.kind() {
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::NotFound => "the folder is not there".to_owned(),
            _ => "the folder cannot be read".to_owned(),
        },
        other => other.to_string(),
    }
}

/// What a complaint is about, where that is known.
pub(super) fn known(complaint: &str) -> Option<&'static str> {
    let fits = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    COMPLAINTS.iter().find(|(words, _)| fits(words)).map(|(_, told)| *told)
}

/// What the host can do about it.
pub(crate) fn remedy(fault: &GitFault) -> Option<Remedy> {
    match fault {
        GitFault::NotInstalled => Some(Remedy::InstallGit),
        fault if fault.is_distrust() => Some(Remedy::TrustFolder),
        GitFault::Elsewhere => None,
        _ => Some(Remedy::Retry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_is_wrong_and_nothing_of_where() {
        let told =
            |complaint: &str| told(&GitFault::Failed { code: Some(128), complaint: complaint.to_owned() });
        for (complaint, expected) in [
            ("fatal: /home/ann/x/.git/index: index file smaller than expected", "the index is damaged"),
            ("fatal: bad object HEAD", "an object is missing or damaged"),
            (
                "fatal: unable to read e8823e1766638e70fd9e260913a383f8fe68a237",
                "an object is missing or damaged",
            ),
            (
                "fatal: could not fetch e88 from promisor remote",
                "it needs an object that this partial clone has not fetched",
            ),
            ("fatal: bad config line 12 in file /home/ann/.git/config", "its configuration is not valid"),
            ("fatal: something new in /home/ann", "git failed with exit code 128"),
        ] {
            assert_eq!(told(complaint), expected);
        }
    }
}
