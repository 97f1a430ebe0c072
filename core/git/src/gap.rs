//! What could not be read of a repository, and why: said part by part, so that one failure takes only its own part away.

use crate::program::GitError;

/// The parts of a repository, or of a workspace, that are read apart from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The branch and the commit at the head.
    Branch,
    /// How the branch compares with its upstream.
    Upstream,
    /// Staged changes.
    Staged,
    /// Changes that are not staged.
    Unstaged,
    /// Files that git does not know.
    Untracked,
    /// Which changed files were renamed.
    Moves,
    /// Stashes.
    Stashes,
    /// What the branch is based on.
    Base,
    /// Which files the branch changed.
    BranchFiles,
    /// Which of those were renamed.
    BranchMoves,
    /// Commits.
    Commits,
    /// Which commits are pushed.
    Pushed,
    /// Sizes of files.
    Contents,
    /// Which submodules there are.
    Submodules,
    /// Which other working trees there are.
    Worktrees,
    /// Repositories beyond the most that are looked at.
    Repositories,
    /// Repositories in folders that were not looked into.
    Nested,
}

/// What a person can do about a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cure {
    /// Install git.
    Install,
    /// Tell git that the folder may be trusted.
    Trust,
    /// Try again later.
    Retry,
}

/// One part that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The part that could not be read.
    pub part: Part,
    /// Of the repository at this path of the workspace, where that is not said otherwise.
    pub path: String,
    /// Of which folders alone, as a list for people; empty for all of it.
    pub within: String,
    /// Why, in a few words that name no place.
    pub why: String,
    /// What can be done about it.
    pub cure: Option<Cure>,
}

impl Gap {
    /// Of a part that a fault kept from being read.
    pub fn new(part: Part, fault: &GitError) -> Self {
        tracing::debug!(%fault, ?part, "git");
        Self { cure: fault.cure(), ..Self::because(part, fault.told()) }
    }

    /// Of a part, for another reason.
    pub fn because(part: Part, why: impl Into<String>) -> Self {
        Self { part, path: String::new(), within: String::new(), why: why.into(), cure: None }
    }

    /// The same, of a repository by where it is.
    pub fn at(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    /// Whether it is of this part.
    pub fn is(&self, part: Part) -> bool {
        self.part == part && self.path.is_empty()
    }
}

/// What git complains of, by words that stand in it, and what may be told of that.
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

impl GitError {
    /// What anyone may be told of it: nothing of where things lie.
    pub fn told(&self) -> String {
        match self {
            Self::Failed { code, complaint } => known(complaint).map_or_else(
                || match code {
                    Some(code) => format!("git failed with exit code {code}"),
                    None => "git was ended".to_owned(),
                },
                str::to_owned,
            ),
            Self::Io(error) => match error.kind() {
                std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                std::io::ErrorKind::NotFound => "the folder is not there".to_owned(),
                _ => "the folder cannot be read".to_owned(),
            },
            other => other.to_string(),
        }
    }

    /// What can be done about it.
    pub fn cure(&self) -> Option<Cure> {
        match self {
            Self::NotInstalled => Some(Cure::Install),
            fault if fault.is_distrust() => Some(Cure::Trust),
            Self::Elsewhere => None,
            _ => Some(Cure::Retry),
        }
    }
}

/// What a complaint is about, where that is known.
pub(crate) fn known(complaint: &str) -> Option<&'static str> {
    let fits = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    COMPLAINTS.iter().find(|(words, _)| fits(words)).map(|(_, told)| *told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_is_wrong_and_nothing_of_where() {
        let told =
            |complaint: &str| GitError::Failed { code: Some(128), complaint: complaint.to_owned() }.told();
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
