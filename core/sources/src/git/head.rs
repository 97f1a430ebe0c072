//! Where a branch stands: what is under way, what it will be merged into, its commits and what they changed.

use std::path::Path;

use jumpseat_git::{
    Gap, Git, GitError, Part, RepoLocation, small,
    status::{Blob, EditKind, Fields, blob, edit},
};
use jumpseat_panels::{Base, Operation, OperationKind};

/// Most commits of a branch that are listed.
const MAX_COMMITS: usize = 50;

/// How many are listed of a branch that is its own base.
const RECENT_COMMITS: usize = 10;

/// Most files that a branch changed which are listed.
const MAX_BRANCH_FILES: usize = 2_000;

/// What is read of one answer, in bytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Names that a base may have where nothing says which it is, the likelier ones first.
const BASES: [&str; 7] = [
    "refs/remotes/upstream/main",
    "refs/remotes/upstream/master",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
    "refs/heads/trunk",
];

/// Where a branch stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Head {
    /// The commit and the branch that this was found for.
    pub(super) at: Option<(String, Option<String>)>,
    pub(super) base: Option<Base>,
    /// Newest first.
    pub(super) commits: Vec<Committed>,
    /// How many commits there are before the oldest of these, on the branch.
    pub(super) earlier: u32,
    pub(super) files: Vec<BranchChange>,
    /// How many more files the branch changed.
    pub(super) more_files: u32,
    /// What of all this could not be read.
    pub(super) gaps: Vec<Gap>,
}

/// A commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Committed {
    pub(super) name: String,
    pub(super) author: String,
    pub(super) subject: String,
    /// Seconds since 1970.
    pub(super) at: u64,
    pub(super) pushed: bool,
}

/// A file that the branch changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BranchChange {
    pub(super) path: Vec<u8>,
    pub(super) from: Option<Vec<u8>>,
    pub(super) what: EditKind,
    pub(super) base: Option<Blob>,
    pub(super) head: Option<Blob>,
}

impl Head {
    /// Asks git about the commit at the head of a branch.
    pub(super) async fn of(
        git: &Git,
        place: &RepoLocation,
        commit: &str,
        branch: Option<&str>,
        upstream: Option<&str>,
    ) -> Self {
        let mut head = Self { at: Some((commit.to_owned(), branch.map(str::to_owned))), ..Self::default() };
        let range = head.find_base(git, place, upstream).await;
        let most = if range.is_some() { MAX_COMMITS } else { RECENT_COMMITS };
        let commits = commits(git, range.as_deref().unwrap_or(commit), most);
        let (commits, unpushed) = tokio::join!(commits, unpushed(git, commit));
        let commits = head.keep(Part::Commits, commits).unwrap_or_default();
        let unpushed = head.keep(Part::Pushed, unpushed).unwrap_or_default();
        let pushed = |commit: &Committed| !unpushed.contains(&commit.name);
        head.commits =
            commits.into_iter().map(|commit| Committed { pushed: pushed(&commit), ..commit }).collect();
        head
    }

    /// What was read, or a gap.
    fn keep<T>(&mut self, part: Part, read: Result<T, GitError>) -> Option<T> {
        read.inspect_err(|fault| self.gaps.push(Gap::new(part, fault))).ok()
    }

    /// Finds what the branch is based on, with the files that it changed since; gives the range of its commits.
    async fn find_base(&mut self, git: &Git, place: &RepoLocation, upstream: Option<&str>) -> Option<String> {
        let (commit, branch) = self.at.clone()?;
        let base = base_of(git, branch.as_deref(), upstream).await;
        let (name, tip) = self.keep(Part::Base, base).and_then(|(base, broken)| {
            self.gaps.extend(broken.then(|| Gap::because(Part::Base, "a reference is broken")));
            base
        })?;
        let fork = fork(git, &commit, &tip).await;
        let Some((fork, ahead, behind)) = self.keep(Part::Base, fork)? else {
            if place.common_dir.join("shallow").exists() {
                self.gaps
                    .push(Gap::because(Part::Base, "the history of this shallow clone does not reach it"));
            }
            return None;
        };
        let scope = place.scope.as_deref();
        let changed = match changed(git, "--find-renames", &fork, &commit, scope).await {
            Ok(changed) => Some(changed),
            // Only a comparison of contents tells what was renamed: they may not be here.
            Err(fault) => {
                let plain = changed(git, "--no-renames", &fork, &commit, scope).await;
                let part = if plain.is_ok() { Part::BranchMoves } else { Part::BranchFiles };
                self.gaps.push(Gap::new(part, &fault));
                plain.ok()
            }
        };
        (self.files, self.more_files) = changed.unwrap_or_default();
        self.earlier = ahead.saturating_sub(MAX_COMMITS as u32);
        let range = format!("{fork}..{commit}");
        self.base = Some(Base { name, fork, ahead, behind });
        Some(range)
    }
}

/// The name and the commit of what the branch will be merged into; nothing if that is the branch itself. And whether a
/// reference that could be it is broken.
async fn base_of(
    git: &Git,
    branch: Option<&str>,
    upstream: Option<&str>,
) -> Result<(Option<(String, String)>, bool), GitError> {
    let mut args =
        vec!["for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", "refs/remotes/*/HEAD"];
    args.extend(BASES);
    let (said, complaint) = git.run_heard(args, MAX_ANSWER).await?;
    let broken = complaint
        .lines()
        .filter_map(|line| line.rsplit_once("ignoring broken ref "))
        .any(|(_, name)| BASES.contains(&name) || name.ends_with("/HEAD"));
    let said = String::from_utf8_lossy(&said);
    let refs: Vec<(&str, &str, &str)> = said
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\0');
            Some((fields.next()?, fields.next()?, fields.next()?))
        })
        .collect();
    let default = |remote: &str| {
        let head = format!("refs/remotes/{remote}/HEAD");
        refs.iter().find(|(name, ..)| *name == head).map(|(_, oid, target)| (*target, *oid))
    };
    let named = || BASES.iter().find_map(|base| refs.iter().find(|(name, ..)| name == base));
    let other =
        || refs.iter().find(|(_, _, target)| !target.is_empty()).map(|(_, oid, target)| (*target, *oid));
    let found = default("upstream")
        .or_else(|| default("origin"))
        .or_else(other)
        .filter(|(target, _)| !target.is_empty())
        .or_else(|| named().map(|(name, oid, _)| (*name, *oid)));
    let Some((name, oid)) = found else { return Ok((None, broken)) };
    let short = name.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/");
    let last = if name.starts_with("refs/remotes/") {
        short.split_once('/').map_or(short, |pair| pair.1)
    } else {
        short
    };
    // On the base itself, or on a branch that follows it under its own name, there is nothing between.
    let itself = branch == Some(last)
        && (name.starts_with("refs/heads/") || upstream.is_none_or(|name| name == short));
    Ok(((!itself).then(|| (short.to_owned(), oid.to_owned())), broken))
}

/// Where two commits part, and how many each has since.
async fn fork(git: &Git, head: &str, base: &str) -> Result<Option<(String, u32, u32)>, GitError> {
    let fork = match git.run(["merge-base", head, base], 1024).await {
        Ok(fork) => String::from_utf8_lossy(&fork).trim().to_owned(),
        // Nothing in common.
        Err(GitError::Failed { code: Some(1), .. }) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let both = format!("{head}...{base}");
    let counts = git.run(["rev-list", "--left-right", "--count", &both, "--"], 1024).await?;
    let counts = String::from_utf8_lossy(&counts);
    let mut counts = counts.split_whitespace().map(|count| count.parse().unwrap_or(0));
    Ok(Some((fork, counts.next().unwrap_or(0), counts.next().unwrap_or(0))))
}

async fn commits(git: &Git, range: &str, most: usize) -> Result<Vec<Committed>, GitError> {
    let most = format!("--max-count={most}");
    let format = "--format=tformat:%H%x00%an%x00%at%x00%s";
    let args = ["log", "-z", "--no-color", "--encoding=UTF-8", "--no-notes", &most, format, range, "--"];
    let said = git.run(args, MAX_ANSWER).await?;
    let said = String::from_utf8_lossy(&said);
    let mut fields = said.split('\0');
    let mut commits = Vec::new();
    while let (Some(name), Some(author), Some(at), Some(subject)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    {
        commits.push(Committed {
            name: name.to_owned(),
            author: author.to_owned(),
            subject: subject.to_owned(),
            at: at.parse().unwrap_or(0),
            pushed: false,
        });
    }
    Ok(commits)
}

/// Commits that no remote has.
async fn unpushed(git: &Git, commit: &str) -> Result<std::collections::HashSet<String>, GitError> {
    let args = ["rev-list", "--max-count=200", commit, "--not", "--remotes", "--"];
    let said = git.run(args, MAX_ANSWER).await?;
    Ok(String::from_utf8_lossy(&said).lines().map(str::to_owned).collect())
}

/// What lies between two commits, and how many more files than are listed.
async fn changed(
    git: &Git,
    renames: &str,
    from: &str,
    to: &str,
    scope: Option<&str>,
) -> Result<(Vec<BranchChange>, u32), GitError> {
    let mut args = vec![
        "--literal-pathspecs",
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--no-abbrev",
        renames,
        "--no-ext-diff",
        "--no-textconv",
    ];
    args.extend([from, to, "--"]);
    args.extend(scope);
    raw(&git.run(args, MAX_ANSWER).await?, MAX_BRANCH_FILES)
}

/// What `--raw -z` says, at most so many changes, and how many more there are. Conflicts are left out.
pub(super) fn raw(said: &[u8], most: usize) -> Result<(Vec<BranchChange>, u32), GitError> {
    let (mut changes, mut more) = (Vec::new(), 0_u32);
    let mut records = said.split(|byte| *byte == 0);
    while let Some(record) = records.next().filter(|record| !record.is_empty()) {
        let mut fields = Fields(record.strip_prefix(b":").ok_or(GitError::Malformed)?);
        let (base, head) = (fields.mode()?, fields.mode()?);
        let (base, head) = (blob(base, fields.oid()?), blob(head, fields.oid()?));
        let letter = fields.0.first().copied().ok_or(GitError::Malformed)?;
        let first = records.next().ok_or(GitError::Malformed)?;
        if letter == b'U' {
            continue;
        }
        let what = edit(letter).ok_or(GitError::Malformed)?;
        let moved = matches!(what, EditKind::Renamed | EditKind::Copied);
        let second = if moved { Some(records.next().ok_or(GitError::Malformed)?) } else { None };
        let (path, from) = second.map_or((first, None), |second| (second, Some(first.to_vec())));
        if changes.len() < most {
            changes.push(BranchChange { path: path.to_vec(), from, what, base, head });
        } else {
            more = more.saturating_add(1);
        }
    }
    Ok((changes, more))
}

/// What is under way, as the files of the git folder tell.
pub(super) fn operation(git_dir: &Path) -> Option<Operation> {
    let there = |name: &str| git_dir.join(name).symlink_metadata().is_ok();
    let number = |name: &str| String::from_utf8(small(git_dir, name.as_bytes())?).ok()?.trim().parse().ok();
    let branch = |name: &str| {
        let head = String::from_utf8_lossy(&small(git_dir, name.as_bytes())?).into_owned();
        head.strip_prefix("refs/heads/").map(str::to_owned)
    };
    let plain = |what| Some(Operation { what, branch: None, step: None, steps: None });
    if there("rebase-merge") {
        let (step, steps) = (number("rebase-merge/msgnum"), number("rebase-merge/end"));
        return Some(Operation {
            what: OperationKind::Rebase,
            branch: branch("rebase-merge/head-name"),
            step,
            steps,
        });
    }
    if there("rebase-apply") {
        let what = if there("rebase-apply/applying") { OperationKind::Apply } else { OperationKind::Rebase };
        let (step, steps) = (number("rebase-apply/next"), number("rebase-apply/last"));
        return Some(Operation { what, branch: branch("rebase-apply/head-name"), step, steps });
    }
    let heads = [
        ("MERGE_HEAD", OperationKind::Merge),
        ("CHERRY_PICK_HEAD", OperationKind::CherryPick),
        ("REVERT_HEAD", OperationKind::Revert),
        ("BISECT_LOG", OperationKind::Bisect),
    ];
    heads.into_iter().find(|(name, _)| there(name)).and_then(|(_, what)| plain(what))
}
