//! What stands in the review panel: the branch's pull or merge request, its checks and its threads.

use serde::{Deserialize, Serialize};

use super::{
    Body, MAX_NAME, MAX_TITLE, bound_address, bound_line, bound_number, bound_numbers,
    issue::{Label, bound_labels},
};
use crate::text;

/// Most reviewers that are shown.
const MAX_REVIEWERS: usize = 32;
/// The longest name that a forge gives a thread, in bytes.
const MAX_ID: usize = 128;
/// The longest piece of a diff that is shown with a thread, in bytes.
const MAX_HUNK: usize = 2048;

/// The branch's pull or merge request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Request {
    /// Its number.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub number: u64,
    /// The repository that it is of, as the forge calls it.
    pub repository: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub body: Body,
    /// How far it is.
    pub state: RequestState,
    /// Who wrote it.
    pub author: String,
    /// The branch that it goes into.
    pub base: String,
    /// The branch that it is.
    pub head: String,
    /// The commit that the forge has of it.
    pub commit: String,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Who looked or is to look at it.
    pub reviewers: Vec<Reviewer>,
    /// What they came to, where the forge says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub verdict: Option<Verdict>,
    /// What the machines think.
    pub checks: Checks,
    /// How many threads wait for an answer; nothing where that cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub unresolved: Option<u32>,
    /// Whether it can be merged without a conflict, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub mergeable: Option<bool>,
    /// When it was opened, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub created: u64,
    /// When it last changed.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub updated: u64,
    /// Where it is on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub web: Option<String>,
}

/// How far a request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It is open.
    Open,
    /// It is open, and not ready.
    Draft,
    /// It was merged.
    Merged,
    /// It was closed without that.
    Closed,
}

/// Somebody who looked, or is to look.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Reviewer {
    /// Who.
    pub name: String,
    /// What they came to; nothing before they looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub verdict: Option<Verdict>,
}

/// What a review comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is fine.
    Approved,
    /// Something has to change.
    ChangesRequested,
    /// Remarks alone.
    Commented,
    /// What was said no longer counts.
    Dismissed,
    /// Somebody still has to look.
    Required,
}

/// How many checks came to what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Checks {
    /// These are fine.
    pub passed: u32,
    /// These are not.
    pub failed: u32,
    /// These are under way, or will be.
    pub running: u32,
    /// These say nothing.
    pub skipped: u32,
}

/// What a machine thinks of a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Check {
    /// What it is called.
    pub name: String,
    /// What it came to.
    pub state: CheckState,
    /// That in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub summary: Option<String>,
    /// When it began, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional, type = "number"))]
    pub started: Option<u64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional, type = "number"))]
    pub finished: Option<u64>,
    /// Where it is on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub web: Option<String>,
}

/// What a check came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It waits.
    Waiting,
    /// It is under way.
    Running,
    /// It is fine.
    Passed,
    /// It is not.
    Failed,
    /// It was stopped.
    Stopped,
    /// It was not run, or says nothing.
    Skipped,
}

/// What people discuss at one place of a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Thread {
    /// What its comments name it by.
    pub id: String,
    /// The file, from the workspace on.
    pub path: String,
    /// Which version of it the lines count in.
    pub side: Side,
    /// The last line that it is about, from 1 on; nothing if it is about the file, or if the place is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub line: Option<u32>,
    /// The first line, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub first_line: Option<u32>,
    /// The line it was written at, where that is another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub original_line: Option<u32>,
    /// Whether it is settled; nothing where that cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub resolved: Option<bool>,
    /// Whether the lines have changed since.
    pub outdated: bool,
    /// The piece of the diff that it was written at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub hunk: Option<String>,
    /// How many comments there are.
    pub comments: u32,
}

/// Which version of a file something is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// As it was where the branch left its base.
    Base,
    /// As the request has it.
    #[default]
    Head,
}

/// What somebody said about a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Comment {
    /// The [`Thread::id`] of its thread; nothing for what is said about the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub thread: Option<String>,
    /// Who.
    pub author: String,
    /// When, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// Whether it was changed since.
    pub edited: bool,
    /// What they came to, if this ends a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub verdict: Option<Verdict>,
    /// The text.
    pub body: Body,
    /// Where it is on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub web: Option<String>,
}

impl Request {
    pub(super) fn bound(&mut self) {
        bound_numbers([&mut self.number, &mut self.created, &mut self.updated]);
        text::line(&mut self.title, MAX_TITLE);
        self.body.bound();
        for name in [&mut self.repository, &mut self.author, &mut self.base, &mut self.head, &mut self.commit]
        {
            text::line(name, MAX_NAME);
        }
        bound_labels(&mut self.labels);
        self.reviewers.truncate(MAX_REVIEWERS);
        self.reviewers.iter_mut().for_each(|reviewer| text::line(&mut reviewer.name, 64));
        bound_address(&mut self.web);
    }
}

impl Check {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.name, MAX_NAME);
        bound_line(&mut self.summary, MAX_TITLE);
        bound_numbers(self.started.iter_mut().chain(&mut self.finished));
        bound_address(&mut self.web);
    }
}

impl Thread {
    pub(super) fn bound(&mut self) {
        text::line(&mut self.id, MAX_ID);
        text::path(&mut self.path);
        for line in [&mut self.line, &mut self.first_line, &mut self.original_line] {
            *line = line.filter(|line| (1..=i32::MAX as u32).contains(line));
        }
        self.first_line = self.first_line.filter(|first| self.line.is_some_and(|last| *first < last));
        if let Some(hunk) = &mut self.hunk {
            text::lines(hunk, MAX_HUNK);
        }
    }
}

impl Comment {
    pub(super) fn bound(&mut self) {
        bound_line(&mut self.thread, MAX_ID);
        text::line(&mut self.author, MAX_NAME);
        bound_number(&mut self.at);
        self.body.bound();
        bound_address(&mut self.web);
    }
}
