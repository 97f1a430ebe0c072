//! The git panel's paths: two things of one path, names that are no text, and a submodule's commits.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use jumpseat_panels::{EditKind, Shape};
use jumpseat_sources::Git;
use support::{Panel, Repo, Working};

#[tokio::test]
async fn a_path_of_which_git_says_two_things_shows_both() {
    let repo = Repo::new();
    repo.commit("a", "1\n2\n3\n", "zeroth");
    repo.commit("b", "1\n2\n3\n", "first");
    repo.git(["rm", "--quiet", "--cached", "a"]);
    repo.git(["mv", "b", "c"]);
    repo.write("b", "again\n");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("c")).await;
    let panel = Panel(&shown);
    let said = repo.git(["status", "--porcelain"]);
    assert_eq!(said.lines().count(), 4, "{said}");
    let (mut staged, mut untracked) = (0, 0);
    for file in panel.files() {
        staged += u32::from(file.staged.is_some());
        untracked += u32::from(file.untracked);
    }
    assert_eq!((staged, untracked), (2, 2), "{said}");
    let both =
        panel.files().find(|file| file.staged.is_some_and(|edit| edit.what == EditKind::Deleted)).unwrap();
    assert!(both.untracked);
    assert_eq!(git.content(&both.base).await, "1\n2\n3\n");
    let text = if both.path == "a" { "1\n2\n3\n" } else { "again\n" };
    assert_eq!(git.content(&both.worktree).await, text);
    assert_eq!(both.index, None);

    // It stays while only what lies there changes, and while that goes.
    repo.write(&both.path, "other\n");
    let path = both.path.clone();
    let changed = |panel: &Panel<'_>| {
        let file = panel.file(&path);
        file.is_some_and(|file| {
            file.staged.is_some() && file.worktree.as_ref().is_some_and(|it| it.size == 6)
        })
    };
    git.until(changed).await;
    std::fs::remove_file(repo.path.join(&path)).unwrap();
    git.until(|panel| panel.file(&path).is_some_and(|file| file.staged.is_some() && !file.untracked)).await;
    git.end().await;
}

#[tokio::test]
async fn no_two_names_look_alike() {
    let repo = Repo::new();
    let names: [&[u8]; 12] = [
        b"back\\slash.txt",
        b"back\ttab.txt",
        b"back\\ttab.txt",
        b"line\nbreak",
        b"caf\xe9",
        b"caf\xea",
        "caf\u{fffd}".as_bytes(),
        b"blank ",
        b"blank",
        "turned\u{202e}txt".as_bytes(),
        b"quo\"te",
        b"a  b/a b",
    ];
    for name in names {
        repo.write(OsStr::from_bytes(name), name);
    }
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.files().count() == names.len()).await;
    let panel = Panel(&shown);
    for (name, path) in [
        (names[0], "back\\slash.txt"),
        (names[1], "back\\ttab.txt"),
        (names[2], "back\\\\ttab.txt"),
        (names[3], "line\\nbreak"),
        (names[4], "caf\\351"),
        (names[7], "blank\\040"),
        (names[11], "a\\040\\040b/a b"),
    ] {
        let file =
            panel.file(path).unwrap_or_else(|| panic!("{path} in {:?}", panel.files().collect::<Vec<_>>()));
        assert_eq!(git.content(&file.worktree).await, name, "{path}");
    }
    let mut paths: Vec<_> = panel.files().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), names.len(), "{paths:?}");
    git.end().await;
}

#[tokio::test]
async fn a_submodule_shows_its_old_and_its_new_commit() {
    let library = Repo::new();
    library.commit("lib.c", "int x;\n", "library");
    let repo = Repo::new();
    repo.git(["submodule", "--quiet", "add", library.path.to_str().unwrap(), "deep/lib"]);
    repo.git(["commit", "--quiet", "-m", "library"]);
    let sub = Repo::at(repo.path.join("deep/lib"));
    let new = sub.commit("lib.c", "int y;\n", "newer");
    let mut git = Working::begin(Git::new(&repo.path));
    let commit = |panel: &Panel<'_>| panel.file("deep/lib").and_then(|file| file.worktree.clone()?.commit);
    let shown = git.until(|panel| panel.is_fresh() && commit(panel).is_some()).await;
    let file = Panel(&shown).file("deep/lib").unwrap();
    assert_eq!(file.index.as_ref().unwrap().commit.as_deref(), Some(library.head().as_str()));
    assert_eq!(commit(&Panel(&shown)).as_deref(), Some(new.as_str()));
    // And while the panel is there.
    let newest = sub.commit("lib.c", "int z;\n", "newest");
    git.until(|panel| commit(panel).as_deref() == Some(newest.as_str())).await;

    // Taken out of the index, and there still.
    repo.git(["rm", "--quiet", "--cached", "deep/lib"]);
    let shown = git.until(|panel| panel.file("deep/lib").is_some_and(|file| file.staged.is_some())).await;
    assert_eq!(Panel(&shown).file("deep/lib").unwrap().base.as_ref().unwrap().shape, Shape::Submodule);
    git.end().await;
}
