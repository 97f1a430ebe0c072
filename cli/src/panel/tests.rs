//! Whole pages, as a guest reads them.

use jumpseat_engine::api::panels::*;
use jumpseat_panels::outline::Part;

use super::{Opened, PageContext, Panel, Row, find_block, find_files, page, panel_summary, touched};

mod every_entry;

const NOW: u64 = 1_800_000_000_000;

fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

fn panel(entries: impl IntoIterator<Item = (&'static str, Entry)>) -> Panel {
    let entries = entries.into_iter().map(|(name, entry)| (key(name), entry)).collect();
    Panel { state: SourceState::Fresh, left_out: 0, changed: NOW - 3000, entries }
}

fn around() -> PageContext<'static> {
    PageContext { host: "Ann", offline: None, now: NOW }
}

fn text(rows: &[Row]) -> String {
    rows.iter().map(|row| row.line.to_string().trim_end().to_owned() + "\n").collect()
}

fn show(kind: PanelKind, panel: &Panel) -> String {
    format!("{}\n= {}", text(&page(kind, Some(Some(panel)), around())), panel_summary(kind, panel))
}

fn version(id: &str) -> Option<Version> {
    let content = Some(Reference { id: ReferenceId::new(id).unwrap(), size: 9 });
    Some(Version { size: 9, content, ..Version::default() })
}

fn edit(what: EditKind, added: u32, removed: u32) -> Option<Edit> {
    Some(Edit { what, added: Some(added), removed: Some(removed) })
}

pub(super) fn git() -> Panel {
    let repository = Repository {
        name: "work".into(),
        branch: Some("feature".into()),
        commit: Some("2c8b5f0e".into()),
        upstream: Some(Upstream { name: "origin/feature".into(), ahead: 2, behind: 1, gone: false }),
        base: Some(Base { name: "main".into(), fork: "aa".into(), ahead: 3, behind: 0 }),
        operation: Some(Operation {
            what: OperationKind::Rebase,
            branch: Some("feature".into()),
            step: Some(2),
            steps: Some(5),
        }),
        stashes: 1,
        staged: 1,
        unstaged: 1,
        untracked: 1,
        conflicted: 1,
        ..Repository::default()
    };
    let moved = File {
        path: "src/new.rs".into(),
        from: Some("src/old.rs".into()),
        staged: edit(EditKind::Renamed, 1, 1),
        unstaged: edit(EditKind::Modified, 3, 0),
        base: version("b"),
        index: version("i"),
        worktree: version("w"),
        ..File::default()
    };
    let both = Conflict { what: ConflictKind::BothModified, base: None, ours: version("o"), theirs: None };
    let conflict =
        File { path: "x.rs".into(), conflict: Some(both), worktree: version("x"), ..File::default() };
    let new = File { path: "notes.txt".into(), untracked: true, worktree: version("n"), ..File::default() };
    let commit = Commit {
        repository: 0,
        name: "2c8b5f0e11".into(),
        subject: "Say why".into(),
        author: "Ann".into(),
        at: NOW - 7_200_000,
        pushed: false,
    };
    panel([
        ("0", Entry::Repository(repository)),
        ("0/a", Entry::File(moved)),
        ("0/b", Entry::File(conflict)),
        ("0/c", Entry::File(new)),
        ("0/d", Entry::Commit(commit)),
    ])
}

#[test]
fn changes_are_painted_below_each_other() {
    insta::assert_snapshot!("git", show(PanelKind::Git, &git()));
}

#[test]
fn what_could_not_be_read_never_looks_like_nothing() {
    for kind in PanelKind::ALL {
        let unread = Unread {
            panel: kind,
            repository: None,
            part: "reports/a.sarif".into(),
            why: "it is larger than 32 MB".into(),
            remedy: None,
        };
        let shown = show(kind, &panel([("unread/a", Entry::Unread(unread))]));
        assert!(shown.contains("Could not read reports/a.sarif  It is larger than 32 MB."), "{shown}");
        assert!(shown.ends_with("= not all could be read"), "{shown}");
    }
}

#[test]
fn both_things_that_git_says_of_a_path_are_shown_and_found() {
    let deleted = edit(EditKind::Deleted, 0, 3);
    let both = File {
        path: "a".into(),
        staged: deleted,
        untracked: true,
        base: version("b"),
        worktree: version("w"),
        ..File::default()
    };
    let git = panel([("00", Entry::Repository(Repository::default())), ("00/file/a", Entry::File(both))]);
    let shown = show(PanelKind::Git, &git);
    assert!(shown.contains("  D  a  +0 −3\n") && shown.contains("  ?  a\n"), "{shown}");
    let found = find_files(&git.entries, "a");
    let sides: Vec<_> = found.iter().map(|it| (it.part, it.before.is_some(), it.after.is_some())).collect();
    assert_eq!(sides, [(Part::Staged, true, false), (Part::Untracked, false, true)]);
}

#[test]
fn a_name_is_found_as_it_is_shown_as_it_is_and_as_git_quotes_it() {
    let file = |path: &str| Entry::File(File { path: path.into(), untracked: true, ..File::default() });
    let git = panel([
        ("00", Entry::Repository(Repository::default())),
        ("00/file/1", file("back\\slash.txt")),
        ("00/file/2", file("ta\\tb")),
        ("00/file/3", file("ta\\\\tb")),
        ("00/file/4", file("caf\\351")),
    ]);
    let paths =
        |typed: &str| find_files(&git.entries, typed).into_iter().map(|it| it.path).collect::<Vec<_>>();
    assert_eq!(paths("back\\slash.txt"), ["back\\slash.txt"]);
    assert_eq!(paths("\"back\\\\slash.txt\""), ["back\\slash.txt"]);
    assert_eq!(paths("ta\tb"), ["ta\\tb"]);
    assert_eq!(paths("ta\\tb"), ["ta\\tb"], "what is shown comes first");
    assert_eq!(paths("ta\\\\tb"), ["ta\\\\tb"]);
    assert_eq!(paths("\"caf\\351\""), ["caf\\351"]);
    let shown = show(PanelKind::Git, &git);
    assert!(shown.contains("  ?  back\\slash.txt\n") && shown.contains("  ?  ta\\tb\n"), "{shown}");
}

#[test]
fn a_path_finds_what_changed_there() {
    let git = git();
    let parts =
        |path: &str| find_files(&git.entries, path).into_iter().map(|found| found.part).collect::<Vec<_>>();
    use Part::{Conflict, Staged, Unstaged, Untracked};
    assert_eq!(parts("src/new.rs"), [Staged, Unstaged]);
    assert_eq!(parts("./src/"), [Staged, Unstaged]);
    assert_eq!(parts("src/old.rs"), [Staged, Unstaged], "by the name that it had");
    assert_eq!(parts("."), [Staged, Unstaged, Conflict, Untracked]);
    assert!(parts("src/ne").is_empty() && parts("../x.rs").is_empty());
    let staged = &find_files(&git.entries, "src/new.rs")[0];
    assert_eq!((&staged.before, &staged.after), (&version("b"), &version("i")));
    assert_eq!(find_files(&git.entries, "notes.txt")[0].before, None);
    assert_eq!(touched(&git.entries).count(), 3);
}

#[test]
fn commands_stand_in_columns_with_their_numbers() {
    let block = |command: &str, exit_code, took| Block {
        terminal: 1,
        title: "bash".into(),
        command: Some(command.into()),
        started: NOW - 60_000,
        took,
        exit_code,
        lines: 3,
        output: Some(Reference { id: ReferenceId::new("o").unwrap(), size: 9 }),
        ..Block::default()
    };
    let panel = panel([
        ("00000004", Entry::Block(block("ls", Some(0), Some(20)))),
        ("00000005", Entry::Block(block("false\necho \x1b[31m", Some(1), Some(61_000)))),
        ("00000006", Entry::Block(block("make", None, None))),
    ]);
    insta::assert_snapshot!("history", show(PanelKind::History, &panel));
    assert_eq!(find_block(&panel.entries, "6").unwrap().1.exit_code, Some(1));
    assert_eq!(find_block(&panel.entries, "last").unwrap().0, 7);
    assert!(find_block(&panel.entries, "1").is_none() && find_block(&panel.entries, "x").is_none());
}

#[test]
fn the_log_stands_in_columns_by_time() {
    let line = |seconds: u64, text: &str, level| {
        let (at, file, text) = (NOW - seconds * 1000, "app.log".into(), text.into());
        Entry::Line(Line { at, file, level: Some(level), text, rest: None })
    };
    let panel = panel([("1", line(5, "boom\u{202e}", Level::Error)), ("2", line(25, "fine", Level::Info))]);
    insta::assert_snapshot!("log", show(PanelKind::Log, &panel));
}

fn review() -> Panel {
    let body = |text: &str| Body { text: text.into(), rest: None };
    let request = Request {
        number: 12,
        repository: "team/app".into(),
        title: "Faster start".into(),
        body: body("Why:\n- it was slow"),
        state: RequestState::Open,
        author: "ann".into(),
        base: "main".into(),
        head: "feature".into(),
        commit: "aa".into(),
        labels: vec![Label { name: "perf".into(), color: None }],
        reviewers: vec![Reviewer { name: "cy".into(), verdict: Some(Verdict::ChangesRequested) }],
        verdict: None,
        checks: Checks { passed: 3, failed: 1, running: 0, skipped: 0 },
        unresolved: Some(1),
        mergeable: Some(false),
        created: NOW - 86_400_000,
        updated: NOW,
        web: Some("https://forge.example/12".into()),
    };
    let check = Check {
        name: "test".into(),
        state: CheckState::Failed,
        summary: Some("2 failed".into()),
        started: None,
        finished: None,
        web: None,
    };
    let thread = |id: &str, resolved, line| Thread {
        id: id.into(),
        path: "src/main.rs".into(),
        side: Side::Head,
        line,
        first_line: None,
        original_line: Some(7),
        resolved: Some(resolved),
        outdated: line.is_none(),
        hunk: Some("@@ -1 +1 @@\n-old\n+new".into()),
        comments: 1,
    };
    let comment = |thread: Option<&str>, text: &str, verdict| Comment {
        thread: thread.map(str::to_owned),
        author: "cy".into(),
        at: NOW - 3_600_000,
        edited: false,
        verdict,
        body: body(text),
        web: None,
    };
    panel([
        ("1", Entry::Request(request)),
        ("2", Entry::Check(check)),
        ("3", Entry::Thread(thread("t1", true, None))),
        ("4", Entry::Thread(thread("t2", false, Some(9)))),
        ("5", Entry::Comment(comment(Some("t2"), "Is that so?\nReally?", None))),
        ("6", Entry::Comment(comment(Some("t1"), "Typo", None))),
        ("7", Entry::Comment(comment(None, "Not yet", Some(Verdict::ChangesRequested)))),
    ])
}

#[test]
fn a_review_is_painted_with_all_that_was_said() {
    insta::assert_snapshot!("review", show(PanelKind::Review, &review()));
}

#[test]
fn the_rest_of_a_long_text_can_be_opened() {
    let rest = Some(Reference { id: ReferenceId::new("r").unwrap(), size: 9000 });
    let comment = Comment {
        thread: None,
        author: "cy".into(),
        at: NOW - 60_000,
        edited: false,
        verdict: None,
        body: Body { text: "Ten seconds.".into(), rest },
        web: None,
    };
    let rows = page(PanelKind::Review, Some(Some(&panel([("1", Entry::Comment(comment))]))), around());
    let last = rows.last().unwrap();
    assert_eq!(last.line.to_string().trim(), "… 9 KB in all");
    assert!(matches!(&last.target, Some(super::RowTarget::Text { title, .. }) if title == "cy"));
}

#[test]
fn what_is_not_there_says_so() {
    let none = text(&page(PanelKind::Git, None, around()));
    assert!(none.contains("The host does not share changes."), "{none}");
    let coming = text(&page(PanelKind::Git, Some(None), around()));
    assert!(coming.contains("Loading…"), "{coming}");
    let empty = Panel { changed: NOW, ..panel([]) };
    for kind in PanelKind::ALL {
        let shown = text(&page(kind, Some(Some(&empty)), around()));
        assert!(
            shown.contains("read-only") && shown.contains("just now") && shown.lines().count() == 3,
            "{shown}"
        );
    }
    let starting = Panel { state: SourceState::Starting, ..empty.clone() };
    assert_eq!(panel_summary(PanelKind::Git, &starting), "Loading…");
    let offline = PageContext { offline: Some(NOW - 120_000), ..around() };
    assert!(text(&page(PanelKind::Log, Some(Some(&empty)), offline)).contains("Offline since 2 min ago"));
    let stale = Panel { state: SourceState::Stale { since: NOW - 60_000 }, left_out: 3, ..empty.clone() };
    let shown = text(&page(PanelKind::Review, Some(Some(&stale)), around()));
    assert!(
        shown.contains("As of 1 min ago: Ann cannot reach its source now.") && shown.contains("3 more"),
        "{shown}"
    );
    let failed = SourceState::Failed {
        since: NOW - 60_000,
        why: "it wants a name".into(),
        remedy: Some(Remedy::InstallGit),
    };
    let failed = Panel { state: failed, ..empty };
    let shown = text(&page(PanelKind::Review, Some(Some(&failed)), around()));
    assert!(shown.contains("It wants a name. Ann has to install git. Shown as of 1 min ago."), "{shown}");
}

/// A file's path goes from the workspace on, also where it is in a repository below.
#[test]
fn repositories_below_are_told_apart() {
    let repository = |number, path: &str| {
        Entry::Repository(Repository { number, name: "x".into(), path: path.into(), ..Repository::default() })
    };
    let file = |repository| {
        let path = "src/a.rs".to_owned();
        Entry::File(File { repository, path, untracked: true, ..File::default() })
    };
    let panel =
        panel([("0", repository(0, "")), ("1", repository(1, "lib")), ("2", file(0)), ("3", file(1))]);
    let found =
        |path: &str| find_files(&panel.entries, path).into_iter().map(|found| found.path).collect::<Vec<_>>();
    assert_eq!(found("src/a.rs"), ["src/a.rs"]);
    assert_eq!(found("lib"), ["lib/src/a.rs"]);
    assert_eq!(found("."), ["src/a.rs", "lib/src/a.rs"]);
    assert_eq!(touched(&panel.entries).collect::<Vec<_>>(), ["src/a.rs", "lib/src/a.rs"]);
}
