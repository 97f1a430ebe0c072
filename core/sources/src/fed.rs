//! What the engine feeds and a source shows: kept while nobody looks, and told of when somebody does.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jumpseat_panels::{Entries, ReferenceId};
use tokio::sync::{mpsc, watch};

use crate::{Ask, FetchError, Publisher};

/// Something that is fed, by whom and to whom does not matter: both ends hold one of these.
pub(crate) struct Fed<T> {
    store: Arc<Mutex<T>>,
    changed: watch::Sender<()>,
}

impl<T> Clone for Fed<T> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), changed: self.changed.clone() }
    }
}

/// What can be shown.
pub(crate) trait Store: Send + 'static {
    fn entries(&self) -> Entries;

    /// A content that stands in the entries.
    fn content(&self, id: &ReferenceId) -> Option<Bytes>;
}

impl<T: Store> Fed<T> {
    pub(crate) fn new(store: T) -> Self {
        Self { store: Arc::new(Mutex::new(store)), changed: watch::channel(()).0 }
    }

    /// Changes it, and has it shown.
    pub(crate) fn feed<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_replace(());
        result
    }

    fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows it as it is and as it becomes, and gives its contents, until nobody asks any more.
    pub(crate) async fn serve(self, publisher: Publisher, mut asks: mpsc::Receiver<Ask>) {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            publisher.publish(self.read(T::entries));
            loop {
                tokio::select! {
                    ask = asks.recv() => match ask {
                        Some(Ask::Fetch { id, answer }) => {
                            let content = self.read(|store| store.content(&id)).ok_or(FetchError::Gone);
                            // Whoever asked may be gone.
                            let _ = answer.send(content);
                        }
                        Some(Ask::Refresh) => break,
                        None => return,
                    },
                    _ = changed.changed() => break,
                }
            }
        }
    }
}
