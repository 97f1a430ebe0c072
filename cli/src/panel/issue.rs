//! The issue panel: what the branch is about.

use jumpseat_engine::api::panels::{Entries, Entry, Issue, IssueComment, IssueLink, IssueState, PanelKind};

use super::{
    Rows, Words, body,
    review::{address, labels},
    style,
    words::ago,
};

pub(super) fn rows(entries: &Entries, now: u64, rows: &mut Rows) {
    for (nth, issue) in issues(entries).enumerate() {
        if rows.full() {
            return;
        }
        if nth > 0 {
            rows.push(Words::new());
        }
        head(issue, now, rows);
        let mine =
            |comment: &&IssueComment| comment.issue == issue.number && comment.repository == issue.repository;
        for comment in comments(entries).filter(mine) {
            let edited = if comment.edited { ", edited" } else { "" };
            let when = format!("  {}{edited}", ago(now, comment.at));
            rows.push(Words::new());
            rows.push(Words::new().plain("  ").bold(&comment.author).dim(&when));
            body(&comment.body, PanelKind::Issue, &comment.author, 4, rows);
        }
    }
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let issue = issues(entries).next()?;
    let more = issues(entries).count() - 1;
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    Some(format!("#{} {}: {}{more}", issue.number, issue.title, state_word(issue.state)))
}

fn issues(entries: &Entries) -> impl Iterator<Item = &Issue> {
    entries.values().filter_map(|entry| if let Entry::Issue(issue) = entry { Some(issue) } else { None })
}

fn comments(entries: &Entries) -> impl Iterator<Item = &IssueComment> {
    entries.values().filter_map(|entry| if let Entry::IssueComment(it) = entry { Some(it) } else { None })
}

fn state_word(state: IssueState) -> &'static str {
    match state {
        IssueState::Open => "open",
        IssueState::Closed => "closed",
        IssueState::NotPlanned => "not planned",
    }
}

fn head(issue: &Issue, now: u64, rows: &mut Rows) {
    let ink = if issue.state == IssueState::Open { style::GOOD } else { style::PLACE };
    let title = format!("#{} {}", issue.number, issue.title);
    rows.push(Words::new().bold(&title).plain("  ").ink(state_word(issue.state), ink));
    let Issue { repository, author, created, .. } = issue;
    let why = match issue.link {
        IssueLink::Closes => "the pull request closes it",
        IssueLink::Branch => "the branch is named after it",
    };
    rows.push(Words::new().dim(&format!("{repository} · {author}, {} · {why}", ago(now, *created))));
    if !issue.assignees.is_empty() {
        rows.push(Words::new().dim(&format!("Assigned to {}", issue.assignees.join(", "))));
    }
    if let Some(milestone) = &issue.milestone {
        rows.push(Words::new().dim(&format!("Milestone {milestone}")));
    }
    labels(&issue.labels, rows);
    address(issue.web.as_deref(), rows);
    if !issue.body.text.trim().is_empty() {
        rows.push(Words::new());
        body(&issue.body, PanelKind::Issue, &issue.title, 2, rows);
    }
}
