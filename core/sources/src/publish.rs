//! From a source to the engine: the newest picture wins, and nobody waits.

use std::sync::Arc;

use jumpseat_panels::{Entries, SourceState};
use tokio::sync::watch;

/// A panel as its source shows it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shown {
    /// Everything in it.
    pub entries: Arc<Entries>,
    /// How up to date it is.
    pub state: SourceState,
}

/// The source's end. Never blocks.
#[derive(Clone, Debug)]
pub struct Publisher(watch::Sender<Arc<Shown>>);

/// The engine's end.
#[derive(Debug)]
pub struct Published(watch::Receiver<Arc<Shown>>);

/// Both ends; the panel is empty and starting.
pub fn publisher() -> (Publisher, Published) {
    let (sender, receiver) = watch::channel(Arc::default());
    (Publisher(sender), Published(receiver))
}

impl Publisher {
    /// Shows the whole panel as it is now.
    pub fn publish(&self, entries: Entries) {
        self.show(entries, SourceState::Fresh);
    }

    /// Shows the whole panel together with how up to date it is.
    pub fn show(&self, entries: Entries, state: SourceState) {
        self.0.send_if_modified(|shown| {
            if *shown.entries == entries && shown.state == state {
                return false;
            }
            *shown = Arc::new(Shown { entries: Arc::new(entries), state });
            true
        });
    }

    /// Says how up to date the panel is; what it shows stays.
    pub fn state(&self, state: SourceState) {
        self.0.send_if_modified(|shown| {
            if shown.state == state {
                return false;
            }
            *shown = Arc::new(Shown { entries: shown.entries.clone(), state });
            true
        });
    }

    /// Whether nobody wants the panel any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl Published {
    /// Waits for the next picture; nothing once the source is gone. Cancel-safe.
    pub async fn changed(&mut self) -> Option<Arc<Shown>> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }

    /// The picture as it is.
    pub fn now(&self) -> Arc<Shown> {
        self.0.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_picture_wins_and_the_same_is_none() {
        let (publisher, mut published) = publisher();
        publisher.state(SourceState::Stale { since: 1 });
        publisher.publish(Entries::new());
        assert_eq!(published.changed().await.unwrap().state, SourceState::Fresh);
        publisher.publish(Entries::new());
        drop(publisher);
        assert!(published.changed().await.is_none());
    }

    #[test]
    fn a_source_sees_that_nobody_looks() {
        let (publisher, published) = publisher();
        assert!(!publisher.is_closed());
        drop(published);
        assert!(publisher.is_closed());
    }
}
