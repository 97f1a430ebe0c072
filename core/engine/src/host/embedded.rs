//! A relay inside this process: started by whoever links one, which this crate does not.

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use crate::api::{ApiError, ApiErrorKind};

/// A future that owns what it needs.
pub type Owned<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Starts a relay that listens on an address; port 0 takes a free one.
pub type StartRelay = Arc<dyn Fn(SocketAddr) -> Owned<Result<EmbeddedRelay, ApiError>> + Send + Sync>;

/// A relay that runs.
pub struct EmbeddedRelay {
    /// Its address, for the host and its guests: `ws://HOST:PORT`.
    pub url: String,
    /// Stops it, once everyone was told. Dropped instead, it stops at once.
    pub stop: Owned<()>,
}

/// Without a relay to start.
pub(super) fn none() -> ApiError {
    ApiError::new(ApiErrorKind::Misused, "this program brings no relay of its own")
        .hint("name the address of a relay")
}
