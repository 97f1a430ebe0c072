//! Failures on their way to JavaScript, panics among them: none may end the process, which is the editor's.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use jumpseat_engine::api::ApiError;
use napi::{Error, Status};
use serde::Serialize;

/// What an error's message carries; `index.js` makes properties of it.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Fault {
    /// The engine's own.
    ApiError(ApiError),
    /// A mistake of ours.
    Bug { kind: &'static str, message: String, hint: &'static str },
}

impl Fault {
    pub(crate) fn bug(message: impl std::fmt::Display) -> Self {
        Self::Bug {
            kind: "bug",
            message: format!("Jumpseat made a mistake: {message}"),
            hint: "please report it, with what you did",
        }
    }

    /// From what a panic left behind.
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        Self::bug(text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panic"))
    }
}

impl From<ApiError> for Fault {
    fn from(failure: ApiError) -> Self {
        Self::ApiError(failure)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::bug(error.reason)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let json = serde_json::to_string(&fault).expect("strings are always JSON");
        Self::new(Status::GenericFailure, json)
    }
}

/// Runs what an export does: whatever goes wrong becomes an error.
pub(crate) fn guard<T>(export: impl FnOnce() -> Result<T, Fault>) -> napi::Result<T> {
    let result = catch_unwind(AssertUnwindSafe(export));
    Ok(result.unwrap_or_else(|payload| Err(Fault::panicked(&*payload)))?)
}
