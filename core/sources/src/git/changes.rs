//! What the system tells of files, and what has to be looked at then.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

use super::repository::{Repository, Why};
use crate::watch::Changed;

/// How long after a change the look begins: editors write a file in several steps.
const GATHER: Duration = Duration::from_millis(40);

/// What has to be looked at.
#[derive(Clone, Default, Debug)]
pub(super) struct Due {
    /// Repositories may have come or gone.
    pub(super) everything: bool,
    /// Repositories by number, with why.
    pub(super) repositories: HashMap<u32, Why>,
    /// Folders that are new, by repository.
    pub(super) folders: HashSet<(u32, PathBuf)>,
    pub(super) at: Option<Instant>,
}

/// Where changes are looked for.
pub(super) struct Known<'a> {
    /// The workspace's folder.
    pub(super) folder: &'a Path,
    pub(super) repositories: &'a [Repository],
}

impl Due {
    /// Takes in what the system tells of files. The look that this needs does not begin before `rest`.
    pub(super) fn changed(&mut self, changed: Changed, known: &Known<'_>, rest: Option<Instant>) {
        let mut any = changed.lost;
        self.everything |= changed.lost;
        for path in changed.paths {
            any |= self.changed_at(path, known);
        }
        for folder in changed.folders {
            any |= known.innermost(&folder).is_some_and(|number| {
                self.repositories.entry(number).or_default().paths.push(folder);
                true
            });
        }
        if any {
            let soon = Instant::now() + GATHER;
            let at = rest.map_or(soon, |rest| rest.max(soon));
            self.at = Some(self.at.map_or(at, |due| due.min(at)));
        }
    }

    /// Whether a change at that path is of interest; notes what has to be looked at then.
    fn changed_at(&mut self, path: PathBuf, known: &Known<'_>) -> bool {
        let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
        let (mut within, mut any) = (false, false);
        for repository in known.repositories {
            let place = &repository.place;
            let below = path.strip_prefix(&place.git_dir).or_else(|_| path.strip_prefix(&place.common_dir));
            let Ok(below) = below else { continue };
            within = true;
            let store = below
                .components()
                .any(|part| ["objects", "logs", "lfs"].iter().any(|name| part.as_os_str() == *name));
            if store || path.extension().is_some_and(|extension| extension == "lock") {
                continue;
            }
            any = true;
            // Working trees come and go with their folder in here.
            self.everything |= below.starts_with("worktrees");
            let why = self.repositories.entry(repository.number).or_default();
            why.anything = true;
            // What a submodule does moves nothing but what this repository says of it.
            why.moved |= below != Path::new("index") && !below.starts_with("modules");
            let tells = ["refs", "reftable", "worktrees", "modules", "rebase-merge", "rebase-apply"];
            if is_folder && tells.iter().any(|name| below.starts_with(name)) {
                self.folders.insert((repository.number, path.clone()));
            }
        }
        if within {
            return any;
        }
        let name = path.file_name().unwrap_or_default();
        let brings = name == ".git"
            || name == ".gitmodules"
            || (is_folder && path.join(".git").symlink_metadata().is_ok());
        self.everything |= brings || (known.repositories.is_empty() && path.starts_with(known.folder));
        let Some(number) = known.innermost(&path) else { return self.everything };
        let why = self.repositories.entry(number).or_default();
        if name == ".gitignore" {
            why.anything = true;
            // All of it may be watched now.
            let root = known.repositories.iter().find(|repository| repository.number == number);
            self.folders.extend(root.map(|repository| (number, repository.place.root.clone())));
        } else {
            if is_folder {
                self.folders.insert((number, path.clone()));
            }
            why.paths.push(path);
        }
        true
    }
}

impl Known<'_> {
    /// The innermost repository that a path is in: the one that knows the file.
    fn innermost(&self, path: &Path) -> Option<u32> {
        let around = self.repositories.iter().filter(|repository| path.starts_with(&repository.place.root));
        let inner = around.max_by_key(|repository| repository.place.root.as_os_str().len());
        inner.map(|repository| repository.number)
    }
}
