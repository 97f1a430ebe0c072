//! What the engine feeds, and files that are followed: history, log and findings.
#![allow(clippy::unwrap_used, reason = "what panics here is a finding")]

mod support;

use std::{collections::BTreeMap, fs, io::Write as _, path::Path};

use bytes::Bytes;
use jumpseat_panels::{Activity, ActivityKind, Block, Entry, Finding, Level, Line, Rule, Severity};
use jumpseat_sources::{FetchError, Findings, History, Log, Shown};
use support::Working;

fn findings(shown: &Shown) -> Vec<&Finding> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Finding(finding) = entry { Some(finding) } else { None })
        .collect()
}

/// What could not be read, and why.
fn unread(shown: &Shown) -> Vec<String> {
    shown
        .entries
        .values()
        .filter_map(|entry| match entry {
            Entry::Unread(unread) => Some(format!("{}: {}", unread.part, unread.why)),
            _ => None,
        })
        .collect()
}

fn rules(shown: &Shown) -> Vec<&Rule> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Rule(rule) = entry { Some(rule) } else { None })
        .collect()
}

fn lines(shown: &Shown) -> Vec<&Line> {
    shown
        .entries
        .values()
        .filter_map(|entry| if let Entry::Line(line) = entry { Some(line) } else { None })
        .collect()
}

/// A real tool's report, as it would be of a folder.
fn report(name: &str, folder: &Path) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/sarif").join(name);
    fs::read_to_string(path).unwrap().replace("/home/ann/sample", folder.to_str().unwrap())
}

#[tokio::test]
async fn reports_of_three_real_tools_show_by_file_and_rule() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    fs::create_dir(at.join("reports")).unwrap();
    for name in ["ruff.sarif", "bandit.sarif", "eslint.sarif"] {
        fs::write(at.join("reports").join(name), report(name, &at)).unwrap();
    }
    let (source, _feed) = Findings::new(&at, vec!["reports".into()]);
    let mut working = Working::begin(source);
    let shown = working.until(|panel| findings(panel.0).len() == 17).await;
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in findings(&shown) {
        *counts.entry((&finding.tool, finding.path.as_deref().unwrap())).or_default() += 1;
        assert!(
            finding.range.is_some() && finding.rule.is_some() && !finding.message.is_empty(),
            "{finding:?}"
        );
    }
    let expected = [(("Bandit", "app.py"), 5), (("ESLint", "main.js"), 6), (("ruff", "app.py"), 6)];
    assert_eq!(counts, expected.into());
    let unused =
        findings(&shown).into_iter().find(|finding| finding.rule.as_deref() == Some("F401")).unwrap();
    assert_eq!((unused.message.as_str(), unused.severity), ("`os` imported but unused", Severity::Error));
    assert_eq!(unused.fix.as_deref(), Some("Remove unused import: `os`"));
    let range = unused.range.unwrap();
    assert_eq!((range.line, range.column, range.end_line, range.end_column), (1, 8, 1, 10));
    let weak = findings(&shown).into_iter().find(|finding| finding.rule.as_deref() == Some("B105")).unwrap();
    assert_eq!(weak.severity, Severity::Note);
    let rule = rules(&shown).into_iter().find(|rule| rule.rule == "no-unused-vars").unwrap();
    assert_eq!((rule.tool.as_str(), rule.findings), ("ESLint", 2));
    assert!(rule.web.as_deref().unwrap().starts_with("https://eslint.org/") && rule.title.is_some());
    working.end().await;
}

#[tokio::test]
async fn reports_and_diagnostics_come_change_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    let (source, feed) = Findings::new(&at, vec!["out.sarif".into()]);
    let mut working = Working::begin(source);
    feed.set(
        "editor: rust",
        vec![Finding {
            tool: "rustc".into(),
            message: "mismatched \u{202e}types".into(),
            path: Some("../../etc/passwd".into()),
            ..Finding::default()
        }],
    );
    let shown = working.until(|panel| findings(panel.0).len() == 1).await;
    assert_eq!(findings(&shown)[0].message, "mismatched types");
    assert_eq!(findings(&shown)[0].path.as_deref(), Some("etc/passwd"));

    fs::write(at.join("out.sarif"), report("eslint.sarif", &at)).unwrap();
    let shown = working.until(|panel| findings(panel.0).len() == 7).await;
    assert!(unread(&shown).is_empty());
    fs::write(at.join("out.sarif"), "{ half a rep").unwrap();
    let shown = working.until(|panel| findings(panel.0).len() == 1).await;
    assert_eq!(unread(&shown), ["out.sarif: it is not a SARIF report"]);
    fs::write(at.join("out.sarif"), report("ruff.sarif", &at)).unwrap();
    working.until(|panel| findings(panel.0).len() == 7).await;
    fs::remove_file(at.join("out.sarif")).unwrap();
    working.until(|panel| findings(panel.0).len() == 1).await;
    feed.set("editor: rust", Vec::new());
    let shown = working.until(|panel| findings(panel.0).is_empty()).await;
    assert_eq!(unread(&shown), ["out.sarif: the file does not exist yet"]);
    working.end().await;

    feed.set("editor", vec![Finding { message: "while nobody looked".into(), ..Finding::default() }]);
    let mut again = Working::begin(feed.source());
    again.until(|panel| findings(panel.0).len() == 1).await;
    again.end().await;
}

#[tokio::test]
async fn a_report_that_cannot_be_read_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().canonicalize().unwrap();
    fs::create_dir(at.join("reports")).unwrap();
    fs::create_dir(at.join("none")).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(at.join("reports").join(name), bytes).unwrap();
    let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    put("1.sarif", &[b"\xff\xfe", &utf16(&report("ruff.sarif", &at))[..]].concat());
    put("2.sarif", &vec![b' '; 33 * 1024 * 1024]);
    put("3.sarif", b"{}");
    put("4.sarif", br#"{"runs":null}"#);
    let failed = r#"{"runs":[{"tool":{"driver":{"name":"lint"}},"results":[],"invocations":[{"executionSuccessful":false}]},
        {"tool":{"driver":{"name":"scan"}},"results":null}]}"#;
    put("5.sarif", failed.as_bytes());
    let (source, _feed) = Findings::new(&at, vec!["reports".into(), "none".into(), "late.sarif".into()]);
    let mut working = Working::begin(source);
    let shown = working.until(|panel| findings(panel.0).len() == 6).await;
    let expected = [
        "all findings of lint: the tool says that it failed",
        "all findings of scan: the tool says that it failed",
        "late.sarif: the file does not exist yet",
        "none: no SARIF report is in it yet",
        "reports/2.sarif: it is larger than 32 MiB",
        "reports/3.sarif: it is not a SARIF report",
        "reports/4.sarif: it is not a SARIF report",
    ];
    assert_eq!(unread(&shown), expected);
    working.end().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_came_later_leads_to_no_report_outside() {
    use std::os::unix::fs::symlink;

    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = folder.path().canonicalize().unwrap();
    for place in [at.join("reports"), at.join("own"), outside.path().join("named")] {
        fs::create_dir(&place).unwrap();
        fs::write(place.join("a.sarif"), report("ruff.sarif", &at)).unwrap();
    }
    fs::write(outside.path().join("a.sarif"), report("bandit.sarif", &at)).unwrap();
    let reports = vec!["reports".into(), "own/a.sarif".into(), outside.path().join("named")];
    let (source, _feed) = Findings::new(&at, reports);
    let mut working = Working::begin(source);
    let shown = working.until(|panel| !findings(panel.0).is_empty()).await;
    assert!(unread(&shown).is_empty(), "what the host names may lie elsewhere: {:?}", unread(&shown));
    // A checkout puts a link in place of each.
    for name in ["reports", "own"] {
        fs::remove_dir_all(at.join(name)).unwrap();
        symlink(outside.path(), at.join(name)).unwrap();
    }
    let shown = working.until(|panel| unread(panel.0).len() == 2).await;
    assert!(unread(&shown).iter().all(|why| why.ends_with("a link leads out of the workspace")));
    assert!(findings(&shown).iter().all(|finding| finding.tool != "bandit"), "{:?}", findings(&shown));
    working.end().await;
}

#[tokio::test]
async fn errors_are_shown_before_notes_where_there_are_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let (source, feed) = Findings::new(folder.path(), Vec::new());
    let mut working = Working::begin(source);
    let one = |nth: usize, severity| Finding { message: format!("{nth}"), severity, ..Finding::default() };
    feed.set("a", (0..9_000).map(|nth| one(nth, Severity::Note)).collect());
    feed.set("b", (9_000..18_000).map(|nth| one(nth, Severity::Error)).collect());
    let shown = working.until(|panel| findings(panel.0).len() == 10_000).await;
    let errors = findings(&shown).iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!(errors, 9_000);
    assert_eq!(unread(&shown), ["8000 less severe findings: the panel shows 10000"]);
    working.end().await;
}

#[tokio::test]
async fn a_log_shows_what_happens_and_what_is_written_through_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.log");
    fs::write(&path, "INFO started\n").unwrap();
    let (source, feed) = Log::new(vec![path.clone(), folder.path().join("later.log")]);
    let mut working = Working::begin(source);
    working.until(|panel| lines(panel.0).len() == 1).await;
    let activity = |text: &str| Activity {
        at: 1,
        until: None,
        level: Level::Info,
        who: Some("Bo".into()),
        happened: ActivityKind::Typed { terminal: text.into() },
    };
    feed.tell(7, activity("bash"));
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\x1b[31mERROR\x1b[0m it broke \xff\n").unwrap();
    let shown = working.until(|panel| panel.0.entries.len() == 3).await;
    let last = lines(&shown)[1];
    assert_eq!(
        (last.text.as_str(), last.level, last.file.as_str()),
        ("ERROR it broke \u{fffd}", Some(Level::Error), "server.log")
    );

    fs::rename(&path, folder.path().join("server.log.1")).unwrap();
    fs::write(&path, format!("{}\n", "long ".repeat(2_000))).unwrap();
    let shown = working.until(|panel| lines(panel.0).len() == 3).await;
    let long = lines(&shown)[2].clone();
    assert!(long.text.len() <= 2048);
    assert_eq!(working.fetch(long.rest.as_ref().unwrap()).await.unwrap(), "long ".repeat(2_000));
    fs::write(folder.path().join("later.log"), "[warn] appeared later\n").unwrap();
    let shown = working.until(|panel| lines(panel.0).len() == 4).await;
    assert_eq!(lines(&shown)[3].level, Some(Level::Warning));

    feed.tell(7, Activity { until: Some(9), ..activity("bash") });
    let ended = |entry: &Entry| matches!(entry, Entry::Activity(activity) if activity.until == Some(9));
    working.until(|panel| panel.0.entries.values().any(ended)).await;
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    for _ in 0..5_000 {
        writeln!(file, "flood").unwrap();
    }
    let shown = working.until(|panel| lines(panel.0).len() == 2_000).await;
    assert!(shown.entries.len() <= 2_001, "what happened stays next to a flood");
    working.end().await;
}

#[tokio::test]
async fn history_shows_blocks_and_gives_their_outputs() {
    let (source, feed) = History::new();
    let mut working = Working::begin(source);
    let block = Block {
        terminal: 1,
        title: "bash".into(),
        command: Some("make".into()),
        started: 5,
        ..Block::default()
    };
    feed.block(7, block.clone(), None);
    working.until(|panel| panel.0.entries.len() == 1).await;
    feed.block(
        7,
        Block { exit_code: Some(2), took: Some(9), ..block.clone() },
        Some(Bytes::from("cc a.c\nerror\n")),
    );
    let of = |shown: &Shown| match shown.entries.values().next() {
        Some(Entry::Block(block)) => block.clone(),
        other => panic!("no block: {other:?}"),
    };
    let shown = working.until(|panel| !panel.0.entries.is_empty() && of(panel.0).exit_code == Some(2)).await;
    let output = of(&shown).output.unwrap();
    assert_eq!(working.fetch(&output).await.unwrap(), "cc a.c\nerror\n");
    feed.block(7, Block { exit_code: Some(0), ..block.clone() }, Some(Bytes::from("other")));
    working.until(|panel| of(panel.0).exit_code == Some(0)).await;
    assert_eq!(working.fetch(&output).await, Err(FetchError::Gone));
    feed.terminal_gone(1);
    working.until(|panel| of(panel.0).took.is_some()).await;
    working.end().await;
}
