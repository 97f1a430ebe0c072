//! What all processes of a person on this machine share: the private folder, the streams between them, and where the
//! process at the other end of one runs.

pub(crate) mod folder;
pub(crate) mod origin;
mod orphans;
#[cfg(target_os = "linux")]
mod process;
pub(crate) mod stream;

use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

pub use orphans::adopt_orphans;

use crate::api::{ApiError, ApiErrorKind};

/// Milliseconds since 1970.
pub(crate) fn wall_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn failure(path: &Path, error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ApiErrorKind::Local, format!("{}: {error}", path.display()))
}
