//! What read-only documents show.

use super::*;

fn page(place: &str, all: &Entries) -> String {
    let place: Place = serde_json::from_str(place).unwrap();
    let index = FileIndex::of(all);
    match source(&place, all, Some(Files::new(all, &index))) {
        None => "nothing".to_owned(),
        Some(Source::Content { reference, plain, .. }) => format!("content {} {plain}", reference.id),
        Some(Source::Refused { why }) => format!("refused: {why}"),
        Some(Source::Page { parts }) => {
            let part = |part: PagePart| match part {
                PagePart::Text { text } => text,
                PagePart::Body { body } => format!("<<{}>>", body.text),
            };
            parts.into_iter().map(part).collect()
        }
    }
}

#[test]
fn requests_issues_and_findings_are_pages() {
    let request = page(r#"{"view":"review","key":"1"}"#, &review());
    let issue = page(r#"{"view":"issue","key":"1"}"#, &issue());
    let found = page(r#"{"view":"findings","path":"src/b.py"}"#, &findings());
    insta::assert_snapshot!("pages", [request, issue, found].join("\n========\n"));
    assert_eq!(page(r#"{"view":"findings","path":"c.py"}"#, &findings()), "nothing");
}

#[test]
fn a_place_names_what_is_shared_and_leads_nowhere_else() {
    let git = git();
    let at = |path: &str, version: &str| {
        page(&format!(r#"{{"view":"changes","repository":0,"path":{path:?},"version":"{version}"}}"#), &git)
    };
    assert_eq!(at("src/new.rs", "index"), "content i false");
    assert_eq!(at("gone.rs", "worktree"), "nothing", "what was deleted is not there");
    assert_eq!(at("gone.rs", "base"), "content g false", "what does not differ is the one before");
    assert_eq!(at("c.rs", "head"), "content h false");
    assert_eq!(at("c.rs", "worktree"), "nothing");
    assert_eq!(at("large.bin", "worktree"), "refused: large.bin is too large to be shared (12.0 MB)");
    for path in ["../../etc/passwd", "/etc/passwd", "src/../src/new.rs", "src/b.rs", ""] {
        assert_eq!(at(path, "worktree"), "nothing", "{path}");
    }
    assert_eq!(page(r#"{"view":"history","key":"00000005"}"#, &history()), "content o true");
    assert_eq!(page(r#"{"view":"history","key":"00000006"}"#, &history()), "");
    assert_eq!(page(r#"{"view":"history","key":"x"}"#, &history()), "nothing");
    assert_eq!(page(r#"{"view":"issue","key":"2"}"#, &super::issue()), "nothing", "a comment is no page");
}
