//! The issues that the branch is about.

use std::collections::BTreeMap;

use super::{
    Icon, Row, RowKind, Span, Target, Tone,
    review::labels,
    words::{counted, preview},
};
use crate::{Entries, Entry, Issue, IssueComment, IssueLink, IssueState, Key, PanelKind};

/// What an issue's comments name it by.
type Name<'a> = (&'a str, u64);

pub(super) fn rows(entries: &Entries) -> Vec<Row> {
    let mut said = said(entries);
    let row = |(key, issue)| issue_row(key, issue, &said.remove(&name(issue)).unwrap_or_default());
    issues(entries).map(row).collect()
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let (_, issue) = issues(entries).next()?;
    let more = issues(entries).count() - 1;
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    Some(format!("#{} {}: {}{more}", issue.number, issue.title, state_word(issue.state)))
}

pub(super) fn issues(entries: &Entries) -> impl Iterator<Item = (&Key, &Issue)> {
    entries
        .iter()
        .filter_map(|(key, entry)| if let Entry::Issue(it) = entry { Some((key, it)) } else { None })
}

pub(super) fn name(issue: &Issue) -> Name<'_> {
    (&issue.repository, issue.number)
}

/// What was said about each issue, by time.
pub(super) fn said(entries: &Entries) -> BTreeMap<Name<'_>, Vec<(&Key, &IssueComment)>> {
    let mut said: BTreeMap<Name<'_>, Vec<(&Key, &IssueComment)>> = BTreeMap::new();
    for (key, entry) in entries {
        if let Entry::IssueComment(comment) = entry {
            said.entry((&comment.repository, comment.issue)).or_default().push((key, comment));
        }
    }
    said.values_mut().for_each(|comments| comments.sort_by_key(|(_, comment)| comment.at));
    said
}

pub(super) fn state_word(state: IssueState) -> &'static str {
    match state {
        IssueState::Open => "Open",
        IssueState::Closed => "Closed",
        IssueState::NotPlanned => "Closed as not planned",
    }
}

pub(super) fn link_words(link: IssueLink) -> &'static str {
    match link {
        IssueLink::Closes => "The pull request closes it",
        IssueLink::Branch => "The branch is named after it",
    }
}

fn issue_row(key: &Key, issue: &Issue, comments: &[(&Key, &IssueComment)]) -> Row {
    let Issue { number, title, repository, author, created, .. } = issue;
    let (icon, tone) = match issue.state {
        IssueState::Open => (Icon::IssueOpen, Tone::Good),
        IssueState::Closed => (Icon::IssueClosed, Tone::Place),
        IssueState::NotPlanned => (Icon::IssueNotPlanned, Tone::Dim),
    };
    let page = Target::Page {
        panel: PanelKind::Issue,
        key: key.clone(),
        title: format!("{number} {}", preview(title, 60)),
    };
    let names: Vec<&str> = issue.labels.iter().map(|label| label.name.as_str()).collect();
    let said = if comments.is_empty() { String::new() } else { counted(comments.len(), "comment") };
    let mut row = Row::new(key.as_str())
        .icon(icon, tone)
        .kind(RowKind::Page)
        .says(format!("#{number} {title}"), Tone::Strong)
        .toned(state_word(issue.state), tone)
        .part(names.join(", "))
        .part(said)
        .collapsed();
    let about = format!("{repository} #{number} by {author} · opened ");
    row = row.fact(vec![Span::dim(about), Span::Time { at: *created }]);
    row = row.fact(vec![Span::dim(link_words(issue.link))]);
    if !issue.assignees.is_empty() {
        row = row.fact(vec![Span::dim(format!("Assigned to {}", issue.assignees.join(", ")))]);
    }
    if let Some(milestone) = &issue.milestone {
        row = row.fact(vec![Span::dim(format!("Milestone: {milestone}"))]);
    }
    row = labels(row, &issue.labels).address(issue.web.as_ref()).body(&issue.body);
    row.rows = comments.iter().map(|(id, comment)| comment_row(id, comment, &page)).collect();
    row.opens(page).web(issue.web.as_ref())
}

fn comment_row(id: &Key, comment: &IssueComment, page: &Target) -> Row {
    let row = Row::new(id.as_str())
        .icon(Icon::Comment, Tone::Plain)
        .kind(RowKind::Comment)
        .says(&*comment.author, Tone::Strong)
        .part(if comment.edited { "edited" } else { "" });
    Row { at: Some(comment.at), ..row }
        .hover_itself()
        .opens(page.clone())
        .web(comment.web.as_ref())
        .body(&comment.body)
}
