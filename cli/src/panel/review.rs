//! The review panel: the branch's request, its checks, and what people say about it.

use jumpseat_engine::api::panels::{
    Check, CheckState, Comment, Entries, Entry, PanelKind, Request, RequestState, Side, Thread, Verdict,
};
use ratatui::style::Style;

use super::{Row, Rows, Words, body, counted, style, words::ago};

/// Lines of a diff that are shown with a thread.
const HUNK_LINES: usize = 6;

pub(super) fn rows(entries: &Entries, now: u64, rows: &mut Rows) {
    for request in requests(entries) {
        head(request, now, rows);
    }
    let checks = || {
        entries.values().filter_map(|entry| if let Entry::Check(check) = entry { Some(check) } else { None })
    };
    if checks().next().is_some() {
        rows.extend([Words::new(), Words::new().bold("Checks")]);
        rows.extend(checks().map(|check| Row::from(check_words(check))));
    }
    let mut threads: Vec<&Thread> = entries
        .values()
        .filter_map(|entry| if let Entry::Thread(thread) = entry { Some(thread) } else { None })
        .collect();
    threads.sort_by_key(|thread| thread.resolved == Some(true));
    for thread in threads {
        if rows.full() {
            return;
        }
        rows.push(Words::new());
        thread_rows(entries, thread, now, rows);
    }
    let mut said = comments(entries, None).peekable();
    if said.peek().is_some() {
        rows.extend([Words::new(), Words::new().bold("Said about the whole")]);
    }
    said.for_each(|comment| comment_rows(comment, now, rows));
}

pub(super) fn gist(entries: &Entries) -> Option<String> {
    let request = requests(entries).next()?;
    let mut words = vec![format!("#{} {}: {}", request.number, request.title, state_word(request.state).0)];
    words.extend(request.unresolved.filter(|count| *count > 0).map(|count| format!("{count} unresolved")));
    if request.checks.failed > 0 {
        words.push(counted(request.checks.failed as usize, "failed check"));
    }
    Some(words.join(", "))
}

fn requests(entries: &Entries) -> impl Iterator<Item = &Request> {
    entries
        .values()
        .filter_map(|entry| if let Entry::Request(request) = entry { Some(request) } else { None })
}

fn comments<'a>(entries: &'a Entries, thread: Option<&'a str>) -> impl Iterator<Item = &'a Comment> {
    entries.values().filter_map(move |entry| match entry {
        Entry::Comment(comment) if comment.thread.as_deref() == thread => Some(comment),
        _ => None,
    })
}

fn state_word(state: RequestState) -> (&'static str, Style) {
    match state {
        RequestState::Open => ("open", style::GOOD),
        RequestState::Draft => ("draft", style::DIM),
        RequestState::Merged => ("merged", style::PLACE),
        RequestState::Closed => ("closed", style::BAD),
    }
}

fn head(request: &Request, now: u64, rows: &mut Rows) {
    let (state, ink) = state_word(request.state);
    rows.push(
        Words::new().bold(&format!("#{} {}", request.number, request.title)).plain("  ").ink(state, ink),
    );
    let Request { repository, author, head, base, created, .. } = request;
    let when = ago(now, *created);
    rows.push(Words::new().dim(&format!("{repository} · {author}, {when} · {head} → {base}")));
    let mut about = Words::new();
    let unresolved = request.unresolved.unwrap_or(0);
    if unresolved > 0 {
        about = about.ink(&format!("{unresolved} unresolved"), style::WARN).plain("  ");
    }
    let checks = &request.checks;
    for (count, word, ink) in [
        (checks.failed, "failed", style::BAD),
        (checks.running, "running", style::WARN),
        (checks.passed, "passed", style::GOOD),
    ] {
        if count > 0 {
            about = about.ink(&format!("{count} {word}"), ink).plain("  ");
        }
    }
    if request.mergeable == Some(false) {
        about = about.ink("conflicts with its base", style::BAD);
    }
    rows.push(about);
    if !request.reviewers.is_empty() {
        let names = request.reviewers.iter().map(|reviewer| {
            let verdict = reviewer.verdict.map_or("has not looked", |verdict| verdict_word(verdict).0);
            format!("{} ({verdict})", reviewer.name)
        });
        rows.push(Words::new().dim(&format!("Reviewers: {}", names.collect::<Vec<_>>().join(", "))));
    }
    labels(&request.labels, rows);
    address(request.web.as_deref(), rows);
    if !request.body.text.trim().is_empty() {
        rows.push(Words::new());
        body(&request.body, PanelKind::Review, &request.title, 2, rows);
    }
}

pub(super) fn labels(labels: &[jumpseat_engine::api::panels::Label], rows: &mut Rows) {
    if !labels.is_empty() {
        let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
        rows.push(Words::new().dim(&format!("Labels: {}", names.join(", "))));
    }
}

pub(super) fn address(web: Option<&str>, rows: &mut Rows) {
    rows.extend(web.map(|web| Row::from(Words::new().dim(web))));
}

fn verdict_word(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Approved => ("approved", style::GOOD),
        Verdict::ChangesRequested => ("changes requested", style::BAD),
        Verdict::Commented => ("commented", style::DIM),
        Verdict::Dismissed => ("dismissed", style::DIM),
        Verdict::Required => ("review required", style::WARN),
    }
}

fn check_words(check: &Check) -> Words {
    let (sign, ink) = match check.state {
        CheckState::Passed => ("✓", style::GOOD),
        CheckState::Failed => ("✗", style::BAD),
        CheckState::Running | CheckState::Waiting => ("…", style::WARN),
        CheckState::Stopped | CheckState::Skipped => ("–", style::DIM),
    };
    let words = Words::new().ink(&format!("  {sign}  "), ink).plain(&check.name);
    match &check.summary {
        Some(summary) => words.dim(&format!("  {summary}")),
        None => words,
    }
}

fn thread_rows(entries: &Entries, thread: &Thread, now: u64, rows: &mut Rows) {
    let mut place = thread.path.clone();
    if let Some(line) = thread.line.or(thread.original_line) {
        let first = thread.first_line.map_or(String::new(), |first| format!("{first}–"));
        place.push_str(&format!(":{first}{line}"));
    }
    let mut words = Words::new().ink(&place, style::PLACE);
    words = match thread.resolved {
        Some(true) => words.ink("  resolved", style::GOOD),
        Some(false) => words.ink("  unresolved", style::WARN),
        None => words,
    };
    if thread.outdated {
        words = words.dim("  outdated");
    }
    if thread.side == Side::Base {
        words = words.dim("  in the old version");
    }
    rows.push(words);
    if let Some(hunk) = &thread.hunk {
        let lines: Vec<&str> = hunk.lines().filter(|line| !line.starts_with("@@")).collect();
        for line in &lines[lines.len().saturating_sub(HUNK_LINES)..] {
            let ink = match line.chars().next() {
                Some('+') => style::GOOD,
                Some('-') => style::BAD,
                _ => style::DIM,
            };
            rows.push(Words::new().dim("  │ ").ink(line, ink));
        }
    }
    comments(entries, Some(&thread.id)).for_each(|comment| comment_rows(comment, now, rows));
}

fn comment_rows(comment: &Comment, now: u64, rows: &mut Rows) {
    let mut words = Words::new().plain("  ").bold(&comment.author);
    if let Some(verdict) = comment.verdict {
        let (word, ink) = verdict_word(verdict);
        words = words.plain(" ").ink(word, ink);
    }
    let edited = if comment.edited { ", edited" } else { "" };
    rows.push(words.dim(&format!("  {}{edited}", ago(now, comment.at))));
    body(&comment.body, PanelKind::Review, &comment.author, 4, rows);
}
