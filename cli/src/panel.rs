//! Panels as text: what a guest reads of them at the prompt and in the overlay.
//!
//! ```text
//!  Panel ── page ──► Rows ──┬─► print (colours, pager) ──► terminal
//!                           └─► overlay
//!  Row::opens ── open ──► contents, fetched ──► diffs, outputs ──► Rows
//! ```
//!
//! All of it was chosen by a host, or by what its repository, its forge and its programs say. Text becomes a row by
//! [`Words`] alone, which leaves no control sign and nothing that turns or hides what is around it.

mod diff;
mod diff_request;
mod findings;
mod git;
mod history;
mod issue;
mod log;
mod open;
mod review;
mod rows;
mod unread;
mod words;

use jumpseat_engine::api::panels::{Body, PanelKind, Remedy, SourceState};

pub(crate) use diff::Diff;
pub(crate) use diff_request::DiffRequest;
pub(crate) use git::{find as find_files, touched};
pub(crate) use history::find as find_block;
pub(crate) use open::{Contents, Opened, open};
pub(crate) use rows::{Opens, Row, Rows};
pub(crate) use words::{Words, ago, counted, style};

use crate::board::Panel;

/// Around a panel: whose it is, and whether news can come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub(crate) host: &'a str,
    /// Since when nothing new can come, in milliseconds since 1970.
    pub(crate) offline: Option<u64>,
    /// Milliseconds since 1970.
    pub(crate) now: u64,
}

/// What a panel is called on its page.
pub(crate) fn title(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Git => "Changes",
        PanelKind::History => "History",
        PanelKind::Log => "Log",
        PanelKind::Review => "Review",
        PanelKind::Issue => "Issues",
        PanelKind::Findings => "Findings",
    }
}

/// A panel's whole page. `panel` is nothing where it is not shared, and nothing within where it is on its way.
pub(crate) fn page(kind: PanelKind, panel: Option<Option<&Panel>>, around: Around<'_>) -> Vec<Row> {
    let mut rows = Rows::default();
    rows.push(head(kind, panel, around));
    rows.extend(troubles(panel.flatten(), around));
    rows.push(Words::new());
    match panel {
        None => rows.push(Words::new().dim(&format!("{} does not share this panel.", around.host))),
        Some(None) => rows.push(Words::new().dim("Loading…")),
        Some(Some(panel)) => {
            let before = rows.len();
            rows.extend(unread::rows(&panel.entries, None, around.host));
            match kind {
                PanelKind::Git => git::rows(&panel.entries, around, &mut rows),
                PanelKind::History => history::rows(&panel.entries, around.now, &mut rows),
                PanelKind::Log => log::rows(&panel.entries, around.now, &mut rows),
                PanelKind::Review => review::rows(&panel.entries, around.now, &mut rows),
                PanelKind::Issue => issue::rows(&panel.entries, around.now, &mut rows),
                PanelKind::Findings => findings::rows(&panel.entries, &mut rows),
            }
            if rows.len() == before {
                rows.push(Words::new().dim(nothing(kind, &panel.state)));
            }
            if panel.left_out > 0 {
                rows.push(Words::new().dim(&format!("{} more not shown", panel.left_out)));
            }
        }
    }
    rows.into_vec()
}

/// What stands in a panel, in a few words.
pub(crate) fn gist(kind: PanelKind, panel: &Panel) -> String {
    let entries = &panel.entries;
    let words = match kind {
        PanelKind::Git => git::gist(entries),
        PanelKind::History => history::gist(entries),
        PanelKind::Log => log::gist(entries),
        PanelKind::Review => review::gist(entries),
        PanelKind::Issue => issue::gist(entries),
        PanelKind::Findings => findings::gist(entries),
    };
    let unread = unread::all(entries).next().is_some();
    match words {
        Some(words) if unread => format!("{}, not all could be read", words::shown(&words)),
        Some(words) => words::shown(&words),
        None if unread => "not all could be read".to_owned(),
        None => nothing(kind, &panel.state).to_owned(),
    }
}

fn head(kind: PanelKind, panel: Option<Option<&Panel>>, around: Around<'_>) -> Words {
    let mut words = Words::new().bold(title(kind));
    if panel.is_some() {
        words = words.dim(&format!(" · shared by {}, read-only", around.host));
    }
    if let Some(panel) = panel.flatten() {
        words = words.dim(&format!(" · changed {}", ago(around.now, panel.changed)));
    }
    words
}

/// Why it may not be the newest.
pub(crate) fn troubles(panel: Option<&Panel>, around: Around<'_>) -> Vec<Words> {
    let mut words = Vec::new();
    if let Some(since) = around.offline {
        let text = format!("Offline since {}: this is how it was then.", ago(around.now, since));
        words.push(Words::new().ink(&text, style::WARN));
    }
    match panel.map(|panel| &panel.state) {
        Some(SourceState::Stale { since }) => {
            let text = format!("As of {}: its source cannot be reached now.", ago(around.now, *since));
            words.push(Words::new().ink(&text, style::WARN));
        }
        Some(SourceState::Failed { since, why, remedy }) => {
            let when =
                if *since == 0 { String::new() } else { format!(" since {}", ago(around.now, *since)) };
            let mut line = Words::new().ink(&format!("Nothing newer{when}: {why}."), style::BAD);
            if let Some(remedy) = remedy {
                line = line.dim(&format!(" {} can {}.", around.host, remedy_words(remedy)));
            }
            words.push(line);
        }
        _ => {}
    }
    words
}

/// The state of a panel's source, for its host.
pub(crate) fn state_words(state: &SourceState, now: u64) -> String {
    match state {
        SourceState::Starting => "looking for the first time".to_owned(),
        SourceState::Fresh => "up to date".to_owned(),
        SourceState::Stale { since } => format!("as of {}: its source cannot be reached", ago(now, *since)),
        SourceState::Failed { why, remedy, .. } => match remedy {
            Some(remedy) => format!("{why}; you can {}", remedy_words(remedy)),
            None => why.clone(),
        },
    }
}

/// What the host can do about it, after "can".
fn remedy_words(remedy: &Remedy) -> &'static str {
    match remedy {
        Remedy::SignIn { .. } => "sign in there",
        Remedy::InstallGit => "install git",
        Remedy::TrustFolder => "say that the folder is its own (git config safe.directory)",
        Remedy::Configure => "set it up",
        _ => "try again",
    }
}

fn nothing(kind: PanelKind, state: &SourceState) -> &'static str {
    if *state == SourceState::Starting {
        return "The host is looking for the first time.";
    }
    match kind {
        PanelKind::Git => "No Git repository",
        PanelKind::History => "No commands yet",
        PanelKind::Log => "No activity yet",
        PanelKind::Review => "No pull request for this branch",
        PanelKind::Issue => "No linked issues",
        PanelKind::Findings => "No findings",
    }
}

/// What people wrote, line by line, and what there is of it beyond.
fn body(body: &Body, panel: PanelKind, title: &str, indent: usize, rows: &mut Rows) {
    let margin = " ".repeat(indent);
    rows.extend(body.text.trim().lines().map(|line| Words::new().plain(&margin).plain(line)));
    if let Some(rest) = &body.rest {
        let opens = Opens::Text { title: title.to_owned(), panel, reference: rest.id.clone() };
        let words = Words::new().plain(&margin).dim(&format!("… {} in all", words::bytes(rest.size)));
        rows.push(Row::opening(words, Some(opens)));
    }
}

#[cfg(test)]
mod tests;
