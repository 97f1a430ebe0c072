//! Requests to a forge: conditional, bounded, patient with its limits.
//!
//! ```text
//!  client: one connection, who signs in ──► cache: what came with a tag, asked for again at no cost
//!     ▲                                       limits: when a forge wants to be asked again
//!  pages: lists, page by page
//! ```

mod cache;
mod client;
mod limits;
mod pages;

use std::time::SystemTime;

use thiserror::Error;

pub use client::{Dial, Dialled, Loopback, Stream};
pub(super) use client::{Http, encoded};
pub(super) use pages::{Listed, MAX_PAGES, Page};

/// Why a request gave nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(super) enum HttpError {
    #[error("the address is none that can be asked")]
    Address,
    #[error("it cannot be reached")]
    Offline,
    #[error("it asks to come back later")]
    Limited { until: SystemTime },
    #[error("it does not accept the credential")]
    Unauthorized,
    #[error("it refuses")]
    Forbidden,
    #[error("there is no such thing")]
    NotFound,
    #[error("it said what is not understood")]
    Malformed,
}
