//! What stands in the history: the commands of the shared terminals.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, bound_line, bound_numbers};
use crate::{Reference, text};

/// The longest command that is shown, in bytes.
const MAX_COMMAND: usize = 4096;
/// The longest directory that is shown, in bytes.
const MAX_CWD: usize = 1024;

/// A command that was run in a terminal.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Block {
    /// The terminal's number.
    pub terminal: u32,
    /// What the terminal is called.
    pub title: String,
    /// What was run, as the shell told it or as it was read from the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub command: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub cwd: Option<String>,
    /// When it began, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub started: u64,
    /// How long it ran, in milliseconds; nothing while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional, type = "number"))]
    pub took: Option<u64>,
    /// How it ended, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub exit_code: Option<i32>,
    /// The line of the terminal where its prompt begins, counted from the first that the session shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional, type = "number"))]
    pub line: Option<u64>,
    /// How many lines it printed.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub lines: u64,
    /// The shell did not prove it: anything that was printed in the terminal may have made it up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(as = "Option<bool>", optional))]
    pub unproven: bool,
    /// Some of what it printed was erased from the terminal, and is not kept here either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(as = "Option<bool>", optional))]
    pub erased: bool,
    /// What it printed, as plain text; the end of it, if that is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub output: Option<Reference>,
}

impl Block {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.title, MAX_NAME);
        if let Some(command) = &mut self.command {
            text::lines(command, MAX_COMMAND);
        }
        bound_line(&mut self.cwd, MAX_CWD);
        let times = [&mut self.started, &mut self.lines].into_iter();
        bound_numbers(times.chain(&mut self.took).chain(&mut self.line));
    }
}
