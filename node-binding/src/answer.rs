//! A promise that is settled in any case: by its answer, or by being dropped.

use jumpseat_engine::api::{ApiError, ApiErrorKind, Reply};
use napi::{Env, JsDeferred, bindgen_prelude::Object};
use serde::Serialize;

use crate::fault::Fault;

type Resolver = Box<dyn FnOnce(Env) -> napi::Result<String> + Send>;

/// The native end of a promise of JSON.
pub(crate) struct Answer(Option<JsDeferred<String, Resolver>>);

impl Answer {
    /// The promise and its native end.
    pub(crate) fn new(env: &Env) -> Result<(Self, Object<'_>), Fault> {
        let (deferred, promise) = env.create_deferred()?;
        Ok((Self(Some(deferred)), promise))
    }

    pub(crate) fn settle<T: Serialize>(mut self, result: Result<T, impl Into<Fault>>) {
        let Some(deferred) = self.0.take() else { return };
        let json =
            result.map_err(Into::into).and_then(|value| serde_json::to_string(&value).map_err(Fault::bug));
        match json {
            Ok(json) => deferred.resolve(Box::new(move |_| Ok(json))),
            Err(fault) => deferred.reject(fault.into()),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let Some(deferred) = self.0.take() else { return };
        let fault = if std::thread::panicking() {
            Fault::bug("panic")
        } else {
            ApiError::new(ApiErrorKind::Gone, "the session's process is gone").into()
        };
        deferred.reject(fault.into());
    }
}

/// Settles it with what the engine says, whenever that is.
pub(crate) fn answer_with(
    answer: Answer,
    said: impl Future<Output = Result<Reply, ApiError>> + Send + 'static,
) {
    tokio::spawn(async move { answer.settle(said.await) });
}
