//! What a source is to the engine.

use std::pin::Pin;

use bytes::Bytes;
use jumpseat_panels::{PanelKind, ReferenceId};
use tokio::sync::{mpsc, oneshot};

use crate::Publisher;

/// A source at work.
pub type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where one panel comes from.
pub trait Source: Send + 'static {
    /// Which panel.
    fn kind(&self) -> PanelKind;

    /// Works until `asks` is closed: the panel is no longer shared. Everything that it started ends with it.
    fn run(self: Box<Self>, publisher: Publisher, asks: mpsc::Receiver<Ask>) -> Running;
}

/// What the engine asks of a source.
#[derive(Debug)]
pub enum Ask {
    /// Gives a content, at most [`MAX_CONTENT`](jumpseat_panels::limits::MAX_CONTENT) bytes. The engine has
    /// checked that it stands in the document that is published.
    Fetch {
        /// The id.
        id: ReferenceId,
        /// Where it goes; dropped, it is [`FetchError::Failed`].
        answer: oneshot::Sender<Result<Bytes, FetchError>>,
    },
    /// Looks now: somebody asked for it, or gave what was missing.
    Refresh,
}

/// Why a content does not come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not there any more as it was named; a newer one may stand in the panel.
    #[error("it has changed since")]
    Gone,
    /// It is larger than what is fetched.
    #[error("it is too large")]
    TooLarge,
    /// It could not be read.
    #[error("it could not be read")]
    Failed,
}
