//! What panels say, for everything that shows them: neutral rows with every word, in one place.
//!
//! ```text
//!  entries ── rows ──────► Row: icon, spans with a tone, target, rows below ──► painted: CLI, VS Code
//!          ── summary, trouble, empty ──► a panel in a few words
//!          ── source, threads, problems, line ──► documents, comments, diagnostics, a log
//! ```
//!
//! A painter maps tones to styles, icons to pictures and targets to what opens, and says times in words. It adds nothing.

mod files;
mod findings;
mod git;
mod history;
mod icon;
mod issue;
mod log;
mod page;
mod panel;
mod review;
mod row;
mod words;

pub use files::{Change, FileAt, FileIndex, Files, Listed, Mark, Part, VersionName};
pub use findings::{Problem, problems};
pub use history::blocks;
pub use icon::{Icon, Tone};
pub use log::{LogLine, line};
pub use page::{PagePart, Place, Source, source};
pub use panel::{
    LOADING, Offer, about, empty, holds, left_out, not_shared, offer, offline, status, title, trouble,
};
pub use review::{ThreadAt, ThreadComment, threads};
pub use row::{Jump, Line, Row, RowKind, Span, Target};
pub use words::{ago, commit, counted, sentence, size, took};

use crate::{Entries, Entry, PanelKind};

/// What an outline is made for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Whose session it is.
    pub host: &'a str,
    /// The files of the git panel, where that is shared, too: threads and findings open them.
    pub files: Option<Files<'a>>,
    /// Findings by the rule that they are against, rather than by file.
    pub by_rule: bool,
    /// Commands by their terminal, where there are several.
    pub by_terminal: bool,
}

/// The rows of a panel's entries. An empty panel has none.
pub fn rows(kind: PanelKind, entries: &Entries, context: &Context<'_>) -> Vec<Row> {
    let mut unread = panel::unread(entries, context.host);
    let mut rows = unread.remove(&None).unwrap_or_default();
    rows.extend(match kind {
        PanelKind::Git => git::rows(entries, unread, context),
        PanelKind::History => history::rows(entries, context),
        PanelKind::Log => log::rows(entries),
        PanelKind::Review => review::rows(entries, context),
        PanelKind::Issue => issue::rows(entries),
        PanelKind::Findings => findings::rows(entries, context),
    });
    rows
}

/// A panel's contents in a few words, or `None` if it is empty.
pub fn summary(kind: PanelKind, entries: &Entries) -> Option<String> {
    let words = match kind {
        PanelKind::Git => git::summary(entries),
        PanelKind::History => history::summary(entries),
        PanelKind::Log => log::summary(entries),
        PanelKind::Review => review::summary(entries),
        PanelKind::Issue => issue::summary(entries),
        PanelKind::Findings => findings::summary(entries),
    };
    let unread = entries.values().any(|entry| matches!(entry, Entry::Unread(_)));
    match words {
        Some(words) if unread => Some(format!("{words}, not all could be read")),
        None if unread => Some("not all could be read".to_owned()),
        words => words,
    }
}

/// How much in a panel waits for somebody, and what that is; nothing where nothing does.
pub fn badge(kind: PanelKind, entries: &Entries) -> Option<(usize, String)> {
    let count = if kind == PanelKind::Review { review::unresolved(entries) } else { 0 };
    (count > 0).then(|| (count, counted(count, "unresolved thread")))
}

#[cfg(test)]
mod tests;
