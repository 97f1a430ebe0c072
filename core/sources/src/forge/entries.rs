//! What is known of a branch, as entries of both panels.

use std::collections::HashMap;

use bytes::Bytes;
use jumpseat_panels::{
    Body, Entries, Entry, PanelKind, Reference, ReferenceId, Remedy, SourceState, Unread, limits::MAX_CONTENT,
};
use sha2::{Digest as _, Sha256};

use super::known::{Known, Missing};
use crate::key::{escaped, key};

/// What is shown in both panels.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) review: Entries,
    pub(super) issue: Entries,
    pub(super) contents: HashMap<ReferenceId, Bytes>,
    pub(super) state: SourceState,
}

impl Shown {
    pub(super) fn with(&self, state: SourceState) -> Self {
        let (review, issue, contents) = (self.review.clone(), self.issue.clone(), self.contents.clone());
        Self { review, issue, contents, state }
    }

    /// `remedy` is what may show more.
    pub(super) fn of(known: &Known, state: SourceState, remedy: Option<Remedy>) -> Self {
        let mut shown = Self { state, ..Self::default() };
        for Missing { panel, part, why, refused } in &known.missing {
            let (panel, part) = (*panel, part.clone());
            let entries = if panel == PanelKind::Review { &mut shown.review } else { &mut shown.issue };
            let name = format!("unread/{}", escaped(part.as_bytes()));
            let remedy = remedy.clone().filter(|_| *refused);
            let unread = Unread { panel, repository: None, part, why: (*why).to_owned(), remedy };
            put(entries, name, Entry::Unread(unread));
        }
        if let Some(request) = &known.request {
            let mut request = request.clone();
            shown.shelve(&mut request.body);
            put(&mut shown.review, "0".to_owned(), Entry::Request(request));
        }
        for (nth, check) in known.checks.iter().enumerate() {
            let name = format!("1/{}/{nth:04}", escaped(check.name.as_bytes()));
            put(&mut shown.review, name, Entry::Check(check.clone()));
        }
        for thread in &known.threads {
            let name = format!("2/{}", escaped(thread.id.as_bytes()));
            put(&mut shown.review, name, Entry::Thread(thread.clone()));
        }
        let mut counts: HashMap<Option<&str>, u32> = HashMap::new();
        for comment in &known.comments {
            let nth = counts.entry(comment.thread.as_deref()).or_default();
            *nth += 1;
            let name = match &comment.thread {
                Some(thread) => format!("2/{}/{nth:06}", escaped(thread.as_bytes())),
                None => format!("3/{nth:06}"),
            };
            let mut comment = comment.clone();
            shown.shelve(&mut comment.body);
            put(&mut shown.review, name, Entry::Comment(comment));
        }
        let names: Vec<String> =
            known.issues.iter().map(|issue| issue_name(&issue.repository, issue.number)).collect();
        for (issue, name) in known.issues.iter().zip(&names) {
            let mut issue = issue.clone();
            shown.shelve(&mut issue.body);
            put(&mut shown.issue, name.clone(), Entry::Issue(issue));
        }
        let mut counts: HashMap<String, u32> = HashMap::new();
        for comment in &known.issue_comments {
            let name = issue_name(&comment.repository, comment.issue);
            let nth = counts.entry(name.clone()).or_default();
            *nth += 1;
            let mut comment = comment.clone();
            shown.shelve(&mut comment.body);
            put(&mut shown.issue, format!("{name}/{nth:06}"), Entry::IssueComment(comment));
        }
        shown
    }

    /// Keeps a long text whole next to the entry, which has its beginning.
    fn shelve(&mut self, body: &mut Body) {
        let size = body.text.len() as u64;
        if body.text.len() <= Body::MAX || size > MAX_CONTENT {
            return;
        }
        let hash = Sha256::digest(&body.text);
        let name = hash[..16].iter().fold("b:".to_owned(), |name, byte| name + &format!("{byte:02x}"));
        if let Some(id) = ReferenceId::new(name) {
            self.contents.insert(id.clone(), Bytes::from(body.text.clone()));
            body.rest = Some(Reference { id, size });
        }
    }
}

fn issue_name(repository: &str, number: u64) -> String {
    format!("{}/{number:010}", escaped(repository.as_bytes()))
}

fn put(entries: &mut Entries, name: String, mut entry: Entry) {
    entry.bound();
    if let Some(key) = key(name) {
        entries.insert(key, entry);
    }
}
