//! The rows of a page, as many as anybody reads.

use jumpseat_engine::api::panels::{Entries, Entry, Key, PanelKind, ReferenceId};
use jumpseat_panels::outline::counted;
use ratatui::text::Line;

use super::{DiffRequest, StyledLine};

/// Most rows of a page: a document holds 10,000 entries, and what is in them can be lines of nothing.
pub(crate) const MAX_ROWS: usize = 20_000;

/// A line of a page.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    pub(crate) line: Line<'static>,
    /// What there is behind it.
    pub(crate) target: Option<RowTarget>,
}

/// What can be opened.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum RowTarget {
    /// How a file changed.
    Diffs(Vec<DiffRequest>),
    /// A text: what a command printed, a long body.
    Text { title: String, panel: PanelKind, reference: ReferenceId },
}

impl RowTarget {
    /// The text that an entry refers to.
    pub(super) fn text(entries: &Entries, key: &Key, title: String) -> Option<Self> {
        let entry = entries.get(key)?;
        let reference = match entry {
            Entry::Block(block) => block.output.as_ref()?,
            Entry::Line(line) => line.rest.as_ref()?,
            _ => return None,
        };
        Some(Self::Text { title, panel: entry.kind(), reference: reference.id.clone() })
    }

    /// The panel that it stands in: with that it goes.
    pub(crate) fn panel(&self) -> PanelKind {
        match self {
            Self::Diffs(_) => PanelKind::Git,
            Self::Text { panel, .. } => *panel,
        }
    }
}

impl From<StyledLine> for Row {
    fn from(words: StyledLine) -> Self {
        Self { line: words.into(), target: None }
    }
}

impl Row {
    pub(super) fn opening(words: StyledLine, target: Option<RowTarget>) -> Self {
        Self { line: words.into(), target }
    }
}

/// Rows in the making. What is beyond [`MAX_ROWS`] is not made: whoever makes them stops when it is [`full`](Self::full).
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Row>);

impl Rows {
    pub(crate) fn push(&mut self, row: impl Into<Row>) {
        if !self.full() {
            self.0.push(row.into());
        }
    }

    /// Takes no more than there is room for from what makes them.
    pub(crate) fn extend<R: Into<Row>>(&mut self, rows: impl IntoIterator<Item = R>) {
        let room = MAX_ROWS - self.0.len();
        self.0.extend(rows.into_iter().take(room).map(Into::into));
    }

    pub(crate) fn full(&self) -> bool {
        self.0.len() >= MAX_ROWS
    }

    /// All of them, and a last one where there would have been more.
    pub(crate) fn into_vec(mut self) -> Vec<Row> {
        if self.full() {
            let text = format!("No more than {} are shown.", counted(MAX_ROWS, "line"));
            self.0.push(StyledLine::new().dim(&text).into());
        }
        self.0
    }
}
