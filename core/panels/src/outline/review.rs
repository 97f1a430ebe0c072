//! The review: the branch's request, its checks, and what people say about it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Context, Icon, Line, Row, RowKind, Span, Target, Tone,
    files::{FileAt, Files, VersionName},
    words::{counted, preview, took},
};
use crate::{
    Body, Check, CheckState, Checks, Comment, Entries, Entry, Key, Label, PanelKind, Range, Request,
    RequestState, Side, Thread, Verdict,
};

/// Lines of a diff that are shown with a thread.
const HUNK_LINES: usize = 6;

/// A thread with what was said in it, by time.
pub(super) struct Talk<'a> {
    pub(super) key: &'a Key,
    pub(super) thread: &'a Thread,
    pub(super) comments: Vec<&'a Comment>,
}

/// A thread at the lines of a file that it is about.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ThreadAt {
    /// Tells it apart from others.
    pub id: String,
    /// The file.
    pub file: FileAt,
    /// The first line, from 1 on.
    pub first_line: u32,
    /// The last line.
    pub line: u32,
    /// Whether it is settled.
    pub resolved: bool,
    /// How it stands, in words.
    pub label: String,
    /// What was said.
    pub comments: Vec<ThreadComment>,
}

/// What somebody said in a thread.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ThreadComment {
    /// Who.
    pub author: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// What is said of it, in words.
    pub label: String,
    /// What, in Markdown.
    pub body: Body,
}

pub(super) fn rows(entries: &Entries, context: &Context<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let page = requests(entries).next().map(|(key, request)| page(key, request));
    for (key, request) in requests(entries) {
        rows.push(request_row(key, request));
    }
    let checks: Vec<Row> = entries
        .iter()
        .filter_map(
            |(key, entry)| if let Entry::Check(check) = entry { Some(check_row(key, check)) } else { None },
        )
        .collect();
    let counts = requests(entries).next().map(|(_, request)| checks_line(&request.checks));
    rows.extend(Row::group("checks", "Checks", checks).map(|mut row| {
        if let Some(counts) = counts.filter(|counts| !counts.is_empty()) {
            row.detail = counts;
        }
        row.collapsed()
    }));
    let (mut open, mut unknown, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for talk in talks(entries) {
        let row = talk_row(&talk, context.files, page.as_ref());
        match talk.thread.resolved {
            Some(false) => open.push(row),
            None => unknown.push(row),
            Some(true) => settled.push(row),
        }
    }
    rows.extend(Row::group("open", "Unresolved", open));
    rows.extend(Row::group("unknown", "Threads", unknown).map(|row| row.part("resolved or not is unknown")));
    rows.extend(Row::group("settled", "Resolved", settled).map(Row::collapsed));
    let remarks = entries.iter().filter_map(|(key, entry)| match entry {
        Entry::Comment(comment) if comment.thread.is_none() => {
            let row = comment_row(key.as_str(), comment);
            Some(page.iter().cloned().fold(row, Row::opens))
        }
        _ => None,
    });
    rows.extend(Row::group("remarks", "Conversation", remarks.collect()).map(Row::collapsed));
    rows
}

pub(super) fn summary(entries: &Entries) -> Option<String> {
    let (_, request) = requests(entries).next()?;
    let mut words = vec![format!("#{} {}: {}", request.number, request.title, state_word(request.state))];
    words.extend(request.unresolved.filter(|count| *count > 0).map(|count| format!("{count} unresolved")));
    if request.checks.failed > 0 {
        words.push(format!("{} failed", counted(request.checks.failed as usize, "check")));
    }
    Some(words.join(", "))
}

/// How many threads wait for an answer.
pub(super) fn unresolved(entries: &Entries) -> usize {
    let known = requests(entries).next().and_then(|(_, request)| request.unresolved);
    let open = |entry: &Entry| matches!(entry, Entry::Thread(thread) if thread.resolved == Some(false));
    known.map_or_else(|| entries.values().filter(|entry| open(entry)).count(), |count| count as usize)
}

pub(super) fn requests(entries: &Entries) -> impl Iterator<Item = (&Key, &Request)> {
    entries
        .iter()
        .filter_map(|(key, entry)| if let Entry::Request(it) = entry { Some((key, it)) } else { None })
}

/// Every thread with what was said in it.
pub(super) fn talks(entries: &Entries) -> impl Iterator<Item = Talk<'_>> {
    let mut said: BTreeMap<&str, Vec<&Comment>> = BTreeMap::new();
    for entry in entries.values() {
        if let Entry::Comment(comment) = entry
            && let Some(thread) = &comment.thread
        {
            said.entry(thread).or_default().push(comment);
        }
    }
    entries.iter().filter_map(move |(key, entry)| {
        let Entry::Thread(thread) = entry else { return None };
        // Told once: another thread of this name has none.
        let mut comments = said.remove(thread.id.as_str()).unwrap_or_default();
        comments.sort_by_key(|comment| comment.at);
        Some(Talk { key, thread, comments })
    })
}

/// The threads that stand at lines of files that are shared.
pub fn threads(entries: &Entries, files: Files<'_>) -> Vec<ThreadAt> {
    talks(entries).filter_map(|talk| thread_at(&talk, files)).collect()
}

fn thread_at(talk: &Talk<'_>, files: Files<'_>) -> Option<ThreadAt> {
    let Talk { key, thread, comments } = talk;
    let file = place(thread, files)?;
    let line = thread.line.unwrap_or(1);
    let state = match thread.resolved {
        Some(true) => "Resolved",
        Some(false) => "Unresolved",
        None => "Resolved or not is unknown",
    };
    let outdated = thread.outdated.then_some("Outdated");
    let label: Vec<&str> = std::iter::once(state).chain(outdated).chain(["read-only"]).collect();
    let comments = comments.iter().map(|comment| {
        let verdict = comment.verdict.map(verdict_word);
        let label: Vec<&str> = verdict.into_iter().chain(comment.edited.then_some("edited")).collect();
        ThreadComment {
            author: comment.author.clone(),
            at: comment.at,
            label: label.join(", "),
            body: comment.body.clone(),
        }
    });
    Some(ThreadAt {
        id: key.to_string(),
        file,
        first_line: thread.first_line.unwrap_or(line),
        line,
        resolved: thread.resolved == Some(true),
        label: label.join(super::row::APART),
        comments: comments.collect(),
    })
}

/// The file that a thread is about, where that is shared.
fn place(thread: &Thread, files: Files<'_>) -> Option<FileAt> {
    let versions: &[VersionName] = match thread.side {
        Side::Base => &[VersionName::Fork, VersionName::Base],
        Side::Head => &[VersionName::Head, VersionName::Index, VersionName::Worktree],
    };
    files.located(&thread.path, versions)
}

pub(super) fn state_word(state: RequestState) -> &'static str {
    match state {
        RequestState::Open => "Open",
        RequestState::Draft => "Draft",
        RequestState::Merged => "Merged",
        RequestState::Closed => "Closed",
    }
}

fn state_icon(state: RequestState) -> (Icon, Tone) {
    match state {
        RequestState::Open => (Icon::RequestOpen, Tone::Good),
        RequestState::Draft => (Icon::RequestDraft, Tone::Dim),
        RequestState::Merged => (Icon::RequestMerged, Tone::Place),
        RequestState::Closed => (Icon::RequestClosed, Tone::Bad),
    }
}

pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "Approved",
        Verdict::ChangesRequested => "Changes requested",
        Verdict::Commented => "Commented",
        Verdict::Dismissed => "Dismissed",
        Verdict::Required => "Review required",
    }
}

fn verdict_tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Approved => Tone::Good,
        Verdict::ChangesRequested => Tone::Bad,
        Verdict::Commented | Verdict::Dismissed => Tone::Dim,
        Verdict::Required => Tone::Warning,
    }
}

fn page(key: &Key, request: &Request) -> Target {
    let title = format!("{} {}", request.number, preview(&request.title, 60));
    Target::Page { panel: PanelKind::Review, key: key.clone(), title }
}

fn request_row(key: &Key, request: &Request) -> Row {
    let Request { number, title, repository, author, head, base, created, .. } = request;
    let (icon, tone) = state_icon(request.state);
    let mut row = Row::new(key.as_str())
        .icon(icon, tone)
        .kind(RowKind::Page)
        .says(format!("#{number} {title}"), Tone::Strong)
        .toned(state_word(request.state), tone);
    if let Some(verdict) = request.verdict {
        row = row.toned(verdict_word(verdict), verdict_tone(verdict));
    }
    if let Some(unresolved) = request.unresolved.filter(|count| *count > 0) {
        row = row.toned(format!("{unresolved} unresolved"), Tone::Warning);
    }
    row = row.parts(checks_line(&request.checks));
    if request.mergeable == Some(false) {
        row = row.toned("Conflicts with its base", Tone::Bad);
    }
    let about = format!("{repository} #{number} by {author} · {head} → {base} · opened ");
    row = row.fact(vec![Span::dim(about), Span::Time { at: *created }]);
    for reviewer in &request.reviewers {
        let verdict = reviewer.verdict.unwrap_or(Verdict::Required);
        let word = Span::new(verdict_word(verdict), verdict_tone(verdict));
        row = row.fact(vec![Span::dim(format!("{}: ", reviewer.name)), word]);
    }
    row = labels(row, &request.labels);
    row.opens(page(key, request)).web(request.web.as_ref()).address(request.web.as_ref()).body(&request.body)
}

pub(super) fn labels(row: Row, labels: &[Label]) -> Row {
    if labels.is_empty() {
        return row;
    }
    let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    row.fact(vec![Span::dim(format!("Labels: {}", names.join(", ")))])
}

impl Row {
    /// Where it is on the web, for pages on which nothing can be pressed.
    pub(super) fn address(mut self, web: Option<&String>) -> Self {
        self.below.extend(web.map(|web| vec![Span::dim(web)]));
        self
    }
}

/// How many checks came to what, the worst first.
pub(super) fn checks_line(checks: &Checks) -> Line {
    let counts = [
        (checks.failed, "failed", Tone::Bad),
        (checks.running, "running", Tone::Warning),
        (checks.passed, "passed", Tone::Good),
    ];
    let mut line = Line::new();
    for (count, word, tone) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let first = line.is_empty();
        let what = if first { counted(count as usize, "check") } else { format!(", {count}") };
        line.push(Span::new(format!("{what} {word}"), tone));
    }
    line
}

fn check_row(key: &Key, check: &Check) -> Row {
    let (icon, tone, word) = match check.state {
        CheckState::Waiting => (Icon::Waiting, Tone::Warning, "Queued"),
        CheckState::Running => (Icon::Running, Tone::Warning, "In progress"),
        CheckState::Passed => (Icon::Passed, Tone::Good, "Passed"),
        CheckState::Failed => (Icon::Failed, Tone::Bad, "Failed"),
        CheckState::Stopped => (Icon::Stopped, Tone::Dim, "Cancelled"),
        CheckState::Skipped => (Icon::Skipped, Tone::Dim, "Skipped"),
    };
    let lasted = check.started.zip(check.finished).map(|(began, ended)| took(ended.saturating_sub(began)));
    Row::new(key.as_str())
        .icon(icon, tone)
        .kind(RowKind::Check)
        .says(&*check.name, Tone::Plain)
        .toned(word, tone)
        .part(lasted.unwrap_or_default())
        .part(preview(check.summary.as_deref().unwrap_or_default(), 200))
        .web(check.web.as_ref())
}

fn talk_row(talk: &Talk<'_>, files: Option<Files<'_>>, page: Option<&Target>) -> Row {
    let Talk { key, thread, comments } = talk;
    let first = comments.first();
    let line = thread.line.or(thread.original_line);
    let (icon, tone) = match thread.resolved {
        Some(true) => (Icon::ThreadResolved, Tone::Good),
        _ if thread.outdated => (Icon::ThreadOutdated, Tone::Dim),
        _ => (Icon::ThreadUnresolved, Tone::Warning),
    };
    let mut row = Row::new(key.as_str()).icon(icon, tone).kind(RowKind::Thread).collapsed();
    row.path = Some(thread.path.clone());
    if let Some(line) = line {
        let begins = thread.first_line.map_or(String::new(), |first| format!("{first}–"));
        row = row.says(format!(":{begins}{line}"), Tone::Place);
    }
    let said = counted(comments.len(), "comment");
    let author = first.map_or("", |first| first.author.as_str());
    let outdated = if thread.outdated { "Outdated" } else { "" };
    let old = if thread.side == Side::Base { "in the old version" } else { "" };
    row = row.part(author).part(&said).part(outdated).part(old).hover(&thread.path);
    row.preview = first.map(|first| preview(&first.body.text, 80)).unwrap_or_default();
    let line = line.map_or(String::new(), |line| format!("line {line}, "));
    let about: Vec<&str> =
        [author, &said, outdated, old].into_iter().filter(|part| !part.is_empty()).collect();
    row.spoken = Some(format!("{}, {line}{}: {}", thread.path, about.join(super::row::APART), row.preview));
    if let Some(hunk) = &thread.hunk {
        row.below = hunk_lines(hunk);
    }
    let opens = files.and_then(|files| opening(thread, files)).or_else(|| page.cloned());
    row = opens.into_iter().fold(row, Row::opens).web(first.and_then(|first| first.web.as_ref()));
    let comments = comments.iter().enumerate();
    row.rows = comments.map(|(nth, comment)| comment_row(&format!("{key} {nth}"), comment)).collect();
    row
}

/// The end of a piece of a diff.
fn hunk_lines(hunk: &str) -> Vec<Line> {
    let lines: Vec<&str> = hunk.lines().filter(|line| !line.starts_with("@@")).collect();
    let last = lines[lines.len().saturating_sub(HUNK_LINES)..].iter();
    last.map(|line| {
        let tone = match line.chars().next() {
            Some('+') => Tone::Good,
            Some('-') => Tone::Bad,
            _ => Tone::Dim,
        };
        vec![Span::dim("│ "), Span::new(*line, tone)]
    })
    .collect()
}

fn opening(thread: &Thread, files: Files<'_>) -> Option<Target> {
    let file = place(thread, files)?;
    let line = thread.line.unwrap_or(1);
    let range = Range { line: thread.first_line.unwrap_or(line), column: 1, end_line: line, end_column: 1 };
    let fork = files.located(&thread.path, &[VersionName::Fork]);
    let with = fork.filter(|_| file.version == VersionName::Head);
    let name = thread.path.rsplit('/').next().unwrap_or_default();
    Some(Target::File { file, with, range, title: format!("{name} (review)") })
}

fn comment_row(id: &str, comment: &Comment) -> Row {
    let icon = if comment.verdict == Some(Verdict::Approved) { Icon::Approval } else { Icon::Comment };
    let mut row =
        Row::new(id).kind(RowKind::Comment).icon(icon, Tone::Plain).says(&*comment.author, Tone::Strong);
    if let Some(verdict) = comment.verdict {
        row = row.toned(verdict_word(verdict), verdict_tone(verdict));
    }
    row.at = Some(comment.at);
    row.part(if comment.edited { "edited" } else { "" })
        .hover_itself()
        .web(comment.web.as_ref())
        .body(&comment.body)
}
