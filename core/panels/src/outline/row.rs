//! What an outline is made of: rows of text with a tone, and what opens when one is chosen.

use serde::Serialize;

use super::{
    files::{Change, FileAt},
    icon::{Icon, Tone},
    words::preview,
};
use crate::{Body, Key, PanelKind, Range};

/// A row of a panel, with the rows below it. Its text is what documents hold, in one line each; who paints it still makes
/// it fit for what it paints on.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Row {
    /// Its id among its siblings, which does not change when the row does.
    pub id: String,
    /// The icon in front of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The tone of the icon.
    #[serde(skip_serializing_if = "Tone::is_plain")]
    #[cfg_attr(feature = "types", ts(as = "Option<Tone>", optional))]
    pub tone: Tone,
    /// The number that people ask for it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The file that it is about, from the repository or the workspace on. It stands before the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A version of that file which the git panel has: what its picture and its mark are of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileAt>,
    /// What it says.
    pub label: Vec<Span>,
    /// More about it, behind the label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(as = "Option<Vec<Span>>", optional))]
    pub detail: Vec<Span>,
    /// When it was, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// The beginning of what people wrote, for where not all of it is shown.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "types", ts(as = "Option<String>", optional))]
    pub preview: String,
    /// The lines of its tooltip.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(as = "Option<Vec<Vec<Span>>>", optional))]
    pub tooltip: Vec<Line>,
    /// The text for screen readers, if it is not the label and the detail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoken: Option<String>,
    /// What it is, for menus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<RowKind>,
    /// What opens when it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Where in a shared terminal it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump: Option<Jump>,
    /// Where it is on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
    /// The rows below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(as = "Option<Vec<Row>>", optional))]
    pub rows: Vec<Row>,
    /// Whether those are collapsed at first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(as = "Option<bool>", optional))]
    pub collapsed: bool,
    /// Lines below it, for pages that show everything.
    #[serde(skip)]
    pub below: Vec<Line>,
    /// What people wrote, for pages that show everything.
    #[serde(skip)]
    pub body: Option<Body>,
}

/// Spans, left to right.
pub type Line = Vec<Span>;

/// A piece of a line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Span {
    /// Text.
    Text {
        /// It.
        text: String,
        /// How it stands out.
        #[serde(skip_serializing_if = "Tone::is_plain")]
        #[cfg_attr(feature = "types", ts(as = "Option<Tone>", optional))]
        tone: Tone,
    },
    /// A time. Who paints it says it in words: how long ago, or at what o'clock.
    Time {
        /// Milliseconds since 1970.
        at: u64,
    },
}

/// What a row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A heading with what belongs below it.
    Group,
    /// A file with changes.
    File,
    /// A command.
    Block,
    /// Something a tool found.
    Finding,
    /// A rule that tools go by.
    Rule,
    /// A request or an issue.
    Page,
    /// A check of a request.
    Check,
    /// A thread of a review.
    Thread,
    /// A comment.
    Comment,
}

/// What opens when a row is chosen.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "opens", rename_all = "snake_case")]
pub enum Target {
    /// How a file changed.
    Change(Change),
    /// How every file below the row changed.
    Changes {
        /// What that is called.
        title: String,
    },
    /// A version of a file, compared with what it was when the branch left its base if that is there, too.
    File {
        /// The version.
        file: FileAt,
        /// The one that it is compared with.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        with: Option<FileAt>,
        /// Where in it.
        range: Range,
        /// What the comparison is called.
        title: String,
    },
    /// What was found in a file that is not shared itself.
    Findings {
        /// The file; `-` for what is of none.
        path: String,
        /// The line of that list.
        line: u32,
    },
    /// A text that is fetched: what a command printed, a long line.
    Text {
        /// The panel with the entry that refers to it.
        panel: PanelKind,
        /// The entry.
        #[cfg_attr(feature = "types", ts(type = "string"))]
        key: Key,
        /// Its title.
        title: String,
    },
    /// A request or an issue with all that was said.
    Page {
        /// Its panel.
        panel: PanelKind,
        /// The entry.
        #[cfg_attr(feature = "types", ts(type = "string"))]
        key: Key,
        /// Its title.
        title: String,
    },
    /// There is nothing to open.
    Nothing {
        /// The reason, as a sentence.
        why: String,
    },
}

/// A place in a shared terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Jump {
    /// The terminal.
    pub terminal: u32,
    /// The line, counted from the first that the session shares.
    pub line: u64,
}

impl Span {
    /// Text with a tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self::Text { text: text.into(), tone }
    }

    /// Text as it is everywhere.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }

    /// Text that stands out less.
    pub fn dim(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Dim)
    }
}

/// How parts of a detail are told apart.
pub(super) const APART: &str = " · ";

/// How much of what people wrote stands in a row, and in a tooltip, in characters.
const PREVIEW: usize = 120;
const TOOLTIP: usize = 1000;

impl Row {
    pub(super) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// A heading over rows, with how many there are; nothing over none.
    pub(super) fn group(id: impl Into<String>, label: impl Into<String>, rows: Vec<Row>) -> Option<Self> {
        let (label, count) = (label.into(), rows.len());
        let spoken = Some(format!("{label}, {count}"));
        let group = Self { spoken, is: Some(RowKind::Group), rows, ..Self::new(id) };
        (count > 0).then(|| group.says(label, Tone::Strong).part(count.to_string()))
    }

    pub(super) fn icon(self, icon: Icon, tone: Tone) -> Self {
        Self { icon: Some(icon), tone, ..self }
    }

    pub(super) fn kind(self, is: RowKind) -> Self {
        Self { is: Some(is), ..self }
    }

    pub(super) fn opens(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    pub(super) fn web(self, web: Option<&String>) -> Self {
        Self { web: web.cloned(), ..self }
    }

    pub(super) fn collapsed(self) -> Self {
        Self { collapsed: true, ..self }
    }

    /// More of the label.
    pub(super) fn says(mut self, text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.label.push(Span::new(text, tone));
        }
        self
    }

    /// Adds a part to the detail, unless it is empty.
    pub(super) fn toned(mut self, text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.apart();
            self.detail.push(Span::new(text, tone));
        }
        self
    }

    pub(super) fn part(self, text: impl Into<String>) -> Self {
        self.toned(text, Tone::Dim)
    }

    /// Parts that are not told apart from each other.
    pub(super) fn parts(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        let mut spans = spans.into_iter().peekable();
        if spans.peek().is_some() {
            self.apart();
            self.detail.extend(spans);
        }
        self
    }

    fn apart(&mut self) {
        if !self.detail.is_empty() {
            self.detail.push(Span::dim(APART));
        }
    }

    pub(super) fn hover(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.tooltip.push(vec![Span::plain(text)]);
        }
        self
    }

    /// A line that stands below it where everything is shown, and in its tooltip elsewhere.
    pub(super) fn fact(mut self, line: Line) -> Self {
        self.tooltip.push(line.clone());
        self.below.push(line);
        self
    }

    /// What the row itself says, as the first line of its tooltip.
    pub(super) fn hover_itself(mut self) -> Self {
        let mut line = self.label.clone();
        line.extend((!self.detail.is_empty()).then(|| Span::dim(APART)));
        line.extend(self.detail.iter().cloned());
        line.extend(self.at.into_iter().flat_map(|at| [Span::dim(APART), Span::Time { at }]));
        self.tooltip.push(line);
        self
    }

    pub(super) fn body(mut self, body: &Body) -> Self {
        self.preview = preview(&body.text, PREVIEW);
        let more = preview(&body.text, TOOLTIP);
        if !more.is_empty() {
            self.tooltip.extend([Vec::new(), vec![Span::plain(more)]]);
            self.body = Some(body.clone());
        }
        self
    }
}

impl Span {
    /// Its text; nothing of a time.
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } => text,
            Self::Time { .. } => "",
        }
    }
}
