//! Which folders of a working tree are watched: all that git does not ignore, by its own word.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::{
    program::{Git, GitFault},
    worktree::native,
};

/// Most folders that are watched in one repository.
pub(super) const MAX_FOLDERS: usize = 20_000;

/// What is read of an answer, in bytes.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// A folder and all below it that count; nothing if they are too many. Folders with a repository of their own, and
/// links, are left out.
pub(super) async fn watched(git: &Git, from: PathBuf) -> Result<Option<Vec<PathBuf>>, GitFault> {
    let mut found = vec![from.clone()];
    let mut level = vec![from];
    while !level.is_empty() {
        let next =
            tokio::task::spawn_blocking(move || level.iter().flat_map(|folder| below(folder)).collect());
        let next: Vec<PathBuf> = next.await.unwrap_or_default();
        level = unignored(git, next).await?;
        found.extend(level.iter().cloned());
        if found.len() > MAX_FOLDERS {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// Those of some paths below the repository's top that git does not ignore.
pub(super) async fn unignored(git: &Git, paths: Vec<PathBuf>) -> Result<Vec<PathBuf>, GitFault> {
    let mut input = Vec::new();
    for path in &paths {
        if let Ok(path) = path.strip_prefix(git.folder())
            && !path.as_os_str().is_empty()
        {
            // A name that begins with a colon would mean something else.
            input.extend(b"./");
            input.extend(path.as_os_str().as_encoded_bytes());
            input.push(0);
        }
    }
    if input.is_empty() {
        return Ok(paths);
    }
    let said = match git.run_with(["check-ignore", "--stdin", "-z"], Some(input), MAX_ANSWER).await {
        Ok(said) => said,
        // None of them.
        Err(GitFault::Failed { code: Some(1), .. }) => return Ok(paths),
        Err(fault) => return Err(fault),
    };
    let said = said.split(|byte| *byte == 0).map(|path| path.strip_prefix(b"./").unwrap_or(path));
    let ignored: HashSet<PathBuf> = said.map(|path| git.folder().join(native(path))).collect();
    Ok(paths.into_iter().filter(|path| !ignored.contains(path)).collect())
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = std::fs::read_dir(folder) else { return Vec::new() };
    listing
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git")
        .map(|entry| entry.path())
        .filter(|path| path.join(".git").symlink_metadata().is_err())
        .take(MAX_FOLDERS)
        .collect()
}
