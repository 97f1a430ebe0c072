//! What a read-only document shows: a content that is fetched, or a page made of what stands in a panel.

use serde::{Deserialize, Serialize};

use super::{
    files::{FileAt, Files, VersionName, refusal},
    findings, issue, review,
    words::preview,
};
use crate::{
    Body, Comment, Entries, Entry, Issue, IssueComment, Key, PanelKind, Reference, Request, Shape, Verdict,
    text::is_web_address,
};

/// What a document names: something in a panel, and nothing else.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum Place {
    /// A version of a file.
    Changes(FileAt),
    /// What a command printed.
    History {
        /// The command.
        #[cfg_attr(feature = "types", ts(type = "string"))]
        key: Key,
    },
    /// A request with all that was said.
    Review {
        /// The request.
        #[cfg_attr(feature = "types", ts(type = "string"))]
        key: Key,
    },
    /// An issue with all that was said.
    Issue {
        /// The issue.
        #[cfg_attr(feature = "types", ts(type = "string"))]
        key: Key,
    },
    /// What was found in a file that is not shared itself.
    Findings {
        /// The file.
        path: String,
    },
}

impl Place {
    /// The panel that it stands in.
    pub fn panel(&self) -> PanelKind {
        match self {
            Self::Changes(_) => PanelKind::Git,
            Self::History { .. } => PanelKind::History,
            Self::Review { .. } => PanelKind::Review,
            Self::Issue { .. } => PanelKind::Issue,
            Self::Findings { .. } => PanelKind::Findings,
        }
    }
}

/// What a document shows now.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Source {
    /// A content of the host's.
    Content {
        /// The panel that offers it.
        panel: PanelKind,
        /// The content.
        reference: Reference,
        /// Whether it is what a program printed, and no file.
        plain: bool,
    },
    /// A page.
    Page {
        /// Its parts, one behind the other.
        parts: Vec<PagePart>,
    },
    /// It cannot be shown.
    Refused {
        /// The reason.
        why: String,
    },
}

/// A part of a page.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum PagePart {
    /// Text, safe as it is.
    Text {
        /// It.
        text: String,
    },
    /// What people wrote, in Markdown: to be made safe, and to be fetched where it is longer.
    Body {
        /// It.
        body: Body,
    },
}

impl PagePart {
    fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// What a place in these entries of its panel shows; nothing if it does not stand there.
pub fn source(place: &Place, entries: &Entries, files: Option<Files<'_>>) -> Option<Source> {
    match place {
        Place::Changes(at) => file(at, files?),
        Place::History { key } => match entries.get(key)? {
            Entry::Block(block) => Some(match block.output.clone() {
                Some(reference) => Source::Content { panel: PanelKind::History, reference, plain: true },
                None => text_page(""),
            }),
            _ => None,
        },
        Place::Review { key } => match entries.get(key)? {
            Entry::Request(request) => Some(Source::Page { parts: request_page(request, entries) }),
            _ => None,
        },
        Place::Issue { key } => match entries.get(key)? {
            Entry::Issue(issue) => Some(Source::Page { parts: issue_page(issue, entries) }),
            _ => None,
        },
        Place::Findings { path } => findings::list(entries, path).map(text_page),
    }
}

fn text_page(text: impl Into<String>) -> Source {
    Source::Page { parts: vec![PagePart::text(text)] }
}

fn file(at: &FileAt, files: Files<'_>) -> Option<Source> {
    if at.version == VersionName::None {
        return Some(text_page(""));
    }
    let version = files.version(at.repository, &at.path, at.version)?;
    if version.shape == Shape::Submodule {
        let commit = version.commit.as_deref().unwrap_or_default();
        return Some(text_page(format!("Subproject commit {commit}\n")));
    }
    Some(match (&version.content, refusal(version)) {
        (Some(reference), _) => {
            Source::Content { panel: PanelKind::Git, reference: reference.clone(), plain: false }
        }
        (None, Some(why)) => Source::Refused { why: format!("{} {why}", at.path) },
        (None, None) => text_page(""),
    })
}

fn head(title: &str, facts: impl IntoIterator<Item = String>, body: &Body) -> Vec<PagePart> {
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let head = format!("# {}\n\n{}\n\n---\n\n", escaped(title), facts.join(" · "));
    vec![PagePart::text(head), PagePart::Body { body: body.clone() }]
}

fn issue_page(issue: &Issue, entries: &Entries) -> Vec<PagePart> {
    let labels = issue.labels.iter().map(|label| format!("*{}*", escaped(&label.name)));
    let people: Vec<String> = issue.assignees.iter().map(|name| escaped(name)).collect();
    let assigned =
        if people.is_empty() { String::new() } else { format!("assigned to {}", people.join(", ")) };
    let milestone = issue.milestone.as_ref().map_or(String::new(), |it| format!("milestone {}", escaped(it)));
    let facts = [
        format!("{} \\#{}", escaped(&issue.repository), issue.number),
        issue::state_word(issue.state).to_owned(),
        format!("by {}", escaped(&issue.author)),
        day(issue.created),
    ];
    let more = [assigned, milestone, link(issue.web.as_deref())];
    let mut parts = head(&issue.title, facts.into_iter().chain(labels).chain(more), &issue.body);
    for (_, comment) in issue::said(entries).remove(&issue::name(issue)).unwrap_or_default() {
        let IssueComment { author, at, edited, body, .. } = comment;
        parts.push(PagePart::text("\n\n---"));
        says(author, None, *at, *edited, body, &mut parts);
    }
    parts.push(PagePart::text("\n"));
    parts
}

fn request_page(request: &Request, entries: &Entries) -> Vec<PagePart> {
    let verdicts = request.reviewers.iter().map(|reviewer| {
        let verdict = reviewer.verdict.unwrap_or(Verdict::Required);
        format!("{}: {}", escaped(&reviewer.name), review::verdict_word(verdict))
    });
    let checks: String = review::checks_line(&request.checks).iter().map(super::Span::text).collect();
    let facts = [
        format!("{} \\#{}", escaped(&request.repository), request.number),
        review::state_word(request.state).to_owned(),
        format!("by {}", escaped(&request.author)),
        format!("{} → {}", escaped(&request.head), escaped(&request.base)),
        checks,
    ];
    let facts = facts.into_iter().chain(verdicts).chain([link(request.web.as_deref())]);
    let mut parts = head(&request.title, facts, &request.body);
    let comment = |it: &Comment, parts: &mut Vec<PagePart>| {
        says(&it.author, it.verdict, it.at, it.edited, &it.body, parts);
    };
    for entry in entries.values() {
        if let Entry::Comment(it) = entry
            && it.thread.is_none()
        {
            parts.push(PagePart::text("\n\n---"));
            comment(it, &mut parts);
        }
    }
    for talk in review::talks(entries) {
        let thread = talk.thread;
        let line = thread.line.or(thread.original_line).map_or(String::new(), |line| format!(" line {line}"));
        let resolved = if thread.resolved == Some(true) { " (resolved)" } else { "" };
        let outdated = if thread.outdated { " (outdated)" } else { "" };
        let path = escaped(&thread.path);
        parts.push(PagePart::text(format!("\n\n---\n\n### {path}{line}{resolved}{outdated}\n\n")));
        parts.extend(thread.hunk.as_ref().map(|hunk| PagePart::text(indented(hunk))));
        talk.comments.into_iter().for_each(|it| comment(it, &mut parts));
    }
    parts.push(PagePart::text("\n"));
    parts
}

fn says(
    author: &str,
    verdict: Option<Verdict>,
    at: u64,
    edited: bool,
    body: &Body,
    parts: &mut Vec<PagePart>,
) {
    let verdict = verdict.map_or(String::new(), |verdict| format!(" · {}", review::verdict_word(verdict)));
    let edited = if edited { " · edited" } else { "" };
    let author = escaped(author);
    parts.push(PagePart::text(format!("\n\n**{author}**{verdict} · {}{edited}\n\n", day(at))));
    parts.push(PagePart::Body { body: body.clone() });
}

/// Indents lines as a code block, which nothing in them can end.
fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace('\t', "    ");
        if line.trim().is_empty() { String::from("    ") } else { format!("    {line}") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Text as it is, within Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in preview(text, 500).chars() {
        if "\\`*_{}[]()#+-.!<>|~&:@$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A day as ISO 8601 has it, of a time in milliseconds since 1970.
fn day(time: u64) -> String {
    // Days since 0000-03-01 as years of 365.2425 days: <https://howardhinnant.github.io/date_algorithms.html>.
    let days = time / 86_400_000 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn link(web: Option<&str>) -> String {
    let web = web.filter(|web| is_web_address(web));
    web.map_or(String::new(), |web| format!("[on the web]({})", web.replace('(', "%28").replace(')', "%29")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [0, 951_782_400_000, 1_709_164_800_000, 1_767_139_200_000, 4_107_542_400_000].map(day);
        assert_eq!(days, ["1970-01-01", "2000-02-29", "2024-02-29", "2025-12-31", "2100-03-01"]);
    }

    #[test]
    fn names_stay_names() {
        assert_eq!(escaped("**a** [x](y) <b> `c`"), "\\*\\*a\\*\\* \\[x\\]\\(y\\) \\<b\\> \\`c\\`");
        assert_eq!(link(Some("https://forge.example/(9)")), "[on the web](https://forge.example/%289%29)");
        assert_eq!(link(Some("javascript:x")), "");
        assert_eq!(indented("a\n\n\tb"), "    a\n    \n        b");
    }
}
