//! Which folders of a working tree are watched: all that git does not ignore, by its own word.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use jumpseat_git::{
    Git, GitError,
    worktree::{below, native},
};

/// Most folders that are watched in one repository.
const MAX_FOLDERS: usize = 20_000;

/// What is read of an answer, in bytes.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// Some folders and all below them that count; nothing if they are too many. Folders with a repository of their own,
/// and links, are left out.
pub(super) async fn watched(git: &Git, from: Vec<PathBuf>) -> Result<Option<Vec<PathBuf>>, GitError> {
    let listed = match listed(git).await {
        // More files than so few folders hold.
        Err(GitError::TooMuch) => return Ok(None),
        listed => listed?,
    };
    let tracked = tracked(&listed);
    let mut found = Vec::new();
    let mut level = from;
    while !level.is_empty() {
        let counting = unignored_but(git, &tracked, level).await?;
        found.extend(counting.iter().cloned());
        if found.len() > MAX_FOLDERS {
            return Ok(None);
        }
        let next =
            tokio::task::spawn_blocking(move || counting.iter().flat_map(|at| folders_in(at)).collect());
        level = next.await.unwrap_or_default();
    }
    Ok(Some(found))
}

/// Those of some paths below the repository's top that git does not ignore.
pub(super) async fn unignored(git: &Git, paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, GitError> {
    let listed = listed(git).await?;
    unignored_but(git, &tracked(&listed), paths).await
}

/// Every path in the index.
async fn listed(git: &Git) -> Result<Vec<u8>, GitError> {
    git.run(["ls-files", "-z"], MAX_ANSWER).await
}

/// The same with the folders that they are in.
fn tracked(listed: &[u8]) -> HashSet<&[u8]> {
    let mut tracked = HashSet::new();
    for mut path in listed.split(|byte| *byte == 0) {
        while tracked.insert(path) {
            let Some(end) = path.iter().rposition(|byte| *byte == b'/') else { break };
            path = &path[..end];
        }
    }
    tracked
}

/// Those of some paths that git does not ignore. What is tracked it never does. Of that it would convince itself by
/// comparing each path with the whole index, so it is not asked.
async fn unignored_but(
    git: &Git,
    tracked: &HashSet<&[u8]>,
    paths: Vec<PathBuf>,
) -> Result<Vec<PathBuf>, GitError> {
    let mut input = Vec::new();
    for path in paths.iter().filter_map(|path| below(git.folder(), path)) {
        if !path.is_empty() && !tracked.contains(path.as_slice()) {
            // A name that begins with a colon would mean something else.
            input.extend(b"./");
            input.extend(path);
            input.push(0);
        }
    }
    if input.is_empty() {
        return Ok(paths);
    }
    let args = ["check-ignore", "--no-index", "--stdin", "-z"];
    let said = match git.run_with(args, Some(input), MAX_ANSWER).await {
        Ok(said) => said,
        // None of them.
        Err(GitError::Failed { code: Some(1), .. }) => return Ok(paths),
        Err(fault) => return Err(fault),
    };
    let said = said.split(|byte| *byte == 0).map(|path| path.strip_prefix(b"./").unwrap_or(path));
    let ignored: HashSet<PathBuf> = said.map(|path| git.folder().join(native(path))).collect();
    Ok(paths.into_iter().filter(|path| !ignored.contains(path)).collect())
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = std::fs::read_dir(folder) else { return Vec::new() };
    listing
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git")
        .map(|entry| entry.path())
        .filter(|path| path.join(".git").symlink_metadata().is_err())
        .take(MAX_FOLDERS)
        .collect()
}
