//! The git panel of repositories of which a part cannot be read: that part is said to be unread, and all else is shown.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use std::fs;

use jumpseat_panels::{ConflictKind, EditKind, SourceState};
use jumpseat_sources::Git;
use support::{Panel, Repo, Working};

/// A repository with something of everything: a base, an upstream, a stash, and changes that are staged and not.
fn full() -> Repo {
    let repo = Repo::new();
    let lines = |from: u32, to: u32| (from..to).map(|n| format!("{n}\n")).collect::<String>();
    repo.commit("a", lines(0, 20), "zeroth");
    repo.commit("b", lines(0, 30), "first");
    repo.git(["switch", "--quiet", "-c", "feature"]);
    repo.commit("a", lines(0, 21), "second");
    repo.write("a", lines(0, 40));
    repo.git(["stash", "--quiet"]);
    repo.git(["update-ref", "refs/remotes/origin/feature", "main"]);
    repo.git(["config", "branch.feature.remote", "origin"]);
    repo.git(["config", "branch.feature.merge", "refs/heads/feature"]);
    repo.git(["config", "remote.origin.url", "nowhere"]);
    repo.git(["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
    repo.write("a", lines(0, 22));
    repo.write("staged", lines(50, 60));
    repo.git(["add", "staged"]);
    repo
}

/// Takes an object out of the store.
fn lose(repo: &Repo, what: &str) {
    let oid = repo.git(["rev-parse", what]);
    let (folder, name) = oid.trim().split_at(2);
    fs::remove_file(repo.path.join(".git/objects").join(folder).join(name)).unwrap();
}

#[tokio::test]
async fn a_partial_clone_without_network_shows_all_but_what_was_renamed() {
    let up = Repo::new();
    up.git(["config", "uploadpack.allowFilter", "true"]);
    up.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let lines: String = (0..200).map(|n| format!("{n}\n")).collect();
    up.commit("old.txt", &lines, "first");
    up.git(["switch", "--quiet", "-c", "feature"]);
    up.git(["mv", "old.txt", "new.txt"]);
    up.commit("new.txt", lines.replace("150\n", "changed\n"), "moved");
    up.git(["switch", "--quiet", "main"]);
    let folder = tempfile::tempdir().unwrap();
    let address = format!("file://{}", up.path.display());
    Repo::at(folder.path()).git([
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--branch=feature",
        &address,
        "here",
    ]);
    let here = Repo::at(folder.path().join("here").canonicalize().unwrap());
    here.git(["remote", "set-head", "origin", "main"]);
    here.write("new.txt", lines.replace("150\n", "changed\n") + "more\n");

    let mut git = Working::begin(Git::new(&here.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("new.txt")).await;
    let panel = Panel(&shown);
    assert_eq!(panel.file("new.txt").unwrap().unstaged.unwrap().added, Some(1));
    assert_eq!(panel.repository("").unwrap().fault, None);
    let mut files: Vec<_> = panel.branch_files().map(|file| (file.path.as_str(), file.edit.what)).collect();
    files.sort_by_key(|(path, _)| *path);
    assert_eq!(files, [("new.txt", EditKind::Added), ("old.txt", EditKind::Deleted)]);
    assert!(panel.lacks("00/unread/branch_moves"), "{:?}", panel.unread());
    let old = panel.branch_files().find(|file| file.path == "old.txt").unwrap();
    assert!(old.base.as_ref().unwrap().missing, "it is not an empty file");
    assert_eq!(panel.commits(), 1);
    git.end().await;
}

#[tokio::test]
async fn what_fails_takes_only_its_own_part_away() {
    type Break = fn(&Repo);
    let cases: [(&str, Break, &[&str]); 9] = [
        ("nothing", |_| {}, &[]),
        (
            "the index",
            |repo| repo.write(".git/index", "damaged"),
            &["staged", "unstaged", "untracked", "upstream"],
        ),
        ("the tree of the last commit", |repo| lose(repo, "HEAD^{tree}"), &["staged", "upstream"]),
        (
            "the reference of the upstream",
            |repo| repo.write(".git/refs/remotes/origin/feature", "damaged\n"),
            &["upstream", "pushed"],
        ),
        (
            "the commit of the upstream",
            |repo| repo.write(".git/refs/remotes/origin/feature", "1".repeat(40) + "\n"),
            &["upstream", "pushed"],
        ),
        ("the base", |repo| repo.write(".git/refs/heads/main", "damaged\n"), &["base"]),
        (
            "the reference of the branch",
            |repo| repo.write(".git/refs/heads/feature", "damaged\n"),
            &["branch", "staged", "upstream"],
        ),
        (
            "the log of stashes",
            |repo| {
                fs::remove_file(repo.path.join(".git/logs/refs/stash")).unwrap();
                fs::create_dir(repo.path.join(".git/logs/refs/stash")).unwrap();
            },
            &["stashes"],
        ),
        (
            "a content that may have been renamed",
            |repo| {
                repo.git(["mv", "b", "moved"]);
                repo.write("moved", "0\n".repeat(20) + "1\n2\n3\n");
                repo.git(["add", "moved"]);
                lose(repo, "HEAD:b");
            },
            &["moves"],
        ),
    ];
    for (what, damage, expected) in cases {
        let repo = full();
        repo.write("untracked", "new\n");
        damage(&repo);
        let mut git = Working::begin(Git::new(&repo.path));
        let shown = git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
        let panel = Panel(&shown);
        let unread = panel.unread();
        let lacks = |part: &str| expected.contains(&part);
        for part in
            ["branch", "upstream", "staged", "unstaged", "untracked", "stashes", "base", "pushed", "moves"]
        {
            assert_eq!(panel.lacks(&format!("00/unread/{part}")), lacks(part), "{what}, {part}: {unread:?}");
        }
        let repository = panel.repository("").unwrap();
        assert_eq!(repository.fault, None, "{what}");
        assert_eq!(repository.branch.as_deref(), Some("feature"), "{what}");
        assert_eq!(panel.has("untracked"), !lacks("untracked"), "{what}");
        let unstaged = panel.file("a").and_then(|file| file.unstaged);
        assert_eq!(unstaged.is_some(), !lacks("unstaged"), "{what}");
        let staged = panel.files().filter(|file| file.staged.is_some()).count();
        assert_eq!(staged > 0, !lacks("staged"), "{what}");
        assert_eq!(repository.stashes, u32::from(!lacks("stashes")), "{what}");
        assert_eq!(
            repository.upstream.as_ref().map(|it| (it.ahead, it.gone)),
            (!lacks("upstream")).then_some((1, false)),
            "{what}"
        );
        assert_eq!(panel.commits() > 0, !lacks("branch"), "{what}");
        git.end().await;
    }
}

#[tokio::test]
async fn a_repository_that_git_refuses_is_not_taken_for_none() {
    for damage in [(".git/HEAD", ""), (".git/config", "[broken\n")] {
        let folder = Repo::new();
        folder.commit("a", "a\n", "first");
        folder.write(damage.0, damage.1);
        let mut git = Working::begin(Git::new(&folder.path));
        let shown = git.until(|panel| panel.0.state != SourceState::Starting).await;
        assert!(matches!(shown.state, SourceState::Failed { .. }), "{shown:?}");
        assert!(Panel(&shown).repositories().all(|repository| repository.fault.is_some()));
        git.end().await;
    }
}

#[tokio::test]
async fn a_broken_repository_takes_nothing_from_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    for (name, damage) in
        [("fine", None), ("head", Some(("HEAD", ""))), ("index", Some(("index", "damaged")))]
    {
        fs::create_dir(at.join(name)).unwrap();
        let repo = Repo::at(at.join(name));
        repo.git(["init", "--quiet", "--initial-branch=main"]);
        repo.commit("a", "a\n", "first");
        repo.write("a", "b\n");
        if let Some((file, text)) = damage {
            repo.write(format!(".git/{file}"), text);
        }
    }
    let mut git = Working::begin(Git::new(&at));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("a")).await;
    let panel = Panel(&shown);
    assert_eq!(panel.repository("fine").unwrap().fault, None);
    let why = panel.repository("head").unwrap().fault.as_deref();
    assert_eq!(why, Some("git does not recognize it as a repository"));
    let number = panel.repository("index").unwrap().number;
    assert_eq!(panel.repository("index").unwrap().branch.as_deref(), Some("main"));
    assert!(panel.lacks(&format!("{number:02}/unread/unstaged")), "{:?}", panel.unread());
    git.end().await;
}

#[tokio::test]
async fn conflicts_show_where_the_last_commit_cannot_be_read() {
    let repo = Repo::new();
    repo.commit("a", "one\n", "first");
    repo.git(["switch", "--quiet", "-c", "other"]);
    repo.commit("a", "other\n", "other");
    repo.git(["switch", "--quiet", "main"]);
    repo.commit("a", "main\n", "main");
    let (merged, said) = repo.try_git(["merge", "other"]);
    assert!(!merged, "{said}");
    lose(&repo, "HEAD^{tree}");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("a")).await;
    let conflict = Panel(&shown).file("a").unwrap().conflict.clone().unwrap();
    assert_eq!(conflict.what, ConflictKind::BothModified);
    assert!(Panel(&shown).lacks("00/unread/staged"));
    assert_eq!(Panel(&shown).repository("").unwrap().conflicted, 1);
    git.end().await;
}

#[tokio::test]
async fn a_content_that_is_lost_is_not_an_empty_file() {
    let repo = Repo::new();
    repo.commit("fine", "fine\n", "fine");
    repo.commit("lost", "lost\n", "first");
    repo.write("fine", "changed\n");
    repo.write("lost", "changed\n");
    lose(&repo, "HEAD:lost");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("fine") && panel.has("lost")).await;
    let panel = Panel(&shown);
    let lost = panel.file("lost").unwrap();
    assert!(lost.index.as_ref().unwrap().missing && lost.unstaged.unwrap().added.is_none());
    assert_eq!(panel.file("fine").unwrap().unstaged.unwrap().added, Some(1), "it is counted all the same");
    git.end().await;
}

#[tokio::test]
async fn a_shallow_clone_says_that_its_history_ends() {
    let up = Repo::new();
    up.commit("a", "a\n", "first");
    up.git(["switch", "--quiet", "-c", "feature"]);
    up.commit("b", "b\n", "second");
    up.git(["switch", "--quiet", "main"]);
    up.commit("c", "c\n", "third");
    let folder = tempfile::tempdir().unwrap();
    let address = format!("file://{}", up.path.display());
    let args = ["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=feature", &address, "here"];
    Repo::at(folder.path()).git(args);
    let mut git = Working::begin(Git::new(folder.path().join("here")));
    let shown = git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
    assert!(Panel(&shown).lacks("00/unread/base"), "{:?}", Panel(&shown).unread());
    git.end().await;
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_gone_and_not_unread() {
    let repo = full();
    repo.git(["update-ref", "-d", "refs/remotes/origin/feature"]);
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
    assert!(Panel(&shown).repository("").unwrap().upstream.as_ref().unwrap().gone);
    assert_eq!(Panel(&shown).unread(), Vec::<String>::new());
    git.end().await;
}
