use proptest::prelude::*;

use jumpseat_pack::{Level, pack};

use super::*;
use crate::{Body, Issue, IssueLink, IssueState, Line, Reference, limits::MAX_CONTENT};

const LOG: PanelKind = PanelKind::Log;

fn key(name: impl Into<String>) -> Key {
    Key::new(name).unwrap()
}

fn line(text: &str) -> Entry {
    Entry::Line(Line { at: 7, text: text.into(), rest: None, ..Line::default() })
}

fn with_rest(id: &str, size: u64) -> Entry {
    let rest = Some(Reference { id: ReferenceId::new(id).unwrap(), size });
    Entry::Line(Line { at: 7, text: "…".into(), rest, ..Line::default() })
}

fn entries<const N: usize>(list: [(&str, Entry); N]) -> Entries {
    list.into_iter().map(|(name, entry)| (key(name), entry)).collect()
}

#[test]
fn a_change_has_only_what_changed() {
    let mut host = Document::new(LOG);
    let fresh = || SourceState::Fresh;
    host.change_to(entries([("a", line("1")), ("b", line("2")), ("c", line("3"))]), fresh());
    assert_eq!(host.change_to(host.entries().clone(), fresh()), None);
    let change = host.change_to(entries([("a", line("1")), ("c", line("4")), ("d", line("5"))]), fresh());
    let expected = Change {
        from: 1,
        to: 2,
        state: None,
        left_out: None,
        set: entries([("c", line("4")), ("d", line("5"))]),
        remove: vec![key("b")],
    };
    assert_eq!(change, Some(expected));
}

#[test]
fn what_cannot_be_fetched_is_what_does_not_stand_there() {
    let mut host = Document::new(LOG);
    let id = ReferenceId::new("log:1").unwrap();
    assert_eq!(host.offers(&id), None);
    host.change_to(entries([("a", with_rest("log:1", 5000))]), SourceState::Fresh);
    assert_eq!(host.offers(&id), Some(5000));
    assert_eq!(host.offers(&ReferenceId::new("log:2").unwrap()), None);
    host.change_to(entries([("a", line("without"))]), SourceState::Fresh);
    assert_eq!(host.offers(&id), None, "it stood there once");
}

#[test]
fn too_much_is_left_out_and_counted() {
    let mut host = Document::new(LOG);
    let many = (0..MAX_ENTRIES + 5).map(|n| (key(format!("{n:06}")), line("x"))).collect();
    let change = host.change_to(many, SourceState::Fresh).unwrap();
    assert_eq!((host.entries().len(), host.left_out(), change.left_out), (MAX_ENTRIES, 5, Some(5)));
    let packed = host.encode();
    assert_eq!(Document::decode(LOG, &packed).as_ref(), Ok(&host));

    let mut host = Document::new(LOG);
    let long = "y".repeat(1000);
    let much = (0..MAX_ENTRIES).map(|n| (key(format!("{n:06}")), line(&long))).collect();
    host.change_to(much, SourceState::Fresh);
    assert!(host.left_out() > 0 && host.entries_len() <= MAX_DOCUMENT_LEN);
    assert_eq!(Document::decode(LOG, &host.encode()).as_ref(), Ok(&host));
}

#[test]
fn entries_of_another_panel_are_refused() {
    let mut host = Document::new(PanelKind::Git);
    host.change_to(entries([("a", line("1"))]), SourceState::Fresh);
    assert_eq!((host.entries().len(), host.left_out()), (0, 1));

    let mut log = Document::new(LOG);
    let change = log.change_to(entries([("a", line("1"))]), SourceState::Fresh).unwrap();
    assert!(Change::decode(PanelKind::Git, &change.encode()).is_err());
    assert!(Document::decode(PanelKind::Git, &log.encode()).is_err());
}

#[test]
fn a_hostile_host_is_bounded() {
    let too_many: Vec<_> =
        (0..=MAX_ENTRIES).map(|n| format!(r#""{n}":{{"is":"line","at":1,"text":""}}"#)).collect();
    let change = format!(r#"{{"from":0,"to":1,"set":{{{}}}}}"#, too_many.join(","));
    assert_eq!(Change::decode(LOG, change.as_bytes()), Err(PanelError::Garbled("a change")));

    let long = "x".repeat(MAX_ENTRY_LEN);
    let change = format!(r#"{{"from":0,"to":1,"set":{{"a":{{"is":"line","at":1,"text":"{long}"}}}}}}"#);
    assert_eq!(Change::decode(LOG, change.as_bytes()), Err(PanelError::TooLarge("an entry")));

    for wrong in [
        r#"{"from":1,"to":3}"#,
        r#"{"from":18446744073709551615,"to":0}"#,
        r#"{"from":0,"to":1,"set":{"":{"is":"line","at":1,"text":""}}}"#,
        r#"{"from":0,"to":1,"set":{"a":{"is":"secret","at":1}}}"#,
        r#"{"from":0,"to":1,"set":{"a":{"is":"line","at":1,"text":""},"a":{"is":"line","at":1,"text":""}}}"#,
        r#"{"from":0,"to":1,"set":{"a":{"is":"line","at":1,"text":""}},"remove":["a"]}"#,
        r#"{"from":0,"to":1,"remove":["b","a"]}"#,
    ] {
        assert!(Change::decode(LOG, wrong.as_bytes()).is_err(), "{wrong}");
    }

    let shown = r#"{"from":0,"to":1,"set":{"a":{"is":"line","at":1,"text":"\u001b[31mred\u202e"}}}"#;
    let change = Change::decode(LOG, shown.as_bytes()).unwrap();
    assert_eq!(
        change.set,
        entries([("a", Entry::Line(Line { at: 1, text: "[31mred".into(), rest: None, ..Line::default() }))])
    );
}

/// However many changes a hostile host sends: what they make is no larger than a document.
#[test]
fn changes_do_not_grow_a_document_beyond_its_size() {
    let mut guest = Document::new(LOG);
    let text = "z".repeat(2000);
    let mut refused = 0;
    for round in 0..50 {
        let set = (0..100).map(|n| (key(format!("{round}/{n}")), line(&text))).collect();
        let from = guest.version();
        let change = Change { from, to: from + 1, state: None, left_out: None, set, remove: vec![] };
        refused += u32::from(guest.apply(change).is_err());
    }
    assert!(refused > 0 && guest.entries_len() <= MAX_DOCUMENT_LEN);
    let sum: usize = guest.entries().iter().map(|(key, entry)| written_len(key, entry)).sum();
    assert_eq!(sum, guest.entries_len());
    assert!(MAX_CONTENT < u64::from(u32::MAX), "a content's length fits its record");
}

#[test]
fn what_is_least_wanted_goes_first() {
    let file = |untracked| Entry::File(crate::File { untracked, ..crate::File::default() });
    let mut git = Document::new(PanelKind::Git);
    let many = (0..MAX_ENTRIES).map(|n| (key(format!("00/file/{n:06}")), file(true)));
    let few = (0..5).map(|n| (key(format!("01/file/{n}")), file(false)));
    git.change_to(many.chain(few).collect(), SourceState::Fresh);
    assert_eq!((git.entries().len(), git.left_out()), (MAX_ENTRIES, 5));
    assert!((0..5).all(|n| git.entries().contains_key(&key(format!("01/file/{n}")))));

    let mut log = Document::new(LOG);
    log.change_to(
        (0..MAX_ENTRIES + 5).map(|n| (key(format!("{n:06}")), line("x"))).collect(),
        SourceState::Fresh,
    );
    assert!(!log.entries().contains_key(&key("000004")) && log.entries().contains_key(&key("000005")));
}

/// Something that others name.
fn issue(number: u64, title: &str) -> Entry {
    let (repository, author) = ("acme/app".to_owned(), "ann".to_owned());
    let (link, state) = (IssueLink::Closes, IssueState::Open);
    let (title, body) = (title.to_owned(), Body::default());
    let (labels, assignees, milestone, web) = (vec![], vec![], None, None);
    Entry::Issue(Issue {
        number,
        repository,
        link,
        title,
        body,
        state,
        author,
        labels,
        assignees,
        milestone,
        created: 1,
        updated: 2,
        web,
    })
}

#[test]
fn nothing_stands_in_a_document_twice() {
    let mut host = Document::new(PanelKind::Issue);
    let twice = entries([("a", issue(5, "one")), ("b", issue(5, "two")), ("c", issue(6, "three"))]);
    host.change_to(twice.clone(), SourceState::Fresh);
    assert_eq!((host.entries().len(), host.left_out()), (2, 1), "hosts leave it out");

    let refused = PanelError::Garbled("a document that has something twice");
    let hostile = Document { entries: twice, ..host.clone() };
    assert_eq!(Document::decode(PanelKind::Issue, &hostile.encode()).unwrap_err(), refused);

    let change =
        |set: Entries, remove: Vec<Key>| Change { from: 1, to: 2, state: None, left_out: None, set, remove };
    let mut guest = Document::decode(PanelKind::Issue, &host.encode()).unwrap();
    let before = guest.clone();
    assert_eq!(guest.apply(change(entries([("d", issue(5, "again"))]), vec![])), Err(refused));
    assert_eq!(guest, before, "it stays as it was");
    // Under another key, once the first is gone; and another one under its key.
    guest.apply(change(entries([("c", issue(7, "new")), ("d", issue(5, "moved"))]), vec![key("a")])).unwrap();
    assert_eq!(guest.entries().len(), 2);
}

/// What a source may find: a few keys, a few texts.
fn found() -> impl Strategy<Value = (Entries, SourceState)> {
    let entry =
        prop_oneof!["[a-c]{0,3}".prop_map(|text| line(&text)), (0..3u64).prop_map(|n| with_rest("r:1", n))];
    let entries = prop::collection::btree_map("[a-f]{1,2}".prop_map(key), entry, 0..8);
    let states =
        prop_oneof![Just(SourceState::Fresh), (0..3u64).prop_map(|since| SourceState::Stale { since })];
    (entries, states)
}

proptest! {
    /// The heart of it: whatever is lost, and whenever snapshots come, a guest that applies what fits holds
    /// exactly one of the host's states, and the newest after a snapshot with all changes since.
    #[test]
    fn any_interleaving_converges(
        steps in prop::collection::vec((found(), prop::bool::ANY, prop::bool::weighted(0.3)), 1..30),
    ) {
        let (mut host, mut guest) = (Document::new(LOG), Document::new(LOG));
        let mut states = vec![host.clone()];
        for ((entries, state), arrives, snapshot) in steps {
            if let Some(change) = host.change_to(entries.clone(), state) {
                prop_assert_eq!(host.entries(), &entries);
                states.push(host.clone());
                let came = Change::decode(LOG, &change.encode());
                prop_assert_eq!(came.as_ref(), Ok(&change));
                if arrives {
                    let before = guest.clone();
                    match guest.apply(change.clone()) {
                        Ok(()) => prop_assert_eq!(guest.version(), change.to),
                        Err(fault) => {
                            prop_assert_eq!(fault, PanelError::OutOfOrder);
                            prop_assert_eq!(&guest, &before);
                        }
                    }
                }
            }
            if snapshot {
                guest = Document::decode(LOG, &host.encode()).unwrap();
                prop_assert_eq!(&guest, &host);
            }
            prop_assert!(states.contains(&guest));
        }
    }

    #[test]
    fn never_panics(bytes: Vec<u8>, json in "\\PC*") {
        for kind in PanelKind::ALL {
            let _ = Document::decode(kind, &bytes);
            let _ = Document::decode(kind, &pack(json.as_bytes(), &[], Level::Fastest));
            let _ = Change::decode(kind, &bytes);
            let _ = Change::decode(kind, json.as_bytes());
        }
    }
}
