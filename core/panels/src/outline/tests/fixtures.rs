//! Panels as sources make them.

use crate::*;

pub(super) const NOW: u64 = 1_800_000_000_000;

pub(super) fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

pub(super) fn entries(all: impl IntoIterator<Item = (&'static str, Entry)>) -> Entries {
    all.into_iter().map(|(name, entry)| (key(name), entry)).collect()
}

pub(super) fn version(id: &str) -> Option<Version> {
    let content = Some(Reference { id: ReferenceId::new(id).unwrap(), size: 9 });
    Some(Version { size: 9, content, ..Version::default() })
}

pub(super) fn edit(what: EditKind, added: u32, removed: u32) -> Option<Edit> {
    Some(Edit { what, added: Some(added), removed: Some(removed) })
}

pub(super) fn git() -> Entries {
    let repository = Repository {
        name: "work".into(),
        branch: Some("feature".into()),
        commit: Some("2c8b5f0e".into()),
        upstream: Some(Upstream { name: "origin/feature".into(), ahead: 2, behind: 1, gone: false }),
        base: Some(Base { name: "main".into(), fork: "aa".into(), ahead: 3, behind: 0 }),
        operation: Some(Operation {
            what: OperationKind::CherryPick,
            branch: Some("feature".into()),
            step: Some(2),
            steps: Some(5),
        }),
        stashes: 1,
        staged: 1,
        unstaged: 2,
        untracked: 1,
        conflicted: 1,
        left_out: 4,
        branch_left_out: 1,
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
    let gone = File {
        path: "gone.rs".into(),
        unstaged: edit(EditKind::Deleted, 0, 3),
        index: version("g"),
        ..File::default()
    };
    let both = Conflict { what: ConflictKind::BothModified, base: None, ours: version("o"), theirs: None };
    let conflict =
        File { path: "x.rs".into(), conflict: Some(both), worktree: version("x"), ..File::default() };
    let large = Some(Version { size: 12 << 20, ..Version::default() });
    let new = File { path: "large.bin".into(), untracked: true, worktree: large, ..File::default() };
    let added = BranchFile {
        repository: 0,
        path: "c.rs".into(),
        from: None,
        edit: edit(EditKind::Added, 7, 0).unwrap(),
        base: None,
        head: version("h"),
    };
    let commit = |name: &str, at, pushed| {
        Entry::Commit(Commit {
            repository: 0,
            name: name.into(),
            subject: "Say why".into(),
            author: "Ann".into(),
            at,
            pushed,
        })
    };
    entries([
        ("0", Entry::Repository(repository)),
        ("0/a", Entry::File(moved)),
        ("0/b", Entry::File(conflict)),
        ("0/c", Entry::File(new)),
        ("0/d", Entry::File(gone)),
        ("0/e", Entry::BranchFile(added)),
        ("0/f", commit("aaaaaaaaaa", NOW - 9_000_000, true)),
        ("0/g", commit("2c8b5f0e11", NOW - 7_200_000, false)),
    ])
}

pub(super) fn block(command: &str, exit_code: Option<i32>, took: Option<u64>) -> Block {
    Block {
        terminal: 1,
        title: "bash".into(),
        command: Some(command.into()),
        started: NOW - 60_000,
        took,
        exit_code,
        lines: 3,
        output: Some(Reference { id: ReferenceId::new("o").unwrap(), size: 9 }),
        ..Block::default()
    }
}

pub(super) fn history() -> Entries {
    let failed = Block {
        line: Some(7),
        cwd: Some("/srv".into()),
        ..block("false\necho and more", Some(1), Some(61_000))
    };
    let unproven = Block { unproven: true, output: None, ..block("rm -rf /srv", Some(0), Some(20)) };
    let erased = Block { erased: true, lines: 0, output: None, ..block("cat notes", None, Some(2_340)) };
    entries([
        ("00000004", Entry::Block(block("ls", Some(0), Some(20)))),
        ("00000005", Entry::Block(failed)),
        ("00000006", Entry::Block(Block { lines: 0, output: None, ..block("make", None, None) })),
        ("00000007", Entry::Block(unproven)),
        ("00000008", Entry::Block(erased)),
    ])
}

pub(super) fn log() -> Entries {
    let at = |seconds: u64| NOW - seconds * 1000;
    let activity = |seconds, who: &str, level, happened| {
        let who = Some(who.to_owned());
        Entry::Activity(Activity { at: at(seconds), until: None, level, who, happened })
    };
    let bo = |seconds, happened| activity(seconds, "Bo", Level::Info, happened);
    let typed = Activity {
        at: at(30),
        until: Some(at(20)),
        level: Level::Info,
        who: Some("Bo".into()),
        happened: ActivityKind::Typed { terminal: "bash".into() },
    };
    let ran = |exit_code, unproven| ActivityKind::Ran {
        terminal: "bash".into(),
        command: "false".into(),
        exit_code,
        unproven,
    };
    let shared = |thing: &str, on| ActivityKind::Shared { thing: thing.into(), on };
    let line = Line {
        at: at(25),
        file: "app.log".into(),
        level: Some(Level::Error),
        text: "boom".into(),
        rest: Some(Reference { id: ReferenceId::new("r").unwrap(), size: 9000 }),
    };
    let mut all = vec![
        ("01", bo(90, ActivityKind::Joined { role: "viewer".into() })),
        ("02", bo(80, ActivityKind::Asked)),
        ("03", bo(79, ActivityKind::Granted { role: "writer".into(), by: "Ann".into() })),
        ("04", Entry::Activity(typed)),
        ("05", activity(12, "", Level::Warning, ran(Some(1), false))),
        ("06", activity(11, "", Level::Info, ran(None, true))),
        ("07", Entry::Line(line)),
        ("08", bo(10, ActivityKind::Presence { present: false })),
        ("09", bo(9, ActivityKind::Presence { present: true })),
        ("10", bo(8, ActivityKind::Left { why: "closed the window".into() })),
        (
            "11",
            activity(7, "Cy", Level::Warning, ActivityKind::Refused { why: "the invite is used up".into() }),
        ),
        ("12", activity(6, "", Level::Debug, ActivityKind::Connection { state: "connected".into() })),
        ("13", activity(5, "", Level::Info, shared("git", true))),
        ("14", activity(4, "", Level::Info, shared("zsh", false))),
    ];
    all.push(("15", activity(3, "", Level::Info, ActivityKind::Noted { text: "a note".into() })));
    entries(all)
}

pub(super) fn review() -> Entries {
    let body = |text: &str| Body { text: text.into(), rest: None };
    let web = || Some("https://forge.example/12".to_owned());
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
        reviewers: vec![
            Reviewer { name: "cy".into(), verdict: Some(Verdict::ChangesRequested) },
            Reviewer { name: "di".into(), verdict: None },
        ],
        verdict: Some(Verdict::ChangesRequested),
        checks: Checks { passed: 3, failed: 1, running: 0, skipped: 0 },
        unresolved: Some(1),
        mergeable: Some(false),
        created: NOW - 86_400_000,
        updated: NOW,
        web: web(),
    };
    let check = |name: &str, state, summary: Option<&str>| {
        Entry::Check(Check {
            name: name.into(),
            state,
            summary: summary.map(str::to_owned),
            started: Some(NOW - 9000),
            finished: summary.is_some().then_some(NOW - 4000),
            web: web(),
        })
    };
    let thread = |id: &str, resolved, line| {
        Entry::Thread(Thread {
            id: id.into(),
            path: "src/main.rs".into(),
            side: Side::Head,
            line,
            first_line: None,
            original_line: Some(7),
            resolved,
            outdated: line.is_none(),
            hunk: Some("@@ -1 +1 @@\n-old\n+new".into()),
            comments: 1,
        })
    };
    let comment = |thread: Option<&str>, text: &str, verdict| {
        Entry::Comment(Comment {
            thread: thread.map(str::to_owned),
            author: "cy".into(),
            at: NOW - 3_600_000,
            edited: thread.is_none(),
            verdict,
            body: body(text),
            web: None,
        })
    };
    entries([
        ("1", Entry::Request(request)),
        ("2", check("test", CheckState::Failed, Some("2 failed"))),
        ("2a", check("build", CheckState::Running, None)),
        ("3", thread("t1", Some(true), None)),
        ("4", thread("t2", Some(false), Some(9))),
        ("5", comment(Some("t2"), "Is that so?\nReally?", None)),
        ("6", comment(Some("t1"), "Typo", None)),
        ("7", comment(None, "Not yet", Some(Verdict::ChangesRequested))),
    ])
}

pub(super) fn issue() -> Entries {
    let issue = Issue {
        number: 7,
        repository: "team/app".into(),
        link: IssueLink::Closes,
        title: "Slow <start>".into(),
        body: Body {
            text: "Ten seconds.".into(),
            rest: Some(Reference { id: ReferenceId::new("r").unwrap(), size: 9000 }),
        },
        state: IssueState::Open,
        author: "bo".into(),
        labels: vec![Label { name: "bug".into(), color: None }],
        assignees: vec!["ann".into()],
        milestone: Some("1.0".into()),
        created: NOW - 86_400_000,
        updated: NOW,
        web: Some("https://forge.example/7".into()),
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
    entries([("1", Entry::Issue(issue)), ("2", Entry::IssueComment(comment))])
}

pub(super) fn finding(severity: Severity, path: Option<&str>, line: u32) -> Entry {
    Entry::Finding(Finding {
        tool: "ruff".into(),
        rule: Some("F401".into()),
        severity,
        message: "unused import\nsecond line".into(),
        path: path.map(str::to_owned),
        range: Some(Range { line, column: 1, end_line: line, end_column: 4 }),
        fix: Some("remove it".into()),
    })
}

pub(super) fn findings() -> Entries {
    let rule = Rule {
        tool: "ruff".into(),
        rule: "F401".into(),
        title: Some("No unused imports".into()),
        web: Some("https://lint.example/F401".into()),
        findings: 3,
        ..Rule::default()
    };
    entries([
        ("1", finding(Severity::Warning, Some("src/b.py"), 9)),
        ("2", finding(Severity::Error, Some("src/b.py"), 20)),
        ("3", finding(Severity::Note, None, 1)),
        ("4", Entry::Rule(rule)),
    ])
}
