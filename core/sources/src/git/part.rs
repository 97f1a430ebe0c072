//! A part of a status: git is asked about the few paths that changed, and what it says is put into what it said of
//! everything before.

use std::{
    collections::{BTreeSet, HashSet},
    path::PathBuf,
};

use jumpseat_git::{
    RepoLocation, Status,
    status::{Change, EditKind, What},
    worktree::{below, folder, native},
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
    pub(super) fn of(status: &Status, place: &RepoLocation, changed: &[PathBuf]) -> Option<Self> {
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
    pub(super) fn into_whole(self, mut last: Status, mut said: Status) -> Option<Status> {
        if !said.is_complete() || (&said.commit, &said.branch) != (&last.commit, &last.branch) {
            return None;
        }
        let mut changes = said.take_changes();
        let new: HashSet<Vec<u8>> = changes.iter().map(|change| change.path.clone()).collect();
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;

    use jumpseat_git::TreeKind;

    use super::*;

    const OID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn place(scope: Option<&str>) -> RepoLocation {
        RepoLocation {
            root: "/workspace".into(),
            path: String::new(),
            scope: scope.map(str::to_owned),
            git_dir: "/workspace/.git".into(),
            common_dir: "/workspace/.git".into(),
            tree: TreeKind::Main,
        }
    }

    fn status(records: &[&str]) -> Status {
        let record = |record: &&str| format!("{record}\0").replace("@", &format!("100644 {OID} {OID}"));
        Status::parse(records.iter().map(record).collect::<String>().as_bytes()).expect("a status")
    }

    fn part(status: &Status, scope: Option<&str>, paths: &[&str]) -> Option<Vec<String>> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| Path::new("/workspace").join(path)).collect();
        let part = Part::of(status, &place(scope), &paths)?;
        Some(part.paths().iter().map(|path| path.to_string_lossy().into_owned()).collect())
    }

    fn paths(status: &Status) -> Vec<String> {
        let path = |change: &Change| String::from_utf8_lossy(&change.path).into_owned();
        status.changes.iter().map(path).collect()
    }

    #[test]
    fn few_paths_are_asked_about_many_by_their_folders_and_more_not_apart() {
        let (none, many) = (Status::default(), |folder: &str| -> Vec<String> {
            (0..=MAX_ASKED).map(|nth| folder.replace('#', &nth.to_string())).collect()
        });
        assert_eq!(part(&none, None, &["b", "a/c", "b"]).unwrap(), ["a/c", "b"]);
        let files = many("folder/#");
        assert_eq!(
            part(&none, None, &files.iter().map(String::as_str).collect::<Vec<_>>()).unwrap(),
            ["folder"]
        );
        for files in [many("#/file"), many("#")] {
            assert_eq!(part(&none, None, &files.iter().map(String::as_str).collect::<Vec<_>>()), None);
        }
        assert_eq!((part(&none, None, &[""]), part(&none, None, &[])), (None, None));
        assert_eq!(part(&none, None, &["/elsewhere"]), None);
    }

    #[test]
    fn nothing_outside_of_the_workspace_is_asked_about() {
        let none = Status::default();
        assert_eq!(part(&none, Some("in"), &["in/a", "in"]).unwrap(), ["in", "in/a"]);
        for path in ["a", "inner/a", "i"] {
            assert_eq!(part(&none, Some("in"), &[path]), None, "{path}");
        }
    }

    #[test]
    fn what_may_have_moved_is_asked_for_whole() {
        for record in [&["2 R. N... 100644 100644 @ R100 new", "old"][..], &["1 .A N... 000000 000000 @ new"]]
        {
            assert_eq!(part(&status(record), None, &["a"]), None, "{record:?}");
        }
        assert!(part(&status(&["1 A. N... 000000 100644 @ new"]), None, &["a"]).is_some());
    }

    #[test]
    fn what_git_says_of_a_part_takes_the_place_of_what_it_said() {
        let last =
            status(&["1 .M N... 100644 100644 @ a", "1 .M N... 100644 100644 @ ab", "? a/x", "? n/", "? z"]);
        let asked = |paths: &[&str]| Part(paths.iter().map(|path| path.as_bytes().to_vec()).collect());
        let whole = |part: Part, said: &[&str]| part.into_whole(last.clone(), status(said)).unwrap();

        let now = whole(asked(&["a"]), &["? a/y"]);
        assert_eq!(paths(&now), ["a/y", "ab", "n/", "z"]);
        assert_eq!((now.unstaged, now.untracked), (1, 3));
        assert_eq!(paths(&whole(asked(&["n/deep/file"]), &["? n/"])), ["a", "a/x", "ab", "n/", "z"]);
        assert_eq!(
            paths(&whole(asked(&["n/deep/file"]), &["? n/deep/file"])),
            ["a", "a/x", "ab", "n/deep/file", "z"]
        );
        assert_eq!(paths(&whole(asked(&["none"]), &[])), ["a", "a/x", "ab", "n/", "z"]);
        let moved = asked(&["a"]).into_whole(last.clone(), status(&["# branch.head other"]));
        assert_eq!(moved, None, "another branch is another status");
    }

    #[test]
    fn a_crowd_is_known_file_by_file() {
        let crowd: Vec<String> = (0..500).map(|nth| format!("? crowd/{nth:03}")).collect();
        let last = status(&crowd.iter().map(String::as_str).collect::<Vec<_>>());
        let part = Part([b"crowd/499".to_vec(), b"crowd/000".to_vec()].into());
        let now = part.into_whole(last.clone(), Status::default()).unwrap();
        assert_eq!((now.untracked, now.left_out() as usize + now.changes.len()), (498, 498));
        assert_eq!(
            (now.changes.len(), now.changes[0].path.as_slice()),
            (last.changes.len(), &b"crowd/001"[..])
        );
    }
}
