//! The git panel, of real repositories made by the real program.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use std::{
    ffi::OsStr, fs, os::unix::ffi::OsStrExt as _, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink,
};

use jumpseat_panels::{
    ConflictKind, EditKind, Entry, OperationKind, Reference, ReferenceId, Shape, TreeKind,
};
use jumpseat_sources::{FetchError, Git};
use support::{Panel, Repo, Working};

#[tokio::test]
async fn every_state_of_a_file_shows_with_its_contents() {
    let repo = Repo::new();
    for name in ["staged", "unstaged", "both", "gone", "gone-staged", "mode", "moved"] {
        repo.write(name, format!("{name}\none\ntwo\nthree\n"));
    }
    repo.git(["add", "."]);
    repo.git(["commit", "--quiet", "-m", "first"]);
    repo.write("staged", "staged\none\n2\nthree\n");
    repo.write("both", "both\nindex\n");
    repo.git(["add", "."]);
    repo.write("both", "both\nworktree\n");
    repo.write("unstaged", "changed\n");
    fs::remove_file(repo.path.join("gone")).unwrap();
    repo.git(["rm", "--quiet", "gone-staged"]);
    fs::set_permissions(repo.path.join("mode"), fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(["mv", "moved", "folder-less"]);
    repo.write("new/deep/file", "untracked\n");
    symlink("unstaged", repo.path.join("link")).unwrap();

    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("new/deep/file")).await;
    let panel = Panel(&shown);
    let file = |path: &str| panel.file(path).unwrap_or_else(|| panic!("no {path}"));

    let staged = file("staged");
    assert_eq!(
        staged.staged.map(|edit| (edit.what, edit.added, edit.removed)),
        Some((EditKind::Modified, Some(1), Some(1)))
    );
    assert!(staged.unstaged.is_none() && staged.worktree.is_none());
    assert_eq!(git.content(&staged.base).await, "staged\none\ntwo\nthree\n");
    assert_eq!(git.content(&staged.index).await, "staged\none\n2\nthree\n");

    let both = file("both");
    assert!(both.staged.is_some() && both.unstaged.is_some());
    assert_eq!(git.content(&both.base).await, "both\none\ntwo\nthree\n");
    assert_eq!(git.content(&both.index).await, "both\nindex\n");
    assert_eq!(git.content(&both.worktree).await, "both\nworktree\n");

    let unstaged = file("unstaged");
    assert_eq!(unstaged.unstaged.unwrap().removed, Some(4));
    assert!(unstaged.base.is_none(), "it is the same as what is staged");
    assert_eq!(git.content(&unstaged.index).await, "unstaged\none\ntwo\nthree\n");

    assert_eq!(file("gone").unstaged.unwrap().what, EditKind::Deleted);
    assert!(file("gone").worktree.is_none());
    assert_eq!(file("gone-staged").staged.unwrap().what, EditKind::Deleted);
    assert!(file("gone-staged").index.is_none());
    assert_eq!(file("mode").unstaged.unwrap().what, EditKind::Modified);
    assert_eq!(file("mode").worktree.as_ref().unwrap().shape, Shape::Executable);
    let moved = file("folder-less");
    assert_eq!((moved.staged.unwrap().what, moved.from.as_deref()), (EditKind::Renamed, Some("moved")));
    assert_eq!(moved.base, moved.index);
    assert!(file("new/deep/file").untracked);
    assert_eq!(git.content(&file("new/deep/file").worktree).await, "untracked\n");
    assert_eq!(file("link").worktree.as_ref().unwrap().shape, Shape::Link);
    assert_eq!(git.content(&file("link").worktree).await, "unstaged");

    let repository = panel.repository("").unwrap();
    assert_eq!((repository.staged, repository.unstaged, repository.untracked), (4, 4, 2));
    assert_eq!(repository.branch.as_deref(), Some("main"));
    assert_eq!(repository.commit.as_deref(), Some(repo.head().as_str()));
    git.end().await;
}

#[tokio::test]
async fn what_is_saved_staged_and_committed_shows_as_it_happens() {
    let repo = Repo::new();
    repo.commit("src/a", "one\n", "first");
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;

    repo.write("src/a", "two\n");
    let saved = git.until(|panel| panel.has("src/a")).await;
    let first = Panel(&saved).file("src/a").unwrap().worktree.clone();
    assert_eq!(git.content(&first).await, "two\n");

    repo.write("src/a", "six\n");
    let again = git.until(|panel| panel.file("src/a").is_some_and(|file| file.worktree != first)).await;
    let gone = git.fetch(first.unwrap().content.as_ref().unwrap()).await;
    assert_eq!(gone, Err(FetchError::Gone), "what was saved over is not there any more");
    assert_eq!(git.content(&Panel(&again).file("src/a").unwrap().worktree).await, "six\n");

    repo.write("src/new/deep/b", "b\n");
    git.until(|panel| panel.has("src/new/deep/b")).await;
    repo.write("src/new/deep/c", "in a folder that is new\n");
    git.until(|panel| panel.has("src/new/deep/c")).await;

    repo.git(["add", "src/a"]);
    git.until(|panel| panel.file("src/a").is_some_and(|file| file.staged.is_some())).await;
    repo.git(["commit", "--quiet", "-m", "second"]);
    let head = repo.head();
    git.until(|panel| !panel.has("src/a") && panel.repository("").unwrap().commit.as_ref() == Some(&head))
        .await;

    repo.git(["switch", "--quiet", "-c", "feature/x"]);
    git.until(|panel| panel.repository("").unwrap().branch.as_deref() == Some("feature/x")).await;
    repo.write(".gitignore", "new/\n");
    git.until(|panel| !panel.has("src/new/deep/b")).await;
    git.end().await;
}

#[tokio::test]
async fn both_sides_of_a_conflict_can_be_read() {
    let repo = Repo::new();
    repo.commit("a", "base\n", "base");
    repo.commit("d", "base\n", "base of d");
    repo.git(["switch", "--quiet", "-c", "theirs"]);
    repo.git(["rm", "--quiet", "d"]);
    repo.commit("a", "theirs\n", "theirs");
    repo.git(["switch", "--quiet", "main"]);
    repo.write("d", "ours\n");
    repo.git(["add", "d"]);
    repo.commit("a", "ours\n", "ours");
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;

    assert!(!repo.try_git(["merge", "theirs"]).0);
    let shown = git
        .until(|panel| {
            panel
                .repository("")
                .is_some_and(|repository| repository.conflicted == 2 && repository.operation.is_some())
        })
        .await;
    let panel = Panel(&shown);
    assert_eq!(panel.repository("").unwrap().operation.as_ref().unwrap().what, OperationKind::Merge);
    let conflict = panel.file("a").unwrap().conflict.clone().unwrap();
    assert_eq!(conflict.what, ConflictKind::BothModified);
    assert_eq!(git.content(&conflict.base).await, "base\n");
    assert_eq!(git.content(&conflict.ours).await, "ours\n");
    assert_eq!(git.content(&conflict.theirs).await, "theirs\n");
    assert!(git.content(&panel.file("a").unwrap().worktree).await.starts_with(b"<<<<<<<"));
    let conflict = panel.file("d").unwrap().conflict.clone().unwrap();
    assert_eq!((conflict.what, conflict.theirs), (ConflictKind::DeletedByThem, None));

    repo.git(["merge", "--abort"]);
    git.until(|panel| panel.repository("").is_some_and(|r| r.conflicted == 0 && r.operation.is_none())).await;
    assert!(!repo.try_git(["rebase", "theirs"]).0);
    let shown = git
        .until(|panel| {
            panel.repository("").is_some_and(|r| r.operation.as_ref().is_some_and(|o| o.step.is_some()))
        })
        .await;
    let operation = Panel(&shown).repository("").unwrap().operation.clone().unwrap();
    assert_eq!(
        (operation.what, operation.branch.as_deref(), operation.steps),
        (OperationKind::Rebase, Some("main"), Some(1))
    );
    git.end().await;
}

#[tokio::test]
async fn submodules_and_linked_trees_are_repositories_of_their_own() {
    let library = Repo::new();
    library.commit("lib.c", "int x;\n", "library");
    let repo = Repo::new();
    repo.commit("a", "a\n", "first");
    repo.git(["submodule", "--quiet", "add", library.path.to_str().unwrap(), "deep/in/the/tree/lib"]);
    repo.git(["commit", "--quiet", "-m", "library"]);
    repo.git(["worktree", "add", "--quiet", "-b", "side", "trees/side"]);
    let elsewhere = tempfile::tempdir().unwrap();
    repo.git(["worktree", "add", "--quiet", "-b", "far", elsewhere.path().join("far").to_str().unwrap()]);

    let sub = Repo::at(repo.path.join("deep/in/the/tree/lib"));
    sub.write("lib.c", "int y;\n");
    let side = Repo::at(repo.path.join("trees/side"));
    side.write("a", "on the side\n");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("lib.c") && panel.has("a")).await;
    let panel = Panel(&shown);
    let kinds: Vec<_> = panel.repositories().map(|r| (r.path.as_str(), r.tree)).collect();
    assert_eq!(kinds.len(), 3, "the tree outside of the folder does not show: {kinds:?}");
    assert!(kinds.contains(&("deep/in/the/tree/lib", TreeKind::Submodule)), "{kinds:?}");
    assert!(kinds.contains(&("trees/side", TreeKind::Linked)), "{kinds:?}");
    assert_eq!(panel.repository("trees/side").unwrap().branch.as_deref(), Some("side"));
    assert_eq!(panel.file("a").unwrap().repository, panel.repository("trees/side").unwrap().number);
    assert_eq!(git.content(&panel.file("a").unwrap().worktree).await, "on the side\n");
    assert!(!panel.has("trees/side"), "a repository is not a file that git does not know");

    sub.git(["commit", "--quiet", "-am", "newer"]);
    let shown = git.until(|panel| panel.has("deep/in/the/tree/lib")).await;
    let file = Panel(&shown).file("deep/in/the/tree/lib").unwrap();
    let index = file.index.as_ref().unwrap();
    assert_eq!((index.shape, index.content.as_ref()), (Shape::Submodule, None));
    assert_eq!(index.commit.as_deref(), Some(library.head().as_str()));
    side.git(["commit", "--quiet", "-am", "on the side"]);
    git.until(|panel| !panel.has("a")).await;

    repo.git(["worktree", "add", "--quiet", "-b", "later", "trees/later"]);
    git.until(|panel| panel.repository("trees/later").is_some()).await;
    repo.git(["worktree", "remove", "trees/later"]);
    git.until(|panel| panel.repository("trees/later").is_none()).await;
    git.end().await;
}

#[tokio::test]
async fn names_that_are_no_text_binary_huge_and_crlf_files_show() {
    let repo = Repo::new();
    repo.commit("crlf", "one\r\ntwo\r\n", "first");
    repo.commit("picture", b"\x89PNG\0\x01", "picture");
    repo.git(["config", "core.autocrlf", "input"]);
    let name = OsStr::from_bytes(b"caf\xe9");
    repo.write(name, "latin\n");
    repo.write("ta\tb\nline \u{202e}gnp", "signs\n");
    repo.write("crlf", "one\r\n2\r\n");
    repo.write("picture", b"\x89PNG\0\x02");
    repo.write("empty", "");
    let huge = fs::File::create(repo.path.join("huge")).unwrap();
    huge.set_len(3 << 30).unwrap();
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("huge")).await;
    let panel = Panel(&shown);
    assert_eq!(git.content(&panel.file("caf\\351").unwrap().worktree).await, "latin\n");
    let odd = panel.files().find(|file| file.path.starts_with("ta")).unwrap();
    assert_eq!(git.content(&odd.worktree).await, "signs\n");
    assert!(
        odd.path.chars().all(|character| !character.is_control() && character != '\u{202e}'),
        "{:?}",
        odd.path
    );
    assert_eq!(git.content(&panel.file("crlf").unwrap().worktree).await, "one\r\n2\r\n");
    let picture = panel.file("picture").unwrap();
    assert!(picture.worktree.as_ref().unwrap().binary && picture.index.as_ref().unwrap().binary);
    assert_eq!(picture.unstaged.unwrap().added, None);
    let huge = panel.file("huge").unwrap().worktree.clone().unwrap();
    assert_eq!((huge.size, huge.content), (3 << 30, None));
    assert_eq!(panel.file("empty").unwrap().worktree.as_ref().unwrap().content, None);
    git.end().await;
}

#[tokio::test]
async fn nothing_that_a_repository_brings_with_it_runs() {
    let repo = Repo::new();
    repo.write(".gitattributes", "* filter=evil diff=evil\n");
    repo.commit("a", "one\n", "first");
    let canary = repo.path.join(".git/canary");
    let script = repo.path.join(".git/evil.sh");
    fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", canary.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let evil = script.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.status",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "gpg.program",
        "core.alternateRefsCommand",
        "alias.status",
    ] {
        repo.git(["config", key, evil]);
    }
    repo.git(["config", "filter.evil.required", "true"]);
    repo.git(["config", "log.showSignature", "true"]);
    repo.git(["config", "core.hooksPath", repo.path.join(".git").to_str().unwrap()]);
    for hook in ["post-index-change", "pre-commit", "reference-transaction", "fsmonitor-watchman"] {
        fs::copy(&script, repo.path.join(".git/hooks").join(hook)).unwrap();
        fs::copy(&script, repo.path.join(".git").join(hook)).unwrap();
    }
    repo.write("a", "two\n");
    repo.write("b", "new\n");
    let before = repo.path.join(".git/index").metadata().unwrap().modified().unwrap();
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("a") && panel.has("b")).await;
    assert_eq!(git.content(&Panel(&shown).file("a").unwrap().index).await, "one\n");
    assert_eq!(Panel(&shown).file("a").unwrap().unstaged.unwrap().added, Some(1));
    repo.write("a", "three\n");
    git.until(|panel| panel.0.entries != shown.entries).await;
    git.end().await;
    assert!(!canary.exists(), "{}", fs::read_to_string(canary).unwrap());
    assert_eq!(
        repo.path.join(".git/index").metadata().unwrap().modified().unwrap(),
        before,
        "nothing was written"
    );
}

#[tokio::test]
async fn no_file_of_the_workspace_makes_another_folder_readable() {
    let secret = Repo::new();
    secret.commit("secret", "canary\n", "canary of the secret");
    let workspace = tempfile::tempdir().unwrap();
    let at = workspace.path().canonicalize().unwrap();
    // A file that points to another repository, a link to one, and a setting that moves the working tree.
    fs::create_dir(at.join("pointer")).unwrap();
    fs::write(at.join("pointer/.git"), format!("gitdir: {}/.git\n", secret.path.display())).unwrap();
    fs::create_dir(at.join("linked")).unwrap();
    symlink(secret.path.join(".git"), at.join("linked/.git")).unwrap();
    fs::create_dir(at.join("moved")).unwrap();
    let moved = Repo::at(at.join("moved"));
    moved.git(["init", "--quiet"]);
    moved.git(["config", "core.worktree", secret.path.to_str().unwrap()]);
    fs::create_dir(at.join("common")).unwrap();
    let common = Repo::at(at.join("common"));
    common.git(["init", "--quiet"]);
    fs::write(at.join("common/.git/commondir"), secret.path.join(".git").to_str().unwrap()).unwrap();
    // Objects and branches of another one, by links and by git's own way to borrow.
    for (name, borrow) in [("objects", true), ("alternates", false)] {
        fs::create_dir(at.join(name)).unwrap();
        let borrower = Repo::at(at.join(name));
        borrower.git(["init", "--quiet"]);
        let (own, other) = (at.join(name).join(".git"), secret.path.join(".git"));
        if borrow {
            for part in ["objects", "refs"] {
                fs::remove_dir_all(own.join(part)).unwrap();
                symlink(other.join(part), own.join(part)).unwrap();
            }
        } else {
            fs::write(own.join("objects/info/alternates"), other.join("objects").to_str().unwrap()).unwrap();
            symlink(other.join("refs/heads/main"), own.join("refs/heads/main")).unwrap();
        }
    }
    // The same by single folders of objects, and by single packs.
    secret.git(["repack", "-q"]);
    for (name, inner) in [("loose", "ab"), ("packs", "pack/pack-1.pack")] {
        fs::create_dir(at.join(name)).unwrap();
        Repo::at(at.join(name)).git(["init", "--quiet"]);
        symlink(secret.path.join(".git/objects"), at.join(name).join(".git/objects").join(inner)).unwrap();
    }
    // And an honest one, with links out of it.
    fs::create_dir(at.join("honest")).unwrap();
    let honest = Repo::at(at.join("honest"));
    honest.git(["init", "--quiet"]);
    honest.commit("folder/secret", "mine\n", "honest");
    fs::remove_dir_all(at.join("honest/folder")).unwrap();
    symlink(&secret.path, at.join("honest/folder")).unwrap();
    symlink(secret.path.join("secret"), at.join("honest/link")).unwrap();
    fs::create_dir(at.join("honest/.git/rebase-merge")).unwrap();
    symlink(secret.path.join("secret"), at.join("honest/.git/rebase-merge/head-name")).unwrap();

    let mut git = Working::begin(Git::new(&at));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("link")).await;
    let text = format!("{shown:?}");
    assert!(!text.contains("canary"), "{text}");
    assert!(!text.contains(secret.path.to_str().unwrap()), "{text}");
    for entry in shown.entries.values() {
        let mut references = Vec::new();
        entry.references(&mut |reference| references.push(reference.clone()));
        for reference in references {
            let bytes = git.fetch(&reference).await.unwrap();
            assert!(!bytes.starts_with(b"canary"), "{entry:?}");
        }
    }
    let panel = Panel(&shown);
    assert_eq!(panel.file("folder/secret").unwrap().unstaged.unwrap().what, EditKind::Deleted);
    assert!(panel.repository("pointer").unwrap().fault.is_some());
    for name in ["linked", "objects", "alternates", "loose", "packs"] {
        assert!(panel.repository(name).unwrap().fault.is_some(), "{name}");
    }
    git.end().await;
}

#[tokio::test]
async fn what_is_not_in_the_panel_is_not_given() {
    let repo = Repo::new();
    repo.commit("old", "committed long ago\n", "old");
    let oid = repo.git(["rev-parse", "HEAD:old"]).trim().to_owned();
    let commit = repo.head();
    repo.write("a", "a\n");
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.has("a")).await;
    for id in [oid.as_str(), commit.as_str(), "HEAD", "w:0000", "HEAD:old"] {
        let reference = Reference { id: ReferenceId::new(id).unwrap(), size: 1 };
        assert_eq!(git.fetch(&reference).await, Err(FetchError::Gone), "{id}");
    }
    git.end().await;
}

#[tokio::test]
async fn a_workspace_within_a_repository_shows_its_part_alone() {
    let repo = Repo::new();
    repo.commit("other/private", "x\n", "first");
    repo.commit("part/mine", "x\n", "second");
    repo.write("other/private", "y\n");
    repo.write("other/untracked", "y\n");
    repo.write("part/mine", "y\n");
    let mut git = Working::begin(Git::new(repo.path.join("part")));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("mine")).await;
    assert!(!format!("{:?}", shown.entries).contains("other/"));
    assert_eq!(git.content(&Panel(&shown).file("mine").unwrap().worktree).await, "y\n");
    repo.write("part/later", "z\n");
    git.until(|panel| panel.has("later")).await;
    git.end().await;
}

#[tokio::test]
async fn a_branch_shows_its_commits_and_files_against_its_base() {
    let origin = Repo::new();
    origin.commit("a", "a\n", "first");
    let folder = tempfile::tempdir().unwrap();
    Repo::at(folder.path()).git(["clone", "--quiet", origin.path.to_str().unwrap(), "clone"]);
    let repo = Repo::at(folder.path().join("clone").canonicalize().unwrap());
    repo.git(["switch", "--quiet", "-c", "feature"]);
    repo.commit("b", "b\n", "pushed");
    repo.git(["push", "--quiet", "--set-upstream", "origin", "feature"]);
    repo.commit("a", "A\n", "not \u{202e}pushed");
    origin.commit("c", "c\n", "meanwhile");
    repo.git(["fetch", "--quiet"]);

    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.repository("").is_some()).await;
    let repository = Panel(&shown).repository("").unwrap();
    let upstream = repository.upstream.as_ref().unwrap();
    assert_eq!((upstream.name.as_str(), upstream.ahead, upstream.behind), ("origin/feature", 1, 0));
    let base = repository.base.as_ref().unwrap();
    assert_eq!((base.name.as_str(), base.ahead, base.behind), ("origin/main", 2, 1));
    let commits: Vec<_> = shown
        .entries
        .values()
        .filter_map(|entry| match entry {
            Entry::Commit(commit) => Some((commit.subject.as_str(), commit.pushed)),
            _ => None,
        })
        .collect();
    assert_eq!(commits, [("not pushed", false), ("pushed", true)]);
    let files: Vec<_> = shown
        .entries
        .values()
        .filter_map(|entry| match entry {
            Entry::BranchFile(file) => Some(file),
            _ => None,
        })
        .collect();
    assert_eq!(files.len(), 2);
    assert_eq!((files[0].path.as_str(), files[0].edit.what), ("a", EditKind::Modified));
    assert_eq!(git.content(&files[0].base).await, "a\n");
    assert_eq!(git.content(&files[0].head).await, "A\n");

    repo.git(["push", "--quiet"]);
    git.until(|panel| panel.repository("").unwrap().upstream.as_ref().unwrap().ahead == 0).await;
    git.end().await;
}

#[tokio::test]
async fn a_folder_without_a_repository_is_empty_until_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut git = Working::begin(Git::new(folder.path()));
    let shown = git.until(|panel| panel.is_fresh()).await;
    assert!(shown.entries.is_empty());
    let repo = Repo::at(folder.path().canonicalize().unwrap());
    repo.git(["init", "--quiet", "--initial-branch=main"]);
    repo.write("a", "a\n");
    git.refresh().await;
    let shown = git.until(|panel| panel.has("a")).await;
    assert_eq!(Panel(&shown).repository("").unwrap().commit, None);
    repo.git(["add", "a"]);
    git.until(|panel| panel.file("a").is_some_and(|file| file.staged.is_some())).await;
    git.end().await;
}

#[tokio::test]
async fn a_repository_of_100_000_files_is_watched_whole() {
    let repo = Repo::of_files(100_000);
    repo.write(".gitignore", "target/\n");
    repo.write("d03/e50/f07", "changed\n");
    let mut git = Working::begin(Git::new(&repo.path));
    git.until(|panel| panel.is_fresh() && panel.has("d03/e50/f07") && panel.has(".gitignore")).await;
    repo.write("d09/e99/f99", "changed\n");
    git.until(|panel| panel.has("d09/e99/f99")).await;
    // What a build writes where nobody looks changes nothing; more new files than are listed are counted.
    for nth in 0..1_000 {
        repo.write(format!("target/{nth}"), "");
        repo.write(format!("d00/new/{nth}"), "x");
    }
    for nth in 0..5_000 {
        repo.write(format!("d01/new/{nth}"), "x");
    }
    let shown = git.until(|panel| panel.repository("").is_some_and(|found| found.untracked == 6_001)).await;
    assert!(Panel(&shown).files().all(|file| !file.path.starts_with("target")));
    assert_eq!(
        Panel(&shown).repository("").unwrap().left_out as usize,
        6_003 - Panel(&shown).files().count()
    );
    git.end().await;
}
