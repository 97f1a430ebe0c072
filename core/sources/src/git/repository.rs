//! One repository as it was last looked at.

use std::{path::PathBuf, sync::Arc};

use jumpseat_git::{Extras, Gap, Git, GitError, RepoLocation, Status};
use jumpseat_panels::Operation;

use super::{
    cache::Memory,
    degraded, folders,
    head::{self, Head},
    part::Part,
};

/// A repository, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// Names it in the document, for as long as it is there.
    pub(super) number: u32,
    pub(super) place: Arc<RepoLocation>,
    pub(super) status: Status,
    pub(super) head: Head,
    pub(super) operation: Option<Operation>,
    pub(super) memory: Memory,
    /// Why the last look showed nothing.
    pub(super) fault: Option<Arc<GitError>>,
}

/// Why a repository is looked at.
#[derive(Clone, Default, Debug)]
pub(super) struct Why {
    /// Its branches may have moved.
    pub(super) moved: bool,
    /// Anything may have changed, not only what is at these paths.
    pub(super) anything: bool,
    pub(super) paths: Vec<PathBuf>,
}

impl Why {
    pub(super) fn anything() -> Self {
        Self { moved: true, anything: true, paths: Vec::new() }
    }
}

impl Repository {
    pub(super) fn new(number: u32, place: RepoLocation) -> Self {
        Self {
            number,
            place: Arc::new(place),
            status: Status::default(),
            head: Head::default(),
            operation: None,
            memory: Memory::default(),
            fault: None,
        }
    }

    /// The part in which something changed; nothing if that may be anywhere.
    fn part(&self, why: &Why) -> Option<Part> {
        let known = self.fault.is_none() && !why.anything;
        known.then(|| Part::of(&self.status, &self.place, &why.paths)).flatten()
    }

    /// Whether something of it counts.
    pub(super) async fn is_concerned(&self, why: &Why) -> bool {
        // Of a part git says in the same run whether it is ignored.
        if why.anything || self.part(why).is_some() {
            return true;
        }
        let unignored = folders::unignored(&Git::at(&self.place.root), why.paths.clone()).await;
        unignored.map_or(true, |paths| !paths.is_empty())
    }

    /// Looks again. What cannot be read keeps its last state.
    pub(super) async fn look(mut self, why: &Why) -> Self {
        self.fault = self.try_look(why).await.err().map(Arc::new);
        self
    }

    /// What of it could not be read.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.status.gaps.iter().chain(&self.head.gaps).chain(&self.memory.gaps)
    }

    async fn status(&self, git: &Git, why: &Why) -> Result<Status, GitError> {
        if let Some(part) = self.part(why)
            && let Ok(said) = Status::of(git, &part.paths(), Extras::ALL).await
            && let Some(whole) = part.into_whole(self.status.clone(), said)
        {
            return Ok(degraded::examine(git, &self.place, whole).await);
        }
        let scope: Vec<PathBuf> = self.place.scope.iter().map(PathBuf::from).collect();
        let status = match Status::of(git, &scope, Extras::ALL).await {
            Ok(status) => status,
            Err(fault) => {
                tracing::debug!(%fault, "git panel");
                degraded::status(git, &self.place, &scope).await?
            }
        };
        Ok(degraded::examine(git, &self.place, status).await)
    }

    async fn try_look(&mut self, why: &Why) -> Result<(), GitError> {
        let git = self.git().await?;
        let status = self.status(&git, why).await?;
        let known = status.commit.as_ref().is_some_and(|commit| {
            self.head.at.as_ref().is_some_and(|(at, branch)| at == commit && *branch == status.branch)
        });
        if let Some(commit) = status.commit.as_deref().filter(|_| why.moved || !known) {
            let (branch, upstream) = (status.branch.as_deref(), status.upstream.as_deref());
            self.head = Head::of(&git, &self.place, commit, branch, upstream).await;
        } else if status.commit.is_none() {
            self.head = Head::default();
        }
        let rules =
            why.paths.iter().any(|path| path.file_name().is_some_and(|name| name == ".gitattributes"));
        self.memory.renew(&git, &status, &self.head.files, why.anything || rules).await;
        self.operation = head::operation(&self.place.git_dir);
        self.status = status;
        Ok(())
    }

    /// This repository's `git`.
    pub(super) async fn git(&self) -> Result<Git, GitError> {
        Git::at(&self.place.root).pinned().await
    }
}
