//! What a forge knows of a branch, and what of it could not be read.

use jumpseat_panels::{Check, Comment, Issue, IssueComment, PanelKind, Request, Thread};

use super::{
    MAX_COMMENTS,
    http::{HttpError, Listed},
};

/// What a forge knows of a branch. Bodies are whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Known {
    pub(super) request: Option<Request>,
    pub(super) checks: Vec<Check>,
    pub(super) threads: Vec<Thread>,
    /// In order; those of a thread name it.
    pub(super) comments: Vec<Comment>,
    pub(super) issues: Vec<Issue>,
    pub(super) issue_comments: Vec<IssueComment>,
    /// What was asked for and is not shown.
    pub(super) missing: Vec<Missing>,
}

/// A part that could not be read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Missing {
    pub(super) panel: PanelKind,
    /// As it follows "Could not read".
    pub(super) part: String,
    pub(super) why: &'static str,
    /// Whether somebody else may be shown it.
    pub(super) refused: bool,
}

impl Known {
    /// Notes that a part is missing, once.
    pub(super) fn miss(&mut self, panel: PanelKind, part: impl Into<String>, why: &'static str) {
        self.note(Missing { panel, part: part.into(), why, refused: false });
    }

    /// Notes that the forge did not show a part.
    pub(super) fn refused(&mut self, panel: PanelKind, part: impl Into<String>) {
        let why = "the forge shows it only to people with access";
        self.note(Missing { panel, part: part.into(), why, refused: true });
    }

    /// What was asked for; nothing, and a note of that, where the forge refuses this part alone.
    pub(super) fn part<T: Default>(
        &mut self,
        panel: PanelKind,
        part: impl Into<String>,
        found: Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        match found {
            Err(HttpError::NotFound | HttpError::Forbidden | HttpError::Unauthorized) => {
                self.refused(panel, part);
                Ok(T::default())
            }
            Err(HttpError::Malformed) => {
                self.miss(panel, part, "the forge's answer is not understood");
                Ok(T::default())
            }
            found => found,
        }
    }

    /// The same of a list, of which there may be more than is read.
    pub(super) fn list<T>(
        &mut self,
        panel: PanelKind,
        part: &str,
        found: Result<Listed<T>, HttpError>,
    ) -> Result<Vec<T>, HttpError> {
        let Listed { items, is_whole } = self.part(panel, part, found)?;
        if !is_whole {
            self.miss(panel, format!("all {part}"), "at most 500 are read");
        }
        Ok(items)
    }

    /// Keeps the newest comments of an issue.
    pub(super) fn newest<T>(&mut self, comments: &mut Vec<T>, issue: u64) {
        if comments.len() > MAX_COMMENTS {
            comments.drain(..comments.len() - MAX_COMMENTS);
            self.miss(PanelKind::Issue, format!("older comments of #{issue}"), "the newest 200 are shown");
        }
    }

    fn note(&mut self, missing: Missing) {
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }
}
