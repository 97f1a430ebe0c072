//! The one thread on which all tasks run. It starts with the first of them and lasts as long as the process.

use std::{
    future::pending,
    sync::{Mutex, PoisonError},
    thread,
};

use jumpseat_engine::api::{ApiError, ApiErrorKind};
use tokio::runtime::{Builder, Handle};

static RUNNING: Mutex<Option<Handle>> = Mutex::new(None);

/// The thread's runtime.
///
/// # Errors
/// The system's, if there is no thread to be had; the next call tries again.
pub(crate) fn handle() -> Result<Handle, ApiError> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*running {
        return Ok(handle.clone());
    }
    let failed = |error: std::io::Error| ApiError::new(ApiErrorKind::System, error.to_string());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let handle = runtime.handle().clone();
    let thread = thread::Builder::new().name("jumpseat".to_owned());
    thread.spawn(move || runtime.block_on(pending::<()>())).map_err(failed)?;
    *running = Some(handle.clone());
    Ok(handle)
}
