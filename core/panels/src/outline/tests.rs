//! Every word of every panel, as rows of text: what CLI and VS Code paint. The words of a panel are in its snapshot.

use std::fmt::Write as _;

use super::*;
use crate::*;

mod fixtures;
mod pages;

use fixtures::*;

/// The rows as text: icon, number, path, label and detail in a line, and below it what pages show.
fn text(rows: &[Row]) -> String {
    fn write(rows: &[Row], depth: usize, out: &mut String) {
        for row in rows {
            let margin = "  ".repeat(depth);
            let word = |icon: Icon| serde_json::to_value(icon).unwrap().as_str().unwrap().to_owned();
            let icon = row.icon.map_or(String::new(), |icon| format!("[{}] ", word(icon)));
            let number = row.number.map_or(String::new(), |number| format!("{number}. "));
            let path = row.path.as_deref().unwrap_or_default();
            let at = row.at.map_or(String::new(), |at| format!("  <{}>", ago(NOW, at)));
            let more =
                if row.detail.is_empty() { String::new() } else { format!("  {}", line_text(&row.detail)) };
            let web = if row.web.is_some() { "  (web)" } else { "" };
            let shut = if row.collapsed { " ▸" } else { "" };
            writeln!(out, "{margin}{icon}{number}{path}{}{more}{at}{web}{shut}", line_text(&row.label))
                .unwrap();
            for line in &row.below {
                writeln!(out, "{margin}    {}", line_text(line)).unwrap();
            }
            for line in row.body.iter().flat_map(|body| body.text.lines()) {
                writeln!(out, "{margin}    > {line}").unwrap();
            }
            write(&row.rows, depth + 1, out);
        }
    }
    let mut out = String::new();
    write(rows, 0, &mut out);
    out
}

fn line_text(line: &[Span]) -> String {
    let word = |span: &Span| match span {
        Span::Text { text, .. } => text.clone(),
        Span::Time { at } => format!("<{}>", ago(NOW, *at)),
    };
    line.iter().map(word).collect()
}

/// What is heard of each row, what its tooltip says, and what it opens.
fn behind(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let heard = row.spoken.clone().unwrap_or_else(|| line_text(&row.label));
        writeln!(out, "{heard}").unwrap();
        for line in &row.tooltip {
            writeln!(out, "    | {}", line_text(line)).unwrap();
        }
        if let Some(target) = &row.target {
            writeln!(out, "    → {}", serde_json::to_string(target).unwrap()).unwrap();
        }
        out.push_str(&behind(&row.rows));
    }
    out
}

fn show(kind: PanelKind, entries: &Entries) -> String {
    let rows = rows(kind, entries, &Context { host: "Ann", ..Context::default() });
    let summary = summary(kind, entries).unwrap_or_default();
    format!("{}\n= {summary}\n\n{}", text(&rows), behind(&rows))
}

#[test]
fn changes_read_as_they_should() {
    insta::assert_snapshot!("changes", show(PanelKind::Git, &git()));
}

#[test]
fn the_history_reads_as_it_should() {
    insta::assert_snapshot!("history", show(PanelKind::History, &history()));
}

#[test]
fn commands_of_several_terminals_stand_by_their_terminal_or_name_it() {
    let mut entries = history();
    entries.insert(
        key("00000009"),
        Entry::Block(Block { terminal: 2, title: "zsh".into(), ..block("id", Some(0), Some(7)) }),
    );
    let context = Context { by_terminal: true, ..Context::default() };
    let grouped: Vec<_> = rows(PanelKind::History, &entries, &context)
        .iter()
        .map(|row| (line_text(&row.label), row.rows.len()))
        .collect();
    assert_eq!(grouped, [("bash".to_owned(), 5), ("zsh".to_owned(), 1)]);
    let flat = rows(PanelKind::History, &entries, &Context::default());
    assert_eq!(flat.len(), 6);
    assert!(line_text(&flat[5].detail).ends_with(" · zsh"));
}

#[test]
fn the_log_reads_as_it_should() {
    insta::assert_snapshot!("log", show(PanelKind::Log, &log()));
}

#[test]
fn the_review_reads_as_it_should() {
    insta::assert_snapshot!("review", show(PanelKind::Review, &review()));
}

#[test]
fn issues_read_as_they_should() {
    insta::assert_snapshot!("issue", show(PanelKind::Issue, &issue()));
}

#[test]
fn findings_read_as_they_should() {
    let by_rule = rows(PanelKind::Findings, &findings(), &Context { by_rule: true, ..Context::default() });
    let by_file = show(PanelKind::Findings, &findings());
    insta::assert_snapshot!("findings", format!("{by_file}\nBy rule:\n{}", text(&by_rule)));
}

/// What waits for whom, and why nothing is there.
#[test]
fn panels_as_a_whole_read_as_they_should() {
    let mut out = String::new();
    for kind in PanelKind::ALL {
        writeln!(
            out,
            "{}: {}\n  {}\n  {}\n  {}",
            title(kind),
            about(kind),
            not_shared(kind),
            empty(kind),
            holds(kind, 2)
        )
        .unwrap();
    }
    let failed = |why: &str, remedy| SourceState::Failed { since: NOW - 60_000, why: why.into(), remedy };
    for state in [
        SourceState::Starting,
        SourceState::Fresh,
        SourceState::Stale { since: NOW - 60_000 },
        failed("git is not installed", Some(Remedy::InstallGit)),
        failed("github.com cannot be reached", Some(Remedy::Retry)),
        failed("it wants a name", Some(Remedy::SignIn { host: "github.com".into() })),
        failed("git does not trust this folder", Some(Remedy::TrustFolder)),
        failed("no forge is known", Some(Remedy::Configure)),
        SourceState::Failed { since: 0, why: "it is broken".into(), remedy: None },
    ] {
        let trouble = trouble(&state, "Ann").map_or("-".to_owned(), |line| line_text(&line));
        let offer = offer(PanelKind::Review, Some((&state, 1, 2)));
        let button = offer.button.map_or(String::new(), |button| format!(" [{button}]"));
        let offered = line_text(&offer.about);
        writeln!(
            out,
            "guests: {trouble}\n  host: {}\n  share view: {offered}{button}",
            line_text(&status(&state))
        )
        .unwrap();
    }
    writeln!(out, "{}\n{}", line_text(&offline(NOW - 120_000)), left_out(3).unwrap()).unwrap();
    insta::assert_snapshot!("panels", out);
    assert_eq!(left_out(0), None);
    assert_eq!(line_text(&offer(PanelKind::Log, None).about), about(PanelKind::Log));
    assert_eq!(line_text(&offer(PanelKind::Log, Some((&SourceState::Fresh, 0, 0))).about), "Nothing yet");
}

/// What VS Code shows in a view without rows stands in its manifest, and is the same.
#[test]
fn the_words_of_the_manifest_are_these() {
    let manifest = include_str!("../../../../vscode-extension/package.nls.json");
    let manifest: serde_json::Value = serde_json::from_str(manifest).unwrap();
    assert_eq!(manifest["welcome.waiting"], LOADING);
    for (view, kind) in [
        ("changes", PanelKind::Git),
        ("history", PanelKind::History),
        ("review", PanelKind::Review),
        ("issues", PanelKind::Issue),
        ("findings", PanelKind::Findings),
    ] {
        assert_eq!(manifest[format!("welcome.{view}.unshared")], not_shared(kind));
        assert_eq!(manifest[format!("welcome.{view}.empty")], empty(kind));
    }
}

#[test]
fn what_could_not_be_read_never_looks_like_nothing() {
    let unread = |kind, repository, part: &str, why: &str| {
        let remedy = Some(Remedy::Retry);
        Entry::Unread(Unread { panel: kind, repository, part: part.into(), why: why.into(), remedy })
    };
    let broken = Repository {
        number: 1,
        name: "sub".into(),
        path: "sub".into(),
        fault: Some("permission denied".into()),
        ..Repository::default()
    };
    let git = entries([
        ("00", Entry::Repository(Repository { name: "work".into(), ..Repository::default() })),
        ("00/unread/untracked", unread(PanelKind::Git, Some(0), "untracked files", "git took too long")),
        ("01", Entry::Repository(broken)),
        ("unread/more", unread(PanelKind::Git, None, "all repositories", "only the first 32 are shown")),
    ]);
    insta::assert_snapshot!("unread", show(PanelKind::Git, &git));
    for kind in PanelKind::ALL {
        let panel = entries([("unread/a", unread(kind, None, "reports/a.sarif", "it is larger than 32 MB"))]);
        let shown = show(kind, &panel);
        assert!(
            shown.contains("Could not read reports/a.sarif  It is larger than 32 MB. Ann can try again."),
            "{shown}"
        );
        assert!(shown.contains("= not all could be read"), "{shown}");
    }
}

#[test]
fn both_things_that_git_says_of_a_path_are_shown_and_open_what_they_say() {
    let both = File {
        path: "a".into(),
        staged: edit(EditKind::Deleted, 0, 3),
        untracked: true,
        base: version("b"),
        worktree: version("w"),
        ..File::default()
    };
    let git = entries([("00", Entry::Repository(Repository::default())), ("00/file/a", Entry::File(both))]);
    let rows = rows(PanelKind::Git, &git, &Context::default());
    let sides = |group: &str| {
        let group = rows.iter().find(|row| line_text(&row.label) == group).unwrap();
        let Some(Target::Change(change)) = &group.rows[0].target else { panic!() };
        (change.before, change.after)
    };
    assert_eq!(sides("Staged Changes"), (VersionName::Base, VersionName::None));
    assert_eq!(sides("Untracked"), (VersionName::None, VersionName::Worktree));
    let index = FileIndex::of(&git);
    let files = Files::new(&git, &index);
    let mark = |version| files.mark(&FileAt { repository: 0, path: "a".into(), version }).unwrap().word;
    assert_eq!([VersionName::Base, VersionName::Worktree].map(mark), ["Deleted", "Untracked"]);
}

#[test]
fn threads_and_findings_open_the_files_that_are_shared() {
    let mut git = git();
    let file = BranchFile {
        repository: 0,
        path: "src/main.rs".into(),
        from: None,
        edit: edit(EditKind::Modified, 1, 1).unwrap(),
        base: version("f"),
        head: version("h"),
    };
    git.insert(key("0/z"), Entry::BranchFile(file));
    let index = FileIndex::of(&git);
    let files = Files::new(&git, &index);
    let context = Context { host: "Ann", files: Some(files), ..Context::default() };
    let threads = behind(&rows(PanelKind::Review, &review(), &context));
    assert!(
        threads.contains(r#"→ {"opens":"file","file":{"repository":0,"path":"src/main.rs","version":"head"},"with":{"repository":0,"path":"src/main.rs","version":"fork"},"#),
        "{threads}"
    );
    let at = super::threads(&review(), files);
    assert_eq!(
        at.iter().map(|at| (at.line, &*at.label)).collect::<Vec<_>>(),
        [(1, "Resolved · Outdated · read-only"), (9, "Unresolved · read-only"),]
    );
    assert_eq!(at[1].comments[0].body.text, "Is that so?\nReally?");
    let mut found = findings();
    let mut one = finding(Severity::Error, Some("src/new.rs"), 4);
    if let Entry::Finding(finding) = &mut one {
        finding.range = None;
    }
    found.insert(key("9"), one);
    let problems = problems(&found, Some(files));
    let targets: Vec<String> =
        problems.iter().map(|it| serde_json::to_string(&(&it.target, it.range.line)).unwrap()).collect();
    insta::assert_snapshot!("problems", targets.join("\n"));
}

#[test]
fn a_badge_counts_what_waits() {
    assert_eq!(badge(PanelKind::Review, &review()), Some((1, "1 unresolved thread".to_owned())));
    assert_eq!(badge(PanelKind::Git, &git()), None);
}

/// A document can say the same over and over: what is made of it is a sum, and never a product.
#[test]
fn what_a_host_says_over_and_over_is_shown_once() {
    let review = review();
    let find = |is: fn(&Entry) -> bool| review.values().find(|entry| is(entry)).unwrap().clone();
    let thread = find(|entry| matches!(entry, Entry::Thread(_)));
    let comment = find(|entry| matches!(entry, Entry::Comment(it) if it.thread.as_deref() == Some("t1")));
    let many = (0..5000).map(|nth| (key(&format!("a{nth}")), thread.clone()));
    let entries: Entries =
        many.chain((0..5000).map(|nth| (key(&format!("b{nth}")), comment.clone()))).collect();
    let rows = rows(PanelKind::Review, &entries, &Context::default());
    let said: usize = rows.iter().flat_map(|group| &group.rows).map(|talk| talk.rows.len()).sum();
    assert_eq!(said, 5000);
}

/// A hostile host's documents: as many files as a panel may have, all at one place, and as many threads there. Looking each
/// thread's file up among all of them took minutes; this test is over in a moment.
#[test]
fn threads_times_files_at_one_place_is_no_product() {
    const COUNT: u32 = 10_000;
    let key = |letter: char, number: u32| Key::new(format!("{letter}{number:05}")).unwrap();
    let files: Entries = (0..COUNT)
        .map(|number| {
            (key('f', number), Entry::File(File { repository: number, path: "x".into(), ..File::default() }))
        })
        .collect();
    let threads: Entries = (0..COUNT)
        .map(|number| {
            let thread = serde_json::json!({
                "is": "thread", "id": number.to_string(), "path": "x", "side": "head", "resolved": false,
                "outdated": false, "comments": 0
            });
            (key('t', number), serde_json::from_value(thread).unwrap())
        })
        .collect();
    let index = FileIndex::of(&files);
    let files = Files::new(&files, &index);
    let _ = super::threads(&threads, files);
    let context = Context { host: "Ann", files: Some(files), ..Context::default() };
    assert!(!rows(PanelKind::Review, &threads, &context).is_empty());
}
