//! What of a repository is watched.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jumpseat_git::{Git, RepoLocation};

use super::folders;
use crate::watch::{Changed, Watch};

/// Waits for changes; forever, where nothing is watched.
pub(super) async fn changes(watch: Option<Arc<Watch>>) -> Changed {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

/// Watches a repository: its git folder if `git_dir`, and some folders of its tree with all below. Says whether
/// that is all that there is.
pub(super) async fn follow(
    watch: &Arc<Watch>,
    place: &RepoLocation,
    from: Vec<PathBuf>,
    git_dir: bool,
) -> bool {
    let mut wanted = Vec::new();
    if git_dir {
        wanted.extend([place.git_dir.clone(), place.common_dir.clone(), place.common_dir.join("worktrees")]);
        wanted.extend(["rebase-merge", "rebase-apply"].map(|name| place.git_dir.join(name)));
        for refs in ["refs", "reftable"] {
            wanted.extend(below(&place.common_dir.join(refs)));
        }
    }
    let mut all = true;
    let in_git =
        |folder: &PathBuf| folder.starts_with(&place.git_dir) || folder.starts_with(&place.common_dir);
    let (git_folders, folders): (Vec<_>, Vec<_>) = from.into_iter().partition(in_git);
    wanted.extend(git_folders.iter().flat_map(|folder| below(folder)));
    let top = place.scope.as_ref().map_or_else(|| place.root.clone(), |scope| place.root.join(scope));
    let folders = folders.into_iter().map(|folder| if folder == place.root { top.clone() } else { folder });
    let apart = |folder: &PathBuf| !(*folder == place.root && watch.follow_all(folder));
    let folders: Vec<PathBuf> = folders.filter(apart).collect();
    if !folders.is_empty() {
        match folders::watched(&Git::at(&place.root), folders).await {
            Ok(Some(folders)) => wanted.extend(folders),
            Ok(None) | Err(_) => all = false,
        }
    }
    let watch = watch.clone();
    let followed = tokio::task::spawn_blocking(move || watch.follow(&wanted).is_ok()).await;
    all && followed.unwrap_or(false)
}

/// Folders below one, of which there are few.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(folder) = found.get(next).filter(|_| next < 2_000) {
        let listing = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let folders = listing.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
        found.extend(folders);
        next += 1;
    }
    found
}
