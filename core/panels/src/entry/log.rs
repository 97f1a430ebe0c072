//! What stands in the log: what happened in the session, and lines of log files.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, bound_line, bound_number, bound_numbers};
use crate::{Reference, text};

/// The longest line that is shown, in bytes.
const MAX_LINE: usize = 2048;
/// The longest command that is shown, in bytes.
const MAX_COMMAND: usize = 2048;

/// A line of a log file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Line {
    /// When it was read, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// What the file is called.
    #[serde(default)]
    pub file: String,
    /// How much it matters, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub level: Option<Level>,
    /// What it says.
    pub text: String,
    /// The whole, where it is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rest: Option<Reference>,
}

/// Something that happened in the session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Activity {
    /// When, in milliseconds since 1970; of what took time: when it began.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// When it ended, of what took time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional, type = "number"))]
    pub until: Option<u64>,
    /// How much it matters.
    pub level: Level,
    /// Who did it or had it done to them; nothing for the session as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub who: Option<String>,
    /// What happened.
    pub happened: ActivityKind,
}

/// What can happen in a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActivityKind {
    /// Somebody joined.
    Joined {
        /// What they may do, in a word.
        role: String,
    },
    /// Somebody left, was removed, or was gone for too long.
    Left {
        /// Why, in words.
        why: String,
    },
    /// Somebody's line came or went.
    Presence {
        /// Whether they are connected.
        present: bool,
    },
    /// Somebody may do something else.
    Granted {
        /// What they may do, in a word.
        role: String,
        /// Who said so.
        by: String,
    },
    /// Somebody asked for the keyboard.
    Asked,
    /// Somebody was refused: at the door, or at the keyboard.
    Refused {
        /// Why, in words.
        why: String,
    },
    /// Somebody typed.
    Typed {
        /// In which terminal.
        terminal: String,
    },
    /// A command was run.
    Ran {
        /// In which terminal.
        terminal: String,
        /// The command line.
        command: String,
        /// How it ended, once it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        exit_code: Option<i32>,
        /// The shell did not prove it: anything that was printed in the terminal may have made it up.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[cfg_attr(feature = "types", ts(as = "Option<bool>", optional))]
        unproven: bool,
    },
    /// The line to the relay changed.
    Connection {
        /// How it is now, in words.
        state: String,
    },
    /// Something is shared, or no longer.
    Shared {
        /// A terminal's or a panel's name.
        thing: String,
        /// Whether it is.
        on: bool,
    },
    /// Anything else, in words.
    Noted {
        /// The words.
        text: String,
    },
}

/// How much something matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something is broken.
    Error,
    /// Something may be.
    Warning,
    /// Good to know.
    #[default]
    Info,
    /// For who looks closely.
    Debug,
}

impl Line {
    pub(super) fn bound(&mut self) {
        bound_number(&mut self.at);
        text::line(&mut self.file, MAX_NAME);
        text::line(&mut self.text, MAX_LINE);
    }
}

impl Activity {
    pub(super) fn bound(&mut self) {
        bound_numbers([&mut self.at].into_iter().chain(&mut self.until));
        bound_line(&mut self.who, MAX_NAME);
        match &mut self.happened {
            ActivityKind::Joined { role: word } | ActivityKind::Connection { state: word } => {
                text::line(word, MAX_NAME)
            }
            ActivityKind::Left { why: word } | ActivityKind::Refused { why: word } => {
                text::line(word, MAX_NAME)
            }
            ActivityKind::Typed { terminal: word } | ActivityKind::Shared { thing: word, .. } => {
                text::line(word, MAX_NAME)
            }
            ActivityKind::Granted { role, by } => {
                text::line(role, MAX_NAME);
                text::line(by, MAX_NAME);
            }
            ActivityKind::Ran { terminal, command, .. } => {
                text::line(terminal, MAX_NAME);
                text::line(command, MAX_COMMAND);
            }
            ActivityKind::Noted { text } => text::line(text, MAX_LINE),
            ActivityKind::Presence { .. } | ActivityKind::Asked => {}
        }
    }
}
