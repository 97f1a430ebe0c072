//! What could not be read of a repository, as entries.

use jumpseat_git::{Cure, Gap, GitError, Part};
use jumpseat_panels::{PanelKind, Remedy, Unread};

use crate::key::escaped;

/// Names a gap in its repository.
pub(super) fn key(gap: &Gap) -> String {
    let name = name(gap.part);
    if gap.path.is_empty() { name.to_owned() } else { format!("{name}/{}", escaped(gap.path.as_bytes())) }
}

/// As an entry, of a repository by its number or of the whole panel.
pub(super) fn entry(gap: &Gap, repository: Option<u32>) -> Unread {
    let mut part = words(gap.part).to_owned();
    for place in [&gap.path, &gap.within].into_iter().filter(|place| !place.is_empty()) {
        part.push_str(" in ");
        part.push_str(place);
    }
    Unread { panel: PanelKind::Git, repository, part, why: gap.why.clone(), remedy: gap.cure.map(as_remedy) }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Branch => "branch",
        Part::Upstream => "upstream",
        Part::Staged => "staged",
        Part::Unstaged => "unstaged",
        Part::Untracked => "untracked",
        Part::Moves => "moves",
        Part::Stashes => "stashes",
        Part::Base => "base",
        Part::BranchFiles => "branch_files",
        Part::BranchMoves => "branch_moves",
        Part::Commits => "commits",
        Part::Pushed => "pushed",
        Part::Contents => "contents",
        Part::Submodules => "submodules",
        Part::Worktrees => "worktrees",
        Part::Repositories => "more",
        Part::Nested => "nested",
    }
}

/// As it follows "Could not read".
fn words(part: Part) -> &'static str {
    match part {
        Part::Branch => "the branch",
        Part::Upstream => "how the branch compares with its upstream",
        Part::Staged => "staged changes",
        Part::Unstaged => "changes that are not staged",
        Part::Untracked => "untracked files",
        Part::Moves => "which changed files were renamed",
        Part::Stashes => "stashes",
        Part::Base => "what the branch is based on",
        Part::BranchFiles => "which files the branch changed",
        Part::BranchMoves => "which files the branch renamed",
        Part::Commits => "commits",
        Part::Pushed => "which commits are pushed",
        Part::Contents => "sizes of some files",
        Part::Submodules => "which submodules there are",
        Part::Worktrees => "which other worktrees there are",
        Part::Repositories => "all repositories",
        Part::Nested => "repositories in some folders",
    }
}

/// What the host can do about a fault.
pub(crate) fn remedy(fault: &GitError) -> Option<Remedy> {
    fault.cure().map(as_remedy)
}

fn as_remedy(cure: Cure) -> Remedy {
    match cure {
        Cure::Install => Remedy::InstallGit,
        Cure::Trust => Remedy::TrustFolder,
        Cure::Retry => Remedy::Retry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_what_is_missing_and_where() {
        let gap = Gap { within: "db/data".to_owned(), ..Gap::because(Part::Untracked, "permission denied") };
        let entry = entry(&gap, Some(1));
        assert_eq!(
            (entry.part.as_str(), entry.why.as_str()),
            ("untracked files in db/data", "permission denied")
        );
        assert_eq!(key(&gap), "untracked");
        let gap = Gap::new(Part::Submodules, &GitError::NotInstalled).at("libs/one");
        assert_eq!(super::entry(&gap, None).part, "which submodules there are in libs/one");
        assert_eq!(key(&gap), "submodules/libs/one");
        assert_eq!(super::entry(&gap, None).remedy, Some(Remedy::InstallGit));
    }
}
