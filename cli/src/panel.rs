//! Panels as text: what a guest reads of them at the prompt and in the overlay.
//!
//! ```text
//!  Panel ── outline ──► page, painted ──► Rows ──┬─► print (colours, pager) ──► terminal
//!                                                └─► overlay
//!  Row::target ── open ──► contents, fetched ──► diffs, outputs ──► Rows
//! ```
//!
//! All of it was chosen by a host, or by what its repository, its forge and its programs say. Text becomes a row by
//! [`StyledLine`] alone, which leaves no control character and nothing that turns or hides what is around it.

mod diff;
mod diff_request;
mod find;
mod open;
mod paint;
mod rows;
mod styled_line;

use jumpseat_engine::api::panels::{PanelKind, SourceState};
use jumpseat_panels::outline::{self, Context, ago};

pub(crate) use diff::Diff;
pub(crate) use diff_request::DiffRequest;
pub(crate) use find::{find_block, find_files, touched};
pub(crate) use open::{Contents, Opened, open};
pub(crate) use rows::{Row, RowTarget, Rows};
pub(crate) use styled_line::{StyledLine, style};

use self::paint::Painter;
use crate::overview::Panel;

/// What a page of a panel needs to know: whose it is, and whether news can come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageContext<'a> {
    pub(crate) host: &'a str,
    /// Since when nothing new can come, in milliseconds since 1970.
    pub(crate) offline: Option<u64>,
    /// Milliseconds since 1970.
    pub(crate) now: u64,
}

/// A panel's whole page. `panel` is nothing where it is not shared, and nothing within where it is on its way.
pub(crate) fn page(kind: PanelKind, panel: Option<Option<&Panel>>, around: PageContext<'_>) -> Vec<Row> {
    let mut rows = Rows::default();
    rows.push(head(kind, panel, around));
    rows.extend(troubles(panel.flatten(), around));
    rows.push(StyledLine::new());
    match panel {
        None => rows.push(StyledLine::new().dim(outline::not_shared(kind))),
        Some(None) => rows.push(StyledLine::new().dim(outline::LOADING)),
        Some(Some(panel)) => {
            let context = Context { host: around.host, ..Context::default() };
            let outline = outline::rows(kind, &panel.entries, &context);
            Painter::new(kind, &panel.entries, around.now).rows(&outline, 0, &mut rows);
            if outline.is_empty() {
                rows.push(StyledLine::new().dim(nothing(kind, &panel.state)));
            }
            rows.extend(outline::left_out(panel.left_out).map(|more| StyledLine::new().dim(&more)));
        }
    }
    rows.into_vec()
}

/// What stands in a panel, in a few words.
pub(crate) fn panel_summary(kind: PanelKind, panel: &Panel) -> String {
    let summary = outline::summary(kind, &panel.entries);
    summary.map_or_else(|| nothing(kind, &panel.state).to_owned(), |summary| styled_line::shown(&summary))
}

fn head(kind: PanelKind, panel: Option<Option<&Panel>>, around: PageContext<'_>) -> StyledLine {
    let mut words = StyledLine::new().bold(outline::title(kind));
    if panel.is_some() {
        words = words.dim(&format!(" · shared by {}, read-only", around.host));
    }
    if let Some(panel) = panel.flatten() {
        words = words.dim(&format!(" · changed {}", ago(around.now, panel.changed)));
    }
    words
}

/// Why it may not be the newest.
pub(crate) fn troubles(panel: Option<&Panel>, around: PageContext<'_>) -> Vec<StyledLine> {
    let offline = around.offline.map(outline::offline);
    let trouble = panel.and_then(|panel| outline::trouble(&panel.state, around.host));
    offline.into_iter().chain(trouble).map(|line| paint::line(&line, around.now)).collect()
}

/// The state of a panel's source, for its host.
pub(crate) fn state_words(state: &SourceState, now: u64) -> StyledLine {
    paint::line(&outline::status(state), now)
}

fn nothing(kind: PanelKind, state: &SourceState) -> &'static str {
    if *state == SourceState::Starting { outline::LOADING } else { outline::empty(kind) }
}

#[cfg(test)]
mod tests;
