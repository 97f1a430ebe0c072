use super::*;
use crate::{
    ReferenceId,
    limits::{MAX_ENTRY_LEN, MAX_WHOLE},
};

/// One of each kind, with the same text and number wherever there is room for one.
fn samples(text: &str, number: u64) -> Vec<Entry> {
    let some = || Some(text.to_owned());
    let small = u32::try_from(number).unwrap_or(u32::MAX);
    let rest = Some(Reference { id: ReferenceId::new("w:1").unwrap(), size: 7 });
    let body = || Body { text: text.to_owned(), rest: rest.clone() };
    let version = || {
        Some(Version {
            shape: Shape::Link,
            size: number,
            content: rest.clone(),
            binary: true,
            missing: true,
            commit: some(),
        })
    };
    let edit = Edit { what: EditKind::Renamed, added: Some(small), removed: None };
    let labels = vec![Label { name: text.into(), color: Some(small) }; 100];
    vec![
        Entry::Repository(Repository {
            number: 1,
            name: text.into(),
            path: text.into(),
            tree: TreeKind::Linked,
            branch: some(),
            commit: some(),
            upstream: Some(Upstream { name: text.into(), ahead: small, behind: 0, gone: false }),
            base: Some(Base { name: text.into(), fork: text.into(), ahead: 1, behind: small }),
            operation: Some(Operation {
                what: OperationKind::Rebase,
                branch: some(),
                step: Some(1),
                steps: None,
            }),
            fault: some(),
            ..Repository::default()
        }),
        Entry::File(File {
            path: text.into(),
            from: some(),
            staged: Some(edit),
            untracked: true,
            conflict: Some(Conflict {
                what: ConflictKind::BothAdded,
                base: version(),
                ours: version(),
                theirs: version(),
            }),
            base: version(),
            index: version(),
            worktree: version(),
            ..File::default()
        }),
        Entry::BranchFile(BranchFile {
            repository: 1,
            path: text.into(),
            from: some(),
            edit,
            base: version(),
            head: None,
        }),
        Entry::Commit(Commit {
            repository: 1,
            name: text.into(),
            subject: text.into(),
            author: text.into(),
            at: number,
            pushed: true,
        }),
        Entry::Block(Block {
            title: text.into(),
            command: some(),
            cwd: some(),
            started: number,
            took: Some(number),
            exit_code: Some(-1),
            output: rest.clone(),
            ..Block::default()
        }),
        Entry::Activity(Activity {
            at: number,
            until: Some(number),
            level: Level::Warning,
            who: some(),
            happened: ActivityKind::Ran {
                terminal: text.into(),
                command: text.into(),
                exit_code: None,
                unproven: true,
            },
        }),
        Entry::Line(Line {
            at: number,
            file: text.into(),
            level: Some(Level::Debug),
            text: text.into(),
            rest: rest.clone(),
        }),
        Entry::Request(Request {
            number,
            repository: text.into(),
            title: text.into(),
            body: body(),
            state: RequestState::Draft,
            author: text.into(),
            base: text.into(),
            head: text.into(),
            commit: text.into(),
            labels: labels.clone(),
            reviewers: vec![Reviewer { name: text.into(), verdict: Some(Verdict::Approved) }; 100],
            verdict: None,
            checks: Checks::default(),
            unresolved: Some(small),
            mergeable: None,
            created: number,
            updated: number,
            web: some(),
        }),
        Entry::Check(Check {
            name: text.into(),
            state: CheckState::Failed,
            summary: some(),
            started: Some(number),
            finished: None,
            web: some(),
        }),
        Entry::Thread(Thread {
            id: text.into(),
            path: text.into(),
            side: Side::Base,
            line: Some(small),
            first_line: Some(small),
            original_line: None,
            resolved: Some(false),
            outdated: true,
            hunk: some(),
            comments: small,
        }),
        Entry::Comment(Comment {
            thread: some(),
            author: text.into(),
            at: number,
            edited: false,
            verdict: None,
            body: body(),
            web: some(),
        }),
        Entry::Issue(Issue {
            number,
            repository: text.into(),
            link: IssueLink::Branch,
            title: text.into(),
            body: body(),
            state: IssueState::NotPlanned,
            author: text.into(),
            labels,
            assignees: vec![text.into(); 100],
            milestone: some(),
            created: number,
            updated: number,
            web: some(),
        }),
        Entry::IssueComment(IssueComment {
            issue: number,
            repository: text.into(),
            author: text.into(),
            at: number,
            edited: true,
            body: body(),
            web: some(),
        }),
        Entry::Finding(Finding {
            tool: text.into(),
            rule: some(),
            severity: Severity::Note,
            message: text.into(),
            path: some(),
            range: Some(Range { line: small, column: 0, end_line: 0, end_column: small }),
            fix: some(),
        }),
        Entry::Rule(Rule {
            tool: text.into(),
            rule: text.into(),
            title: some(),
            text: some(),
            web: some(),
            findings: small,
        }),
        Entry::Unread(Unread {
            panel: PanelKind::Review,
            repository: Some(small),
            part: text.into(),
            why: text.into(),
            remedy: Some(crate::Remedy::SignIn { host: text.into() }),
        }),
    ]
}

fn bounded(mut entry: Entry) -> Entry {
    entry.bound();
    entry
}

#[test]
fn every_kind_comes_back_from_json_as_it_went() {
    for entry in samples("src/main.rs", 7).into_iter().map(bounded) {
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry, "{json}");
    }
}

#[test]
fn no_text_is_long_and_none_pretends() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}../<a>\r\n".repeat(10_000);
    for entry in samples(&hostile, u64::MAX) {
        let entry = bounded(entry);
        let json = serde_json::to_string(&entry).unwrap();
        assert!(json.len() <= MAX_ENTRY_LEN, "{} bytes: {}", json.len(), &json[..100]);
        // What a path has of these is escaped, and as text then.
        let json = json.replace("\\\\", "");
        for bad in ["\\u001b", "\\u0007", "\u{202e}", "\\r"] {
            assert!(!json.contains(bad), "{bad:?} in {}", &json[..200]);
        }
        assert_eq!(bounded(entry.clone()), entry);
    }
}

#[test]
fn no_number_is_larger_than_readers_take() {
    fn numbers(value: &serde_json::Value, each: &mut impl FnMut(u64)) {
        match value {
            serde_json::Value::Number(number) => each(number.as_u64().unwrap_or(0)),
            serde_json::Value::Array(list) => list.iter().for_each(|value| numbers(value, each)),
            serde_json::Value::Object(map) => map.values().for_each(|value| numbers(value, each)),
            _ => {}
        }
    }
    for entry in samples("x", u64::MAX) {
        let value = serde_json::to_value(bounded(entry)).unwrap();
        numbers(&value, &mut |number| assert!(number <= MAX_WHOLE, "{value}"));
    }
}

#[test]
fn paths_stay_below_and_addresses_on_the_web() {
    for entry in samples("../../etc/passwd", 7) {
        assert!(!serde_json::to_string(&bounded(entry)).unwrap().contains("\"path\":\".."));
    }
    for (entry, plain) in samples("command:evil", 7).into_iter().zip(samples("https://forge.example/1", 7)) {
        let (json, plain) =
            (serde_json::to_value(bounded(entry)).unwrap(), serde_json::to_value(bounded(plain)).unwrap());
        assert!(json.get("web").is_none());
        let has_web = matches!(
            plain["is"].as_str().unwrap(),
            "request" | "check" | "comment" | "issue" | "issue_comment" | "rule"
        );
        assert_eq!(plain.get("web").is_some(), has_web, "{plain}");
    }
}

#[test]
fn each_reference_is_found() {
    let expected = [0, 6, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0];
    for (entry, expected) in samples("x", 7).into_iter().zip(expected) {
        let json = serde_json::to_string(&entry).unwrap();
        let mut found = 0;
        entry.references(&mut |_| found += 1);
        assert_eq!((found, json.matches("\"w:1\"").count()), (expected, expected), "{json}");
    }
}

#[test]
fn ranges_begin_at_one_and_end_after_that() {
    for (range, expected) in [
        ((0, 0, 0, 0), (1, 1, 1, 1)),
        ((5, 7, 5, 3), (5, 7, 5, 7)),
        ((5, 7, 9, 3), (5, 7, 9, 3)),
        ((u32::MAX, 1, 1, 1), (i32::MAX as u32, 1, i32::MAX as u32, 1)),
    ] {
        let (line, column, end_line, end_column) = range;
        let mut range = Range { line, column, end_line, end_column };
        range.bound();
        assert_eq!((range.line, range.column, range.end_line, range.end_column), expected);
    }
}
