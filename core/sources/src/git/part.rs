//! A part of a status: git is asked about the few paths that changed, and what it says is put into what it said of
//! everything before.

use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
};

use jumpseat_panels::EditKind;

use super::{
    discover::Place,
    status::{Change, Status, What},
    worktree::{below, native},
};

/// Most paths that git is asked about at once: it compares each with every file of the index.
const MAX_ASKED: usize = 16;

/// Whether a name is only ever the same name byte by byte, so that what the system tells is what git knows.
const EXACT: bool = cfg!(target_os = "linux");

/// The paths that git is asked about, from the repository's top on: files, and folders with all below.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Part(BTreeSet<Vec<u8>>);

impl Part {
    /// The part of a status in which something changed; nothing if that is best asked for as a whole.
    pub(super) fn of(status: &Status, place: &Place, changed: &[PathBuf]) -> Option<Self> {
        // Where files are counted only, nobody knows which ones were; and a file may have come from anywhere.
        if !EXACT || !status.is_complete() || status.changes.iter().any(may_have_moved) {
            return None;
        }
        let mut paths: BTreeSet<Vec<u8>> =
            changed.iter().map(|path| below(&place.root, path)).collect::<Option<_>>()?;
        if paths.len() > MAX_ASKED {
            paths = paths.iter().map(|path| folder(path).to_vec()).collect();
        }
        let scope = place.scope.as_deref().unwrap_or_default().as_bytes();
        let fits = |path: &Vec<u8>| !path.is_empty() && is_in(path, scope);
        ((1..=MAX_ASKED).contains(&paths.len()) && paths.iter().all(fits)).then_some(Self(paths))
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().map(|path| native(path)).collect()
    }

    /// A whole status, from the last one and what git says of this part now; nothing if more than this changed.
    pub(super) fn into_whole(self, last: Status, mut said: Status) -> Option<Status> {
        if !said.is_complete() || (&said.commit, &said.branch) != (&last.commit, &last.branch) {
            return None;
        }
        let mut changes = said.take_changes();
        let new: HashSet<Vec<u8>> = changes.iter().map(|change| change.path.clone()).collect();
        let mut last = last;
        let stays = |change: &Change| !new.contains(&change.path) && !self.speaks_of(&change.path);
        changes.extend(last.take_changes().into_iter().filter(stays));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes.into_iter().for_each(|change| said.push(change));
        said.is_complete().then_some(said)
    }

    /// Whether git would have named a changed file if it still were one.
    fn speaks_of(&self, path: &[u8]) -> bool {
        // Of a folder with a repository of its own it says nothing but that.
        let folder = path.strip_suffix(b"/");
        self.0.iter().any(|asked| is_in(path, asked) || folder.is_some_and(|folder| is_in(asked, folder)))
    }
}

/// Whether it was moved, or becomes so once another file goes: git knows only if it sees both.
fn may_have_moved(change: &Change) -> bool {
    let announced = matches!(change.what, What::Tracked { unstaged: Some(EditKind::Added), .. });
    announced || change.from.is_some()
}

/// Whether a path is another one, or below it.
fn is_in(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'/'))
}

/// The folder that a path is in; empty at the top.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    let name = path.strip_suffix(b"/").unwrap_or(path);
    name.iter().rposition(|byte| *byte == b'/').map_or(b"", |end| &path[..end])
}
