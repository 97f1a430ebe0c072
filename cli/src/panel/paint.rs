//! Outlines on a terminal: the style for a tone and the character for an icon.

use jumpseat_engine::api::panels::{Entries, PanelKind};
use jumpseat_panels::outline::{self, FileIndex, Files, Icon, RowKind, Span, Target, Tone, ago};
use ratatui::style::Style;

use super::{DiffRequest, Row, RowTarget, Rows, StyledLine, style};

/// The rows of one panel.
pub(super) struct Painter<'a> {
    kind: PanelKind,
    entries: &'a Entries,
    index: FileIndex,
    /// Milliseconds since 1970.
    now: u64,
}

impl<'a> Painter<'a> {
    pub(super) fn new(kind: PanelKind, entries: &'a Entries, now: u64) -> Self {
        Self { kind, entries, index: FileIndex::of(entries), now }
    }

    /// Adds rows, one per line, until the page is full.
    pub(super) fn rows(&self, outline: &[outline::Row], depth: usize, rows: &mut Rows) {
        for (nth, row) in outline.iter().enumerate() {
            if rows.full() {
                return;
            }
            let is_long = !row.rows.is_empty() || !row.below.is_empty() || row.body.is_some();
            // A finding's lines belong to each other.
            if nth > 0 && depth < 2 && is_long && row.is != Some(RowKind::Finding) {
                rows.push(StyledLine::new());
            }
            self.row(row, depth, rows);
            self.rows(&row.rows, depth + 1, rows);
        }
    }

    fn row(&self, row: &outline::Row, depth: usize, rows: &mut Rows) {
        let margin = "  ".repeat(depth);
        let mut words = StyledLine::new().plain(&margin);
        // Events are aligned in columns.
        let in_columns = matches!(self.kind, PanelKind::History | PanelKind::Log);
        if let (true, Some(at)) = (in_columns, row.at) {
            let number = row.number.map_or(String::new(), |number| format!("{number:>4}"));
            words = words.dim(&format!("{number}  {:>10}  ", ago(self.now, at)));
        }
        if let Some(symbol) = row.icon.map(symbol).filter(|symbol| !symbol.is_empty()) {
            words = words.styled(&format!("{symbol}  "), tone(row.tone));
        }
        if let Some(path) = &row.path {
            words = words.styled(path, if row.rows.is_empty() { Style::new() } else { style::BOLD });
        }
        words = words.then(line(&row.label, self.now));
        if !row.detail.is_empty() {
            words = words.plain("  ").then(line(&row.detail, self.now));
        }
        if let (false, Some(at)) = (in_columns, row.at) {
            let apart = if row.detail.is_empty() { "  " } else { " · " };
            words = words.dim(&format!("{apart}{}", ago(self.now, at)));
        }
        let opens = row.target.as_ref().and_then(|target| self.opens(target));
        rows.push(Row::opening(words, opens));
        let margin = format!("{margin}    ");
        let below = row.below.iter();
        rows.extend(below.map(|below| StyledLine::new().plain(&margin).then(line(below, self.now))));
        let Some(body) = &row.body else { return };
        rows.extend(body.text.trim().lines().map(|text| StyledLine::new().plain(&margin).plain(text)));
        if let Some(rest) = &body.rest {
            let title = row.label.iter().map(Span::text).collect();
            let opens = RowTarget::Text { title, panel: self.kind, reference: rest.id.clone() };
            let words =
                StyledLine::new().plain(&margin).dim(&format!("… {} in all", outline::size(rest.size)));
            rows.push(Row::opening(words, Some(opens)));
        }
    }

    fn opens(&self, target: &Target) -> Option<RowTarget> {
        match target {
            Target::Change(change) => {
                let files = Files::new(self.entries, &self.index);
                let file = files.changed(change)?;
                Some(RowTarget::Diffs(vec![DiffRequest::of(file, change.part, change.path.clone())]))
            }
            Target::Text { key, title, .. } => RowTarget::text(self.entries, key, title.clone()),
            _ => None,
        }
    }
}

/// A line of an outline.
pub(super) fn line(line: &[Span], now: u64) -> StyledLine {
    line.iter().fold(StyledLine::new(), |words, span| match span {
        Span::Text { text, tone: of } => words.styled(text, tone(*of)),
        Span::Time { at } => words.dim(&ago(now, *at)),
    })
}

fn tone(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Dim => style::DIM,
        Tone::Strong => style::BOLD,
        Tone::Good => style::GOOD,
        Tone::Warning => style::WARN,
        Tone::Bad => style::BAD,
        Tone::Place => style::PLACE,
    }
}

/// The character for an icon; none where the words already say it.
fn symbol(icon: Icon) -> &'static str {
    match icon {
        Icon::Added => "A",
        Icon::Modified => "M",
        Icon::Deleted => "D",
        Icon::Renamed => "R",
        Icon::Copied => "C",
        Icon::Retyped => "T",
        Icon::Untracked => "?",
        Icon::Conflict => "!",
        Icon::Passed | Icon::Approval | Icon::Clean => "✓",
        Icon::Failed => "✗",
        Icon::Waiting | Icon::Running => "…",
        Icon::Stopped | Icon::Skipped => "–",
        Icon::Ended | Icon::Unproven => " ",
        Icon::Error => "error  ",
        Icon::Warning => "warning",
        Icon::Note => "note   ",
        Icon::Hint => "hint   ",
        Icon::Repository
        | Icon::Submodule
        | Icon::Commit
        | Icon::CommitNotPushed
        | Icon::More
        | Icon::Terminal
        | Icon::Session
        | Icon::RequestOpen
        | Icon::RequestDraft
        | Icon::RequestMerged
        | Icon::RequestClosed
        | Icon::ThreadResolved
        | Icon::ThreadUnresolved
        | Icon::ThreadOutdated
        | Icon::Comment
        | Icon::IssueOpen
        | Icon::IssueClosed
        | Icon::IssueNotPlanned
        | Icon::NoFile => "",
    }
}
