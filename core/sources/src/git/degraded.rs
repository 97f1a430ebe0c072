//! A status where git gives none as a whole: each part is asked for by itself, and only what fails is missing.

use std::{
    collections::BTreeMap,
    io::Read as _,
    path::{Path, PathBuf},
};

use jumpseat_git::{
    Extras, Gap, Git, GitError, Part, RepoLocation, Status, small,
    status::{Blob, Change, ConflictKind, What, blob},
};

use super::head::raw;

/// What is read of one answer, in bytes.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// What git calls a branch whose reference it cannot read.
const UNKNOWN: &str = "(unknown)";

/// A status, without the parts that cannot be read.
///
/// # Errors
/// If git is not there at all.
pub(super) async fn status(git: &Git, place: &RepoLocation, paths: &[PathBuf]) -> Result<Status, GitError> {
    match Status::of(git, paths, Extras::NONE).await {
        Ok(least) => Ok(with_extras(git, paths, least).await),
        Err(fault @ GitError::NotInstalled) => Err(fault),
        Err(_) => Ok(apart(git, place, paths).await),
    }
}

/// Adds to what git says of changes whatever else it says.
async fn with_extras(git: &Git, paths: &[PathBuf], mut least: Status) -> Status {
    const NONE: Extras = Extras::NONE;
    let (upstream, stashes, moves, untracked) = tokio::join!(
        Status::of(git, paths, Extras { upstream: true, ..NONE }),
        Status::of(git, paths, Extras { stashes: true, ..NONE }),
        Status::of(git, paths, Extras { moves: true, ..NONE }),
        Status::of(git, paths, Extras { untracked: true, ..NONE }),
    );
    let extras = Extras {
        upstream: upstream.is_ok(),
        stashes: stashes.is_ok(),
        moves: moves.is_ok(),
        untracked: untracked.is_ok(),
    };
    let parts = [Part::Upstream, Part::Stashes, Part::Moves, Part::Untracked];
    let faults = [upstream, stashes, moves, untracked].map(Result::err);
    let gaps = parts.into_iter().zip(faults);
    let mut gaps: Vec<Gap> = gaps.filter_map(|(part, fault)| Some(Gap::new(part, &fault?))).collect();
    match Status::of(git, paths, extras).await {
        Ok(status) => least = status,
        Err(fault) => gaps = parts.map(|part| Gap::new(part, &fault)).into(),
    }
    least.gaps.extend(gaps);
    least
}

/// What can be found out by other commands than the one that gives all.
async fn apart(git: &Git, place: &RepoLocation, paths: &[PathBuf]) -> Status {
    let mut status = Status::default();
    if let Some(gap) = head(git, place, &mut status).await {
        status.gaps.push(gap);
    }
    let base = status.commit.clone();
    let (staged, unstaged, unmerged, untracked, stashes) = tokio::join!(
        staged(git, paths, base.as_deref()),
        unstaged(git, paths),
        unmerged(git, paths),
        ask(git, &["ls-files", "--others", "--exclude-standard", "-z"], paths),
        stashes(git),
    );
    let mut changes: BTreeMap<Vec<u8>, Change> = BTreeMap::new();
    for change in keep(&mut status, Part::Staged, staged).into_iter().flatten() {
        changes.insert(change.path.clone(), change);
    }
    let unstaged = unstaged.and_then(|unstaged| Ok((unstaged, unmerged?)));
    let (unstaged, unmerged) = keep(&mut status, Part::Unstaged, unstaged).unwrap_or_default();
    for change in unstaged {
        match (changes.get_mut(&change.path).map(|known| &mut known.what), change.what) {
            (
                Some(What::Tracked { unstaged, worktree, .. }),
                What::Tracked { unstaged: new, worktree: mode, .. },
            ) => {
                (*unstaged, *worktree) = (new, mode);
            }
            (_, what) => {
                _ = changes.insert(change.path.clone(), Change { path: change.path, from: None, what })
            }
        }
    }
    changes.extend(unmerged.into_iter().map(|change| (change.path.clone(), change)));
    changes.into_values().for_each(|change| status.push(change));
    let untracked = keep(&mut status, Part::Untracked, untracked).unwrap_or_default();
    for path in untracked.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        status.push(Change { path: path.to_vec(), from: None, what: What::Untracked });
    }
    status.stashes = keep(&mut status, Part::Stashes, stashes).unwrap_or(0);
    if status.branch.is_some() {
        status.gaps.push(Gap::because(Part::Upstream, "git gives no status"));
    }
    status
}

/// What was read, or a gap.
fn keep<T>(status: &mut Status, part: Part, read: Result<T, GitError>) -> Option<T> {
    read.inspect_err(|fault| status.gaps.push(Gap::new(part, fault))).ok()
}

async fn ask(git: &Git, args: &[&str], paths: &[PathBuf]) -> Result<Vec<u8>, GitError> {
    let args = ["--literal-pathspecs"].iter().chain(args).chain(&["--"]).map(Path::new);
    git.run(args.chain(paths.iter().map(PathBuf::as_path)), MAX_ANSWER).await
}

/// Reads the branch and the commit at the head.
async fn head(git: &Git, place: &RepoLocation, status: &mut Status) -> Option<Gap> {
    status.branch = match git.run(["symbolic-ref", "--quiet", "--short", "HEAD"], 64 * 1024).await {
        Ok(name) => Some(String::from_utf8_lossy(&name).trim_end().to_owned()),
        Err(GitError::Failed { code: Some(1), .. }) => None,
        Err(fault) => return Some(Gap::new(Part::Branch, &fault)),
    };
    match git.run(["rev-parse", "--verify", "--quiet", "HEAD"], 1024).await {
        Ok(commit) => status.commit = Some(String::from_utf8_lossy(&commit).trim_end().to_owned()),
        // Before the first commit there is no such reference.
        Err(_) if !has_ref(place, status.branch.as_deref()) => {}
        Err(_) => return Some(Gap::because(Part::Branch, BROKEN)),
    }
    None
}

const BROKEN: &str = "its reference is broken";

/// Whether there is a file for a branch, whatever is in it.
fn has_ref(place: &RepoLocation, branch: Option<&str>) -> bool {
    branch.is_none_or(|branch| place.common_dir.join("refs/heads").join(branch).symlink_metadata().is_ok())
}

async fn staged(git: &Git, paths: &[PathBuf], commit: Option<&str>) -> Result<Vec<Change>, GitError> {
    let Some(commit) = commit else {
        return Err(GitError::Failed { code: None, complaint: "bad object HEAD".to_owned() });
    };
    let args = ["diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", commit];
    let changes = raw(&ask(git, &args, paths).await?, usize::MAX)?.0;
    let changed = |what, head, index: Option<Blob>| What::Tracked {
        staged: Some(what),
        unstaged: None,
        worktree: index.as_ref().map_or(0, |index| index.mode),
        head,
        index,
    };
    Ok(changes
        .into_iter()
        .map(|change| Change {
            path: change.path,
            from: None,
            what: changed(change.what, change.base, change.head),
        })
        .collect())
}

async fn unstaged(git: &Git, paths: &[PathBuf]) -> Result<Vec<Change>, GitError> {
    // The command for people, as it looks at files whose times alone are other than before.
    let args =
        ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty"];
    let changes = raw(&ask(git, &args, paths).await?, usize::MAX)?.0;
    let changed = |what, index, worktree| What::Tracked {
        staged: None,
        unstaged: Some(what),
        head: None,
        index,
        worktree,
    };
    Ok(changes
        .into_iter()
        .map(|change| {
            let worktree = change.head.map_or(0, |blob| blob.mode);
            Change { path: change.path, from: None, what: changed(change.what, change.base, worktree) }
        })
        .collect())
}

/// `mode oid stage TAB path NUL`, once for each side of a conflict.
async fn unmerged(git: &Git, paths: &[PathBuf]) -> Result<Vec<Change>, GitError> {
    let said = ask(git, &["ls-files", "--unmerged", "-z"], paths).await?;
    let mut found: BTreeMap<&[u8], [Option<Blob>; 3]> = BTreeMap::new();
    for record in said.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let tab = record.iter().position(|byte| *byte == b'\t').ok_or(GitError::Malformed)?;
        let mut fields = std::str::from_utf8(&record[..tab]).map_err(|_| GitError::Malformed)?.split(' ');
        let (Some(mode), Some(oid), Some(stage)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(GitError::Malformed);
        };
        let mode = u32::from_str_radix(mode, 8).map_err(|_| GitError::Malformed)?;
        let stage = stage.parse::<usize>().ok().and_then(|stage| stage.checked_sub(1));
        let stages = found.entry(&record[tab + 1..]).or_default();
        *stage.and_then(|stage| stages.get_mut(stage)).ok_or(GitError::Malformed)? =
            blob(mode, oid.to_owned());
    }
    let change = |(path, [base, ours, theirs]): (&[u8], [Option<Blob>; 3])| {
        let what = match (&base, &ours, &theirs) {
            (_, None, None) => ConflictKind::BothDeleted,
            (None, Some(_), None) => ConflictKind::AddedByUs,
            (None, None, Some(_)) => ConflictKind::AddedByThem,
            (None, Some(_), Some(_)) => ConflictKind::BothAdded,
            (Some(_), Some(_), None) => ConflictKind::DeletedByThem,
            (Some(_), None, Some(_)) => ConflictKind::DeletedByUs,
            (Some(_), Some(_), Some(_)) => ConflictKind::BothModified,
        };
        let worktree = [&ours, &theirs, &base].into_iter().flatten().next().map_or(0, |blob| blob.mode);
        Change {
            path: path.to_vec(),
            from: None,
            what: What::Unmerged { what, base, ours, theirs, worktree },
        }
    };
    Ok(found.into_iter().map(change).collect())
}

async fn stashes(git: &Git) -> Result<u32, GitError> {
    match git.run(["rev-parse", "--verify", "--quiet", "refs/stash"], 1024).await {
        Ok(_) => {}
        Err(GitError::Failed { code: Some(1), .. }) => return Ok(0),
        Err(fault) => return Err(fault),
    }
    let said = git.run(["rev-list", "--walk-reflogs", "--count", "refs/stash", "--"], 1024).await?;
    String::from_utf8_lossy(&said).trim().parse().map_err(|_| GitError::Malformed)
}

/// What git passes over in silence: a broken reference to it is none, and what it cannot open is not there.
pub(super) async fn examine(git: &Git, place: &RepoLocation, mut status: Status) -> Status {
    if status.branch.as_deref() == Some(UNKNOWN) {
        // It takes everything for new then.
        status.branch = small(&place.git_dir, b"HEAD").and_then(|head| {
            let head = String::from_utf8_lossy(&head).into_owned();
            head.strip_prefix("ref: refs/heads/").filter(|name| *name != ".invalid").map(str::to_owned)
        });
        status
            .gaps
            .extend([Part::Branch, Part::Upstream, Part::Staged].map(|part| Gap::because(part, BROKEN)));
        for mut change in status.take_changes() {
            let stays = match &mut change.what {
                What::Tracked { staged, unstaged, .. } => {
                    *staged = None;
                    unstaged.is_some()
                }
                _ => true,
            };
            if stays {
                status.push(change);
            }
        }
    }
    if status.upstream.is_some() && status.ahead_behind.is_none() && !lacks(&status, Part::Upstream) {
        let branch = format!("refs/heads/{}", status.branch.as_deref().unwrap_or_default());
        let gap = match upstream_is_there(git, &branch).await {
            Ok(true) => Some(Gap::because(Part::Upstream, BROKEN)),
            Ok(false) => None,
            Err(fault) => Some(Gap::new(Part::Upstream, &fault)),
        };
        status.gaps.extend(gap);
    }
    let stash = place.common_dir.join("logs/refs/stash");
    let read = std::fs::File::open(stash).and_then(|mut file| file.read(&mut [0]));
    if read.is_err_and(|error| error.kind() != std::io::ErrorKind::NotFound) && !lacks(&status, Part::Stashes)
    {
        status.gaps.push(Gap::because(Part::Stashes, "their log cannot be read"));
    }
    status
}

/// Whether a part is one of those that could not be read.
pub(super) fn lacks(status: &Status, part: Part) -> bool {
    status.gaps.iter().any(|gap| gap.is(part))
}

/// Whether what a branch follows is there, although git cannot compare with it.
async fn upstream_is_there(git: &Git, branch: &str) -> Result<bool, GitError> {
    let said = git.run(["for-each-ref", "--format=%(upstream)", branch], 64 * 1024).await?;
    let upstream = String::from_utf8_lossy(&said).trim().to_owned();
    if upstream.is_empty() {
        return Ok(false);
    }
    let (found, complaint) =
        git.run_heard(["for-each-ref", "--format=%(objectname)", &upstream], 64 * 1024).await?;
    Ok(!found.is_empty() || !complaint.is_empty())
}
