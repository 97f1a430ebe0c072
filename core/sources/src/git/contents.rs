//! Contents of files, read from where the panel that is shown says they are.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use jumpseat_git::{GitError, Objects, RepoLocation};
use jumpseat_panels::{ReferenceId, limits::MAX_CONTENT};
use tokio::sync::{Mutex, oneshot};

use super::{
    clean::{self, Cleaned},
    show::Content,
    worktree,
};
use crate::FetchError;

/// Most contents that are read at once.
pub(super) const MAX_FETCHES: usize = 16;

/// What can be fetched.
#[derive(Default)]
pub(super) struct Contents {
    shown: HashMap<ReferenceId, Content>,
    objects: Arc<Mutex<Option<Objects>>>,
}

impl Contents {
    /// From now on these.
    pub(super) fn show(&mut self, shown: HashMap<ReferenceId, Content>) {
        self.shown = shown;
    }

    /// Reads a content, from where the panel that is shown now says it is.
    pub(super) fn fetch(
        &self,
        id: &ReferenceId,
        answer: oneshot::Sender<Result<Bytes, FetchError>>,
    ) -> impl Future<Output = ()> + use<> {
        let content = self.shown.get(id).cloned();
        let objects = self.objects.clone();
        async move {
            let read = match content {
                None => Err(FetchError::Gone),
                Some(Content::Worktree { place, path, look, against }) => {
                    let (root, at) = (place.root.clone(), path.clone());
                    let read = move || worktree::read(&root, &at, &look, MAX_CONTENT);
                    let read = tokio::task::spawn_blocking(read).await;
                    let read =
                        read.map_err(|_| FetchError::Failed).and_then(|read| read.ok_or(FetchError::Gone));
                    match (read, against) {
                        (Ok(read), Some(against)) => {
                            match clean::clean(&place, &path, read, &against).await {
                                Ok(Some(Cleaned::Bytes(bytes))) => Ok(bytes),
                                Ok(Some(Cleaned::Stored(oid))) => read_blob(&objects, &place, &oid).await,
                                Ok(None) => Err(FetchError::Gone),
                                Err(_) => Err(FetchError::Failed),
                            }
                        }
                        (read, _) => read,
                    }
                }
                Some(Content::Blob { place, oid }) => read_blob(&objects, &place, &oid).await,
            };
            // Whoever asked may be gone.
            let _ = answer.send(read.map(Bytes::from));
        }
    }
}

async fn read_blob(
    objects: &Mutex<Option<Objects>>,
    place: &RepoLocation,
    oid: &str,
) -> Result<Vec<u8>, FetchError> {
    let mut running = objects.lock().await;
    let mut ours = match running.take().filter(|running| running.root == place.root) {
        Some(ours) => ours,
        None => Objects::of(place.root.clone()).await.map_err(|_| FetchError::Failed)?,
    };
    match ours.read(oid, MAX_CONTENT).await {
        Ok(bytes) => {
            *running = Some(ours);
            bytes.ok_or(FetchError::Gone)
        }
        Err(GitError::TooMuch) => Err(FetchError::TooLarge),
        Err(_) => Err(FetchError::Failed),
    }
}
