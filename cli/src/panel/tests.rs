//! Whole pages, as a guest reads them.

use jumpseat_engine::face::panels::{self as face, *};

use super::{Around, Opened, Panel, Row, diff, find_block, find_files, gist, name, page, touched};

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
    assert_eq!(sides, [(diff::Part::Staged, true, false), (diff::Part::Untracked, false, true)]);
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
    use diff::Part::{Conflict, Staged, Unstaged, Untracked};
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
    let line = face::Line {
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
    assert!(coming.contains("It is on its way."), "{coming}");
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

/// Whatever stands in a panel, and wherever, no row of its page holds a sign that a terminal acts on.
#[test]
fn nothing_hostile_is_in_any_row() {
    const HOSTILE: &str = "\x1b]52;c;aGk=\x07\u{9b}31m\u{202e}\r\n\u{200b}x";
    let mut all: Vec<(PanelKind, Panel)> = vec![(PanelKind::Git, git()), (PanelKind::Review, review())];
    for kind in PanelKind::ALL {
        let mine = everything().into_iter().filter(|entry| entry.kind() == kind);
        let entries = mine.enumerate().map(|(nth, entry)| (key(&nth.to_string()), entry)).collect();
        all.push((kind, Panel { entries, ..panel([]) }));
    }
    let mut poisoned = 0;
    for (kind, mut panel) in all {
        let json = serde_json::to_value(&panel.entries).unwrap();
        panel.entries = serde_json::from_value(poison(json, HOSTILE)).unwrap();
        let around = Around { host: HOSTILE, ..around() };
        for row in page(kind, Some(Some(&panel)), around) {
            let text = row.line.to_string();
            assert!(text.chars().all(jumpseat_panels::text::is_shown), "{text:?}");
            poisoned += text.matches("52;c;").count();
        }
        assert!(gist(kind, &panel).chars().all(jumpseat_panels::text::is_shown));
    }
    assert!(poisoned > 60, "it was looked at: {poisoned}");
}

/// Puts the text at the end of all that is free text.
fn poison(value: serde_json::Value, text: &str) -> serde_json::Value {
    use serde_json::Value;
    // Words of which only some are known.
    const KNOWN: [&str; 13] = [
        "is", "panel", "what", "tree", "shape", "level", "state", "side", "verdict", "link", "severity",
        "id", "thread",
    ];
    match value {
        Value::Object(fields) => {
            let poisoned = fields.into_iter().map(|(name, value)| match value {
                value if KNOWN.contains(&name.as_str()) => (name, value),
                value => (name, poison(value, text)),
            });
            Value::Object(poisoned.collect())
        }
        Value::Array(values) => values.into_iter().map(|value| poison(value, text)).collect(),
        Value::String(word) => Value::String(word + text),
        value => value,
    }
}

/// A page has an end, whatever a host puts into a document and how often it says the same.
#[test]
fn no_page_is_longer_than_anybody_reads() {
    let numbered = |many: usize, entry: &Entry| -> Vec<(Key, Entry)> {
        let name = |nth| key(&format!("{:?}{nth}", entry.kind()));
        (0..many).map(|nth| (name(nth), entry.clone())).collect()
    };
    let everything = everything();
    let find =
        |is: &str| everything.iter().find(|entry| serde_json::to_value(entry).unwrap()["is"] == is).unwrap();
    let long = "a\n".repeat(3000);
    let mut body = find("comment").clone();
    if let Entry::Comment(comment) = &mut body {
        comment.thread = None;
        comment.body.text.clone_from(&long);
    }
    for (kind, parts) in [
        (PanelKind::Git, vec![find("repository").clone(), find("file").clone()]),
        (PanelKind::Review, vec![find("thread").clone(), find("comment").clone()]),
        (PanelKind::Issue, vec![find("issue").clone(), find("issue_comment").clone()]),
        (PanelKind::Review, vec![body]),
    ] {
        let each = 5000;
        let entries = parts.iter().enumerate().flat_map(|(nth, part)| {
            let prefix = nth.to_string();
            numbered(each, part)
                .into_iter()
                .map(move |(name, entry)| (key(&format!("{prefix}{name}")), entry))
        });
        let panel = Panel { entries: entries.collect(), ..panel([]) };
        let began = std::time::Instant::now();
        let rows = page(kind, Some(Some(&panel)), around());
        assert!(rows.len() <= super::rows::MAX_ROWS + 1, "{kind}: {}", rows.len());
        assert!(rows.last().unwrap().line.to_string().contains("No more than"));
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{kind}: {:?}", began.elapsed());
    }
    let text = Opened::Text { title: "x".into(), text: "\n".repeat(8 << 20) };
    assert_eq!(text.page().len(), super::rows::MAX_ROWS + 1);
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

/// One of each, with every field that there is.
fn everything() -> Vec<Entry> {
    let text = r##"[
      {"is":"repository","number":0,"name":"a","path":"","tree":"main","branch":"b","commit":"c",
       "upstream":{"name":"o","ahead":1,"behind":0,"gone":false},"base":{"name":"m","fork":"f","ahead":1,"behind":0},
       "operation":{"what":"merge"},"stashes":0,"staged":0,"unstaged":0,"untracked":0,"conflicted":0,"left_out":0,"branch_left_out":1,"fault":"x"},
      {"is":"file","repository":0,"path":"a","from":"b","staged":{"what":"added"},"unstaged":{"what":"modified"},
       "untracked":true,"conflict":{"what":"both_added"},"base":{"shape":"plain","size":1},
       "index":{"shape":"plain","size":1},"worktree":{"shape":"plain","size":1}},
      {"is":"branch_file","repository":0,"path":"a","from":"b","edit":{"what":"added"},
       "base":{"shape":"plain","size":1},"head":{"shape":"plain","size":1}},
      {"is":"commit","repository":0,"name":"c","subject":"s","author":"a","at":1,"pushed":true},
      {"is":"block","terminal":1,"title":"t","command":"c","cwd":"/","started":1,"took":1,"exit_code":0,"line":1,
       "lines":1,"unproven":true,"erased":true,"output":{"id":"o","size":1}},
      {"is":"happening","at":1,"until":2,"level":"info","who":"a","happened":{"what":"asked"}},
      {"is":"line","at":1,"file":"f","level":"info","text":"t","rest":{"id":"o","size":1}},
      {"is":"request","number":1,"repository":"r","title":"t","body":{"text":"b"},"state":"open","author":"a",
       "base":"m","head":"h","commit":"c","labels":[],"reviewers":[],"verdict":"approved",
       "checks":{"passed":0,"failed":0,"running":0,"skipped":0},"unresolved":0,"mergeable":true,"created":1,"updated":1,
       "web":"https://f.example/1"},
      {"is":"check","name":"n","state":"passed","summary":"s","started":1,"finished":2,"web":"https://f.example/1"},
      {"is":"thread","id":"i","path":"p","side":"head","line":2,"first_line":1,"original_line":1,"resolved":true,
       "outdated":false,"hunk":"h","comments":1},
      {"is":"comment","thread":"i","author":"a","at":1,"edited":false,"verdict":"approved","body":{"text":"b"},
       "web":"https://f.example/1"},
      {"is":"issue","number":1,"repository":"r","link":"closes","title":"t","body":{"text":"b"},"state":"open",
       "author":"a","labels":[],"assignees":[],"milestone":"m","created":1,"updated":1,"web":"https://f.example/1"},
      {"is":"issue_comment","issue":1,"repository":"r","author":"a","at":1,"edited":false,"body":{"text":"b"},
       "web":"https://f.example/1"},
      {"is":"finding","tool":"t","rule":"r","severity":"error","message":"m","path":"p",
       "range":{"line":1,"column":1,"end_line":1,"end_column":2},"fix":"f"},
      {"is":"rule","tool":"t","rule":"r","title":"t","text":"x","web":"https://f.example/1","findings":1},
      {"is":"unread","panel":"git","repository":0,"part":"stashes","why":"w","remedy":{"is":"retry"}}
    ]"##;
    serde_json::from_str(text).unwrap()
}

/// Scripts rely on it: what is printed stands in the reference, and what stands there is printed.
#[test]
fn the_shapes_are_those_of_the_reference() {
    let reference = include_str!("../../../docs/cli.md");
    for entry in everything() {
        let value = serde_json::to_value(&entry).unwrap();
        let is = value["is"].as_str().unwrap();
        let row = reference.lines().find(|line| line.contains(&format!("| `{is}` |"))).expect(is);
        let mut cells = row.split('|').map(str::trim).skip(1);
        // What could not be read is of any panel.
        let panel = if is == "unread" { "any" } else { name(entry.kind()) };
        assert_eq!(cells.next(), Some(panel), "{row}");
        let mut documented: Vec<&str> = cells.nth(1).unwrap().split('`').skip(1).step_by(2).collect();
        let mut printed: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        printed.retain(|field| *field != "is");
        documented.sort_unstable();
        printed.sort_unstable();
        assert_eq!(documented, printed, "{is}");
        // A field without a question mark is always there.
        let always = |field: &str| row.contains(&format!("`{field}` "));
        for field in
            printed.into_iter().filter(|field| always(field) && !row.contains(&format!("`{field}`?")))
        {
            let mut without = value.clone();
            without.as_object_mut().unwrap().remove(field);
            let read: Result<Entry, _> = serde_json::from_value(without);
            let back = read.ok().map(|read| serde_json::to_value(read).unwrap());
            assert!(back.is_none_or(|back| back.get(field).is_some()), "{is}: {field} can be left out");
        }
    }
}
