//! What stands in the findings: what tools and editors found in the code, and the rules they go by.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, MAX_TITLE, bound_address, bound_line};
use crate::text;

/// The longest message of a finding, in bytes.
const MAX_MESSAGE: usize = 2048;
/// The longest text about a rule or a fix, in bytes.
const MAX_TEXT: usize = 2048;

/// Something a tool found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Finding {
    /// The tool: a compiler, a linter, an editor's extension.
    pub tool: String,
    /// The rule's name; with the tool it names a [`Rule`], if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rule: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file, from the workspace on; nothing for what is of no file of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub path: Option<String>,
    /// Where in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub range: Option<Range>,
    /// What would mend it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub fix: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is wrong.
    Error,
    /// It may well be.
    #[default]
    Warning,
    /// Worth a look.
    Note,
    /// It could be nicer.
    Hint,
}

/// A part of a file. Lines and columns count from 1; columns count UTF-16 units, as editors do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Range {
    /// The first line.
    pub line: u32,
    /// The column in it.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last one.
    pub end_column: u32,
}

/// A rule that tools go by.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Rule {
    /// The tool.
    pub tool: String,
    /// Its name.
    pub rule: String,
    /// What it is about, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub title: Option<String>,
    /// What it asks, and how to follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub text: Option<String>,
    /// Where it is explained on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub web: Option<String>,
    /// How many findings there are.
    pub findings: u32,
}

impl Finding {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.tool, MAX_NAME);
        bound_line(&mut self.rule, MAX_NAME);
        text::lines(&mut self.message, MAX_MESSAGE);
        self.path.iter_mut().for_each(text::path);
        self.path = self.path.take().filter(|path| !path.is_empty());
        self.range.iter_mut().for_each(Range::bound);
        if let Some(fix) = &mut self.fix {
            text::lines(fix, MAX_TEXT);
        }
    }
}

impl Range {
    /// Lines and columns begin at 1, and no end is before its beginning.
    pub(super) fn bound(&mut self) {
        /// What every editor takes for a line or column.
        const MOST: u32 = i32::MAX as u32;
        self.line = self.line.clamp(1, MOST);
        self.column = self.column.clamp(1, MOST);
        self.end_line = self.end_line.clamp(self.line, MOST);
        let least = if self.end_line == self.line { self.column } else { 1 };
        self.end_column = self.end_column.clamp(least, MOST);
    }
}

impl Rule {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.tool, MAX_NAME);
        text::line(&mut self.rule, MAX_NAME);
        bound_line(&mut self.title, MAX_TITLE);
        if let Some(text) = &mut self.text {
            text::lines(text, MAX_TEXT);
        }
        bound_address(&mut self.web);
    }
}
