//! What lies in a working tree is compared with what is stored as git compares it: converted by line ends, encodings and
//! keywords.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use jumpseat_sources::Git;
use support::{Panel, Repo, Working};

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// What git prints of a file's change: the lines that begin with a sign.
fn signed(repo: &Repo, path: &str) -> Vec<String> {
    let said = repo.git(["-c", "core.safecrlf=false", "diff", "--no-color", "--minimal", "--", path]);
    let lines = said
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_converted_file_shows_the_lines_that_git_shows() {
    type Case =
        (&'static str, &'static [(&'static str, &'static str)], Vec<u8>, Vec<u8>, &'static str, &'static str);
    let cases: Vec<Case> = vec![
        (
            "* text=auto eol=crlf\n",
            &[],
            "1\r\n2\r\n3\r\n".into(),
            "1\r\nTWO\r\n3\r\n".into(),
            "1\n2\n3\n",
            "1\nTWO\n3\n",
        ),
        ("", &[("core.autocrlf", "true")], "1\r\n2\r\n".into(), "1\r\nTWO\r\n".into(), "1\n2\n", "1\nTWO\n"),
        ("", &[("core.autocrlf", "input")], "1\n2\n".into(), "1\r\nTWO\r\n".into(), "1\n2\n", "1\nTWO\n"),
        (
            "* -text\n",
            &[("core.autocrlf", "true")],
            "1\r\n2\r\n".into(),
            "1\r\nTWO\r\n".into(),
            "1\r\n2\r\n",
            "1\r\nTWO\r\n",
        ),
        (
            "* text working-tree-encoding=UTF-16LE-BOM\n",
            &[],
            utf16("1\n2\n"),
            utf16("1\nTW\u{f6}\n"),
            "1\n2\n",
            "1\nTW\u{f6}\n",
        ),
        (
            "* working-tree-encoding=ISO-8859-1\n",
            &[],
            b"1\n\xe4\n".into(),
            b"1\n\xf6\n".into(),
            "1\n\u{e4}\n",
            "1\n\u{f6}\n",
        ),
        ("* ident\n", &[], "$Id$\n1\n".into(), "$Id: 0123456789 $\nONE\n".into(), "$Id$\n1\n", "$Id$\nONE\n"),
        ("", &[], "\u{feff}1\n".into(), "1\n".into(), "\u{feff}1\n", "1\n"),
        (
            "* text=auto\n",
            &[("diff.suppressBlankEmpty", "true")],
            "1\n\n3\n".into(),
            "1\r\n\r\nTHREE".into(),
            "1\n\n3\n",
            "1\n\nTHREE",
        ),
    ];
    for (nth, (attributes, settings, before, after, stored, cleaned)) in cases.into_iter().enumerate() {
        let repo = Repo::new();
        for (key, value) in settings {
            repo.git(["config", key, value]);
        }
        repo.commit("deep/.gitattributes", attributes, "attributes");
        repo.commit("deep/f.txt", before, "first");
        repo.write("deep/f.txt", after);
        let mut git = Working::begin(Git::new(&repo.path));
        let shown = git.until(|panel| panel.is_fresh() && panel.has("deep/f.txt")).await;
        let file = Panel(&shown).file("deep/f.txt").unwrap();
        assert_eq!(git.content(&file.index).await, stored, "{nth}");
        assert_eq!(git.converted(&file.worktree).await, cleaned, "{nth}");
        assert!(!file.index.as_ref().unwrap().binary && !file.worktree.as_ref().unwrap().binary, "{nth}");
        let lines = signed(&repo, "deep/f.txt");
        let count = |character| lines.iter().filter(|line| line.starts_with(character)).count() as u32;
        let edit = file.unstaged.unwrap();
        assert_eq!((edit.added, edit.removed), (Some(count('+')), Some(count('-'))), "{nth}: {lines:?}");
        git.end().await;
    }
}

#[tokio::test]
async fn a_file_in_conflict_compares_as_git_stores_it() {
    let repo = Repo::new();
    repo.commit(".gitattributes", "* text eol=crlf\n", "attributes");
    repo.commit("a", "one\r\ntwo\r\n", "first");
    repo.git(["switch", "--quiet", "-c", "other"]);
    repo.commit("a", "other\r\ntwo\r\n", "other");
    repo.git(["switch", "--quiet", "main"]);
    repo.commit("a", "main\r\ntwo\r\n", "main");
    assert!(!repo.try_git(["merge", "other"]).0);
    repo.write("a", "both\r\ntwo\r\n");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("a")).await;
    let file = Panel(&shown).file("a").unwrap();
    assert_eq!(git.content(&file.conflict.as_ref().unwrap().ours).await, "main\ntwo\n");
    assert_eq!(git.converted(&file.worktree).await, "both\ntwo\n");
    git.end().await;
}

#[tokio::test]
async fn other_rules_are_another_content() {
    let repo = Repo::new();
    repo.commit("a.txt", "one\r\ntwo\r\n", "first");
    repo.write("a.txt", "one\r\nTWO\r\n");
    let mut git = Working::begin(Git::new(&repo.path));
    let shown = git.until(|panel| panel.is_fresh() && panel.has("a.txt")).await;
    let before = Panel(&shown).file("a.txt").unwrap().clone();
    assert_eq!(git.content(&before.worktree).await, "one\r\nTWO\r\n");
    assert_eq!(before.unstaged.unwrap().added, Some(1));
    repo.write("watched", "");
    git.until(|panel| panel.has("watched")).await;
    // Both lines differ from what is stored now.
    repo.write(".gitattributes", "*.txt text\n");
    let shown = git
        .until(|panel| {
            panel.file("a.txt").is_some_and(|file| file.unstaged.is_some_and(|edit| edit.added == Some(2)))
        })
        .await;
    let after = Panel(&shown).file("a.txt").unwrap();
    assert_eq!(git.converted(&after.worktree).await, "one\nTWO\n");
    assert_ne!(after.worktree, before.worktree);
    git.end().await;
}
