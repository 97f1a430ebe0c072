//! One repository as it was last looked at.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jumpseat_panels::Operation;

use super::{
    discover::Place,
    head::{self, Head},
    memory::Memory,
    program::{Git, GitFault},
    status::Status,
};

/// A repository, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// Names it in the document, for as long as it is there.
    pub(super) number: u32,
    pub(super) place: Arc<Place>,
    pub(super) status: Status,
    pub(super) head: Head,
    pub(super) operation: Option<Operation>,
    pub(super) memory: Memory,
    /// Why the last look showed nothing.
    pub(super) fault: Option<Arc<GitFault>>,
    /// How long the last look took.
    pub(super) took: Duration,
}

impl Repository {
    pub(super) fn new(number: u32, place: Place) -> Self {
        Self {
            number,
            place: Arc::new(place),
            status: Status::default(),
            head: Head::default(),
            operation: None,
            memory: Memory::default(),
            fault: None,
            took: Duration::ZERO,
        }
    }

    /// Looks again. `moved` says that branches may have, too. What cannot be read keeps its last state.
    pub(super) async fn look(mut self, moved: bool) -> Self {
        let began = Instant::now();
        self.fault = self.try_look(moved).await.err().map(Arc::new);
        self.took = began.elapsed();
        self
    }

    async fn try_look(&mut self, moved: bool) -> Result<(), GitFault> {
        let git = self.git().await?;
        let scope = self.place.scope.clone();
        let status = Status::of(&git, scope.as_deref()).await?;
        let known = status.commit.as_ref().is_some_and(|commit| {
            self.head.at.as_ref().is_some_and(|(at, branch)| at == commit && *branch == status.branch)
        });
        if let Some(commit) = status.commit.as_deref().filter(|_| moved || !known) {
            let (branch, upstream) = (status.branch.as_deref(), status.upstream.as_deref());
            self.head = Head::of(&git, commit, branch, upstream, scope.as_deref()).await?;
        } else if status.commit.is_none() {
            self.head = Head::default();
        }
        self.memory.renew(&git, &status, &self.head.files).await?;
        self.operation = head::operation(&self.place.git_dir);
        self.status = status;
        Ok(())
    }

    /// This repository's `git`.
    pub(super) async fn git(&self) -> Result<Git, GitFault> {
        Git::at(&self.place.root).pinned().await
    }
}
