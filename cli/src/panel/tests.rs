//! Whole pages, as a guest reads them.

use jumpseat_engine::api::panels::{self as api, *};

use super::{Around, Opened, Panel, Row, diff_request, find_block, find_files, gist, page, touched};

mod every_entry;

const NOW: u64 = 1_800_000_000_000;

fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

fn panel(entries: impl IntoIterator<Item = (&'static str, Entry)>) -> Panel {
    let entries = entries.into_iter().map(|(name, entry)| (key(name), entry)).collect();
    Panel { state: SourceState::Fresh, left_out: 0, changed: NOW - 3000, entries }
}

fn around() -> Around<'static> {
    Around { host: "Ann", offline: None, now: NOW }
}

fn text(rows: &[Row]) -> String {
    rows.iter().map(|row| row.line.to_string().trim_end().to_owned() + "\n").collect()
}

fn show(kind: PanelKind, panel: &Panel) -> String {
    format!("{}\n= {}", text(&page(kind, Some(Some(panel)), around())), gist(kind, panel))
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
fn git_reads_as_it_should() {
    insta::assert_snapshot!("git", show(PanelKind::Git, &git()));
}

#[test]
fn what_could_not_be_read_never_looks_like_nothing() {
    let unread = |kind, repository, part: &str, why: &str| {
        let remedy = Some(Remedy::Retry);
        Entry::Unread(Unread { panel: kind, repository, part: part.into(), why: why.into(), remedy })
    };
    let repository = Repository { name: "work".into(), ..Repository::default() };
    let broken = Repository {
        number: 1,
        name: "sub".into(),
        path: "sub".into(),
        fault: Some("permission denied".into()),
        ..Repository::default()
    };
    let git = panel([
        ("00", Entry::Repository(repository)),
        ("00/unread/untracked", unread(PanelKind::Git, Some(0), "untracked files", "git took too long")),
        ("01", Entry::Repository(broken)),
        ("unread/more", unread(PanelKind::Git, None, "all repositories", "only the first 32 are shown")),
    ]);
    insta::assert_snapshot!(show(PanelKind::Git, &git), @"
    Changes · shared by Ann, read-only · changed 3 s ago

    Could not read all repositories: only the first 32 are shown. Ann can try again.
    work  branch unknown
      Could not read untracked files: git took too long. Ann can try again.

    sub
      permission denied

    = no changes in 2 repositories, not all could be read
    ");
    for kind in PanelKind::ALL {
        let panel = panel([("unread/a", unread(kind, None, "reports/a.sarif", "it is larger than 32 MB"))]);
        let shown = show(kind, &panel);
        assert!(shown.contains("Could not read reports/a.sarif: it is larger than 32 MB."), "{shown}");
        assert!(!shown.contains("Nothing was") && shown.contains("not all could be read"), "{shown}");
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
    assert_eq!(
        sides,
        [(diff_request::Part::Staged, true, false), (diff_request::Part::Untracked, false, true)]
    );
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
    use diff_request::Part::{Conflict, Staged, Unstaged, Untracked};
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
fn history_reads_as_it_should() {
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
fn what_nobody_proved_says_so_before_it_says_anything_else() {
    let block = |unproven, erased| Block {
        terminal: 1,
        command: Some("rm -rf /srv/prod".into()),
        started: NOW,
        took: Some(20),
        exit_code: Some(0),
        unproven,
        erased,
        ..Block::default()
    };
    let history = panel([("1", Entry::Block(block(true, false))), ("2", Entry::Block(block(false, true)))]);
    let shown = show(PanelKind::History, &history);
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("/srv/prod")).collect();
    assert!(lines[0].contains("(unproven) rm -rf") && !lines[0].contains("erased"), "{shown}");
    assert!(!lines[1].contains("unproven") && lines[1].contains("output was erased"), "{shown}");
    let happened = Happened::Ran {
        terminal: "sh".into(),
        command: "rm -rf /srv/prod".into(),
        exit_code: Some(0),
        unproven: true,
    };
    let ran = Happening { at: NOW, until: None, level: Level::Info, who: None, happened };
    let shown = show(PanelKind::Log, &panel([("1", Entry::Happening(ran))]));
    assert!(shown.contains("(unproven) sh $ rm"), "{shown}");
}

#[test]
fn the_log_reads_as_it_should() {
    let at = |seconds: u64| NOW - seconds * 1000;
    let happening = |at, who: &str, level, happened| {
        Entry::Happening(Happening { at, until: None, level, who: Some(who.into()), happened })
    };
    let typed = Happening {
        at: at(30),
        until: Some(at(20)),
        level: Level::Info,
        who: Some("Bo".into()),
        happened: Happened::Typed { terminal: "bash".into() },
    };
    let ran = Happened::Ran {
        terminal: "bash".into(),
        command: "false".into(),
        exit_code: Some(1),
        unproven: false,
    };
    let line = api::Line {
        at: at(25),
        file: "app.log".into(),
        level: Some(Level::Error),
        text: "boom\u{202e}".into(),
        rest: None,
    };
    let panel = panel([
        ("1", happening(at(40), "Bo", Level::Info, Happened::Joined { role: "viewer".into() })),
        ("2", Entry::Happening(typed)),
        ("3", happening(at(10), "", Level::Warning, ran)),
        ("4", Entry::Line(line)),
    ]);
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
fn the_review_reads_as_it_should() {
    insta::assert_snapshot!("review", show(PanelKind::Review, &review()));
}

#[test]
fn issues_read_as_they_should() {
    let issue = Issue {
        number: 7,
        repository: "team/app".into(),
        link: IssueLink::Closes,
        title: "Slow start".into(),
        body: Body {
            text: "Ten seconds.".into(),
            rest: Some(Reference { id: ReferenceId::new("r").unwrap(), size: 9000 }),
        },
        state: IssueState::Open,
        author: "bo".into(),
        labels: Vec::new(),
        assignees: vec!["ann".into()],
        milestone: Some("1.0".into()),
        created: NOW - 86_400_000,
        updated: NOW,
        web: None,
    };
    let comment = IssueComment {
        issue: 7,
        repository: "team/app".into(),
        author: "cy".into(),
        at: NOW - 60_000,
        edited: true,
        body: Body { text: "Seen, too".into(), rest: None },
        web: None,
    };
    let panel = panel([("1", Entry::Issue(issue)), ("2", Entry::IssueComment(comment))]);
    insta::assert_snapshot!("issue", show(PanelKind::Issue, &panel));
}

#[test]
fn findings_read_as_they_should() {
    let finding = |severity, path: Option<&str>, line| {
        Entry::Finding(Finding {
            tool: "ruff".into(),
            rule: Some("F401".into()),
            severity,
            message: "unused import\nsecond line".into(),
            path: path.map(str::to_owned),
            range: Some(Range { line, column: 1, end_line: line, end_column: 4 }),
            fix: Some("remove it".into()),
        })
    };
    let panel = panel([
        ("1", finding(Severity::Warning, Some("b.py"), 9)),
        ("2", finding(Severity::Error, Some("b.py"), 2)),
        ("3", finding(Severity::Note, None, 1)),
    ]);
    insta::assert_snapshot!("findings", show(PanelKind::Findings, &panel));
}

#[test]
fn what_is_not_there_says_so() {
    let none = text(&page(PanelKind::Git, None, around()));
    assert!(none.contains("Ann does not share this panel."), "{none}");
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
    assert!(gist(PanelKind::Git, &starting).contains("first time"));
    let offline = Around { offline: Some(NOW - 120_000), ..around() };
    assert!(text(&page(PanelKind::Log, Some(Some(&empty)), offline)).contains("Offline since 2 min ago"));
    let stale = Panel { state: SourceState::Stale { since: NOW - 60_000 }, left_out: 3, ..empty.clone() };
    let shown = text(&page(PanelKind::Review, Some(Some(&stale)), around()));
    assert!(shown.contains("As of 1 min ago") && shown.contains("3 more"), "{shown}");
    let failed = SourceState::Failed {
        since: NOW - 60_000,
        why: "it wants a name".into(),
        remedy: Some(Remedy::InstallGit),
    };
    let failed = Panel { state: failed, ..empty };
    let shown = text(&page(PanelKind::Review, Some(Some(&failed)), around()));
    assert!(
        shown.contains("Nothing newer since 1 min ago: it wants a name. Ann can install git."),
        "{shown}"
    );
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
