//! What stands in the issue panel.

use serde::{Deserialize, Serialize};

use super::{Body, MAX_NAME, MAX_TITLE, bound_address, bound_line, bound_number, bound_numbers};
use crate::text;

/// Most labels or people that are shown of one thing.
const MAX_NAMES: usize = 24;

/// An issue that the branch or its pull request is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Issue {
    /// Its number.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub number: u64,
    /// The repository that it is of, as the forge calls it.
    pub repository: String,
    /// Why it is here.
    pub link: IssueLink,
    /// Its title.
    pub title: String,
    /// What it says.
    pub body: Body,
    /// Whether it is open.
    pub state: IssueState,
    /// Who wrote it.
    pub author: String,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Who is to do it.
    pub assignees: Vec<String>,
    /// What it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub milestone: Option<String>,
    /// When it was written, in milliseconds since 1970.
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

/// Why an issue is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum IssueLink {
    /// The pull request closes it.
    Closes,
    /// The branch is named after it.
    Branch,
}

/// Whether an issue is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// It is.
    Open,
    /// It is done.
    Closed,
    /// It will not be done.
    NotPlanned,
}

/// A label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its colour, as red, green and blue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub color: Option<u32>,
}

/// What somebody said about an issue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct IssueComment {
    /// The issue's number.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub issue: u64,
    /// The issue's repository.
    pub repository: String,
    /// Who.
    pub author: String,
    /// When, in milliseconds since 1970.
    #[cfg_attr(feature = "types", ts(type = "number"))]
    pub at: u64,
    /// Whether it was changed since.
    pub edited: bool,
    /// The text.
    pub body: Body,
    /// Where it is on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub web: Option<String>,
}

impl Issue {
    pub(super) fn bound(&mut self) {
        bound_numbers([&mut self.number, &mut self.created, &mut self.updated]);
        text::line(&mut self.repository, MAX_NAME);
        text::line(&mut self.title, MAX_TITLE);
        text::line(&mut self.author, MAX_NAME);
        self.body.bound();
        bound_labels(&mut self.labels);
        bound_names(&mut self.assignees);
        bound_line(&mut self.milestone, MAX_NAME);
        bound_address(&mut self.web);
    }
}

impl IssueComment {
    pub(super) fn bound(&mut self) {
        bound_number(&mut self.issue);
        bound_number(&mut self.at);
        text::line(&mut self.repository, MAX_NAME);
        text::line(&mut self.author, MAX_NAME);
        self.body.bound();
        bound_address(&mut self.web);
    }
}

pub(super) fn bound_labels(labels: &mut Vec<Label>) {
    labels.truncate(MAX_NAMES);
    for label in labels {
        text::line(&mut label.name, 64);
        label.color = label.color.filter(|color| *color <= 0xff_ffff);
    }
}

fn bound_names(names: &mut Vec<String>) {
    names.truncate(MAX_NAMES);
    names.iter_mut().for_each(|name| text::line(name, 64));
}
