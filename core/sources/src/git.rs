//! The git panel: repositories of the workspace, watched, and looked at again when something changed.
//!
//! A look is one `git status`, of the paths that changed where these are few, and short runs of git for what is new in
//! it. It begins as soon as something changes, at most twice a second, and never takes more than a third of the time.

mod cache;
mod changes;
mod clean;
mod contents;
mod degraded;
mod folders;
mod gap;
mod head;
mod kinds;
mod part;
mod repository;
mod show;
mod source;
mod watches;
mod worktree;

use std::path::PathBuf;

use jumpseat_panels::PanelKind;
use tokio::sync::mpsc;

use crate::{Ask, Publisher, Running, Source};
pub(crate) use gap::remedy;

/// The git panel of a workspace.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
}

impl Git {
    /// Of a workspace's folder: in a repository, with repositories below, or both.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl Source for Git {
    fn kind(&self) -> PanelKind {
        PanelKind::Git
    }

    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running {
        Box::pin(source::GitSource::new(self.folder, publisher).run(asks))
    }
}
