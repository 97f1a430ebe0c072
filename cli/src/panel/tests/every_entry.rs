//! What holds for every entry that there is, with every field.

use super::super::rows;
use super::*;

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
        let around = PageContext { host: HOSTILE, ..around() };
        for row in page(kind, Some(Some(&panel)), around) {
            let text = row.line.to_string();
            assert!(text.chars().all(jumpseat_panels::text::is_shown), "{text:?}");
            poisoned += text.matches("52;c;").count();
        }
        assert!(panel_summary(kind, &panel).chars().all(jumpseat_panels::text::is_shown));
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
        let rows = page(kind, Some(Some(&panel)), around());
        assert!(rows.len() <= rows::MAX_ROWS + 1, "{kind}: {}", rows.len());
        assert!(rows.last().unwrap().line.to_string().contains("No more than"));
    }
    let text = Opened::Text { title: "x".into(), text: "\n".repeat(8 << 20) };
    assert_eq!(text.page().len(), rows::MAX_ROWS + 1);
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
      {"is":"activity","at":1,"until":2,"level":"info","who":"a","happened":{"what":"asked"}},
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
    let reference = include_str!("../../../../docs/guide.md");
    for entry in everything() {
        let value = serde_json::to_value(&entry).unwrap();
        let is = value["is"].as_str().unwrap();
        let row = reference.lines().find(|line| line.contains(&format!("| `{is}` |"))).expect(is);
        let mut cells = row.split('|').map(str::trim).skip(1);
        // What could not be read is of any panel.
        let panel = if is == "unread" { "any" } else { crate::panel_name::panel_name(entry.kind()) };
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
