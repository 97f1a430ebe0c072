//! The git panel while a repository changes part by part: git is asked about those alone, and the whole is right.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use std::fs;

use jumpseat_panels::EditKind;
use jumpseat_sources::Git;
use support::{Panel, Repo, Working};

#[tokio::test]
async fn a_saved_file_is_all_that_git_is_asked_about() {
    let elsewhere = tempfile::tempdir().unwrap();
    let excludes = elsewhere.path().join("excludes");
    fs::write(&excludes, "").unwrap();
    let repo = Repo::new();
    repo.commit("saved", "one\n", "first");
    repo.write("other", "git does not know it\n");
    repo.git(["config", "core.excludesFile", excludes.to_str().unwrap()]);
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.has("other")).await;
    // Once this shows, it is watched, and nothing is left to be looked at.
    repo.write("watched", "");
    git.until(|panel| panel.has("watched")).await;

    // Nobody sees this from within the repository, but git does as soon as it looks at the other file.
    fs::write(&excludes, "other\n").unwrap();
    for text in ["two\n", "one\n", "two\n"] {
        repo.write("saved", text);
        git.until(|panel| panel.has("saved") == (text == "two\n")).await;
    }
    fs::remove_file(repo.path.join("watched")).unwrap();
    let shown = git.until(|panel| !panel.has("watched")).await;
    assert!(Panel(&shown).has("other"), "it was looked at, too");
    assert_eq!(Panel(&shown).repository("").unwrap().untracked, 1);

    // What concerns everything is looked at whole.
    repo.git(["add", "saved"]);
    let shown = git.until(|panel| panel.file("saved").is_some_and(|file| file.staged.is_some())).await;
    assert!(!Panel(&shown).has("other"));
    git.end().await;
}

#[tokio::test]
async fn whatever_happens_the_picture_is_the_one_of_a_first_look() {
    let repo = Repo::new();
    for nth in 0..40 {
        repo.write(format!("d{}/e{}/f{nth}", nth % 3, nth % 5), format!("{nth}\none\ntwo\nthree\n"));
    }
    repo.write(".gitignore", "*.o\n");
    repo.git(["add", "."]);
    repo.git(["commit", "--quiet", "-m", "first"]);
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;

    let at = |path: &str| repo.path.join(path);
    let steps: [&dyn Fn(); 15] = [
        &|| repo.write("d0/e0/f0", "saved\n"),
        &|| repo.write("d0/e0/new", "new\n"),
        &|| (0..30).for_each(|nth| repo.write(format!("d1/e1/many{nth}"), "many\n")),
        &|| (0..300).for_each(|nth| repo.write(format!("crowd/{nth}"), "one of many\n")),
        &|| fs::rename(at("d2"), at("d9")).unwrap(),
        &|| repo.write("d1/e1/object.o", "ignored\n"),
        &|| (250..300).for_each(|nth| fs::remove_file(at(&format!("crowd/{nth}"))).unwrap()),
        &|| {
            repo.git(["add", "--intent-to-add", "d0/e0/new"]);
            fs::remove_file(at("d0/e3/f3")).unwrap();
        },
        &|| fs::rename(at("d9"), at("d2")).unwrap(),
        &|| _ = repo.git(["mv", "d0/e1/f6", "moved"]),
        &|| repo.write("moved", "6\none\ntwo\nthree\nfour\n"),
        &|| _ = repo.git(["commit", "--quiet", "-am", "second"]),
        &|| fs::remove_dir_all(at("crowd")).unwrap(),
        &|| {
            // A file where there was a folder, and a folder where there was a file.
            fs::remove_dir_all(at("d1/e2")).unwrap();
            repo.write("d1/e2", "a file now\n");
            fs::remove_file(at("d1/e0/f10")).unwrap();
            repo.write("d1/e0/f10/deep/down", "a folder now\n");
        },
        &|| repo.write(".gitignore", "many*\n"),
    ];
    for (nth, step) in steps.into_iter().enumerate() {
        step();
        let mut first = Working::begin(Git::new(&repo.path));
        let expected = first.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
        first.end().await;
        git.until(|panel| {
            let same = panel.0.entries == expected.entries;
            if !same {
                // Told if it never comes.
                eprintln!("step {nth} is not shown yet");
            }
            same
        })
        .await;
    }
    git.end().await;
}

#[tokio::test]
async fn a_file_that_moves_after_another_was_announced_shows_as_moved() {
    let repo = Repo::new();
    repo.commit("old", "one\ntwo\nthree\nfour\n", "first");
    fs::copy(repo.path.join("old"), repo.path.join("new")).unwrap();
    repo.git(["add", "--intent-to-add", "new"]);
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| {
        panel.file("new").is_some_and(|file| file.unstaged.is_some_and(|edit| edit.what == EditKind::Added))
    })
    .await;
    repo.write("watched", "");
    git.until(|panel| panel.has("watched")).await;
    fs::remove_file(repo.path.join("old")).unwrap();
    let shown = git.until(|panel| panel.file("new").is_some_and(|file| file.from.is_some())).await;
    assert!(!Panel(&shown).has("old"));
    git.end().await;
}

#[tokio::test]
async fn a_tracked_file_is_watched_in_a_folder_that_is_ignored() {
    let repo = Repo::new();
    repo.write(".gitignore", "built/\n");
    repo.write("built/kept/file", "one\n");
    repo.git(["add", "--force", "."]);
    repo.git(["commit", "--quiet", "-m", "first"]);
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
    repo.write("built/kept/file", "two\n");
    git.until(|panel| panel.has("built/kept/file")).await;
    repo.write("built/kept/other", "ignored\n");
    repo.write("shown", "");
    let shown = git.until(|panel| panel.has("shown")).await;
    assert!(!Panel(&shown).has("built/kept/other"));
    git.end().await;
}

#[tokio::test]
async fn many_new_files_of_a_folder_hide_no_other() {
    let repo = Repo::new();
    repo.commit("a", "a\n", "first");
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
    for nth in 0..3_000 {
        repo.write(format!("built/{nth}"), "object\n");
    }
    repo.write("mine", "mine\n");
    let shown = git
        .until(|panel| {
            panel.has("mine") && panel.repository("").is_some_and(|found| found.untracked == 3_001)
        })
        .await;
    let listed = Panel(&shown).files().count();
    assert!((2..1_000).contains(&listed), "{listed} are listed");
    assert_eq!(Panel(&shown).repository("").unwrap().left_out as usize, 3_001 - listed);
    fs::remove_dir_all(repo.path.join("built")).unwrap();
    git.until(|panel| panel.repository("").is_some_and(|found| (found.untracked, found.left_out) == (1, 0)))
        .await;
    git.end().await;
}
