//! What JavaScript holds of a client: a queue to the task that has it.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::FutureExt as _;
use jumpseat_engine::api::{ApiError, ApiErrorKind};
use napi::{
    Env,
    bindgen_prelude::{Object, Uint8ArraySlice},
};
use napi_derive::napi;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, error::SendError, unbounded_channel};

use crate::{
    answer::Answer,
    fault::{Fault, guard},
    outbox::Outbox,
    panels, runtime,
};

/// Keys that wait for the engine at most, in bytes.
const MAX_KEYS: usize = 4 * 1024 * 1024;

/// What a client's task is asked to do, in order.
pub(crate) enum Work {
    /// Says that the client is there.
    Opened(Answer),
    /// A command, as JSON.
    Ask(String, Answer),
    /// Keys for a terminal or stream.
    Input(u32, Keys),
    /// Bytes that were shown, and of which terminal.
    Credit(u32, u32),
    /// Lets go.
    Close(Answer),
}

/// Keys on their way; dropping them makes room for others.
pub(crate) struct Keys {
    bytes: Vec<u8>,
    waiting: Arc<AtomicUsize>,
}

impl Keys {
    pub(crate) fn take(mut self) -> Vec<u8> {
        self.waiting.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// The options of a client, which know how to open and have it.
pub(crate) trait Run: Send + 'static {
    /// Has the client until it is closed or over. What fails is what everything is answered that is still asked.
    fn run(
        self,
        work: &mut UnboundedReceiver<Work>,
        outbox: &Outbox,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// A client of the holder, or a seat.
#[napi]
pub struct Handle {
    work: UnboundedSender<Work>,
    waiting: Arc<AtomicUsize>,
    ended: Arc<OnceLock<Ended>>,
    panels: panels::Shared,
}

/// What is answered once the task has ended.
struct Ended {
    /// Whether the client was there.
    opened: bool,
    fault: Fault,
}

impl Handle {
    /// Starts the task that has the client. It ends by itself, or when it is closed.
    pub(crate) fn start(client: impl Run, outbox: Outbox) -> Result<Self, Fault> {
        let (work, mut asked) = unbounded_channel();
        let ended = Arc::new(OnceLock::new());
        let over = ended.clone();
        runtime::handle()?.spawn(async move {
            let done = AssertUnwindSafe(client.run(&mut asked, &outbox)).catch_unwind().await;
            let opened = matches!(done, Ok(Ok(())));
            let fault = match done {
                Ok(Ok(())) => ApiError::new(ApiErrorKind::Gone, "the session's process is gone").into(),
                Ok(Err(fault)) => fault,
                Err(payload) => {
                    let fault = Fault::panicked(&*payload);
                    outbox.failed(&fault);
                    fault
                }
            };
            let ended = over.get_or_init(|| Ended { opened, fault });
            asked.close();
            while let Some(work) = asked.recv().await {
                work.refuse(ended);
            }
            outbox.event(&serde_json::json!({ "type": "gone" }));
        });
        Ok(Self { work, waiting: Arc::default(), ended, panels: panels::Shared::default() })
    }

    /// With the panels that the client follows.
    pub(crate) fn with(self, panels: panels::Shared) -> Self {
        Self { panels, ..self }
    }

    fn promise<'env>(&self, env: &'env Env, work: impl FnOnce(Answer) -> Work) -> napi::Result<Object<'env>> {
        guard(|| {
            let (answer, promise) = Answer::new(env)?;
            if let (Err(SendError(work)), Some(ended)) = (self.work.send(work(answer)), self.ended.get()) {
                work.refuse(ended);
            }
            Ok(promise)
        })
    }
}

#[napi]
impl Handle {
    /// Settles when the client is there, or with why it is not.
    #[napi]
    pub fn opened<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.promise(env, Work::Opened)
    }

    /// Asks; the command and its answer are JSON.
    #[napi]
    pub fn ask<'env>(&self, env: &'env Env, command: String) -> napi::Result<Object<'env>> {
        self.promise(env, |answer| Work::Ask(command, answer))
    }

    /// Keys for a terminal or stream.
    #[napi]
    pub fn input(&self, number: u32, bytes: Uint8ArraySlice<'_>) -> napi::Result<()> {
        guard(|| {
            let waiting = self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
            let keys = Keys { bytes: bytes.to_vec(), waiting: self.waiting.clone() };
            if waiting + keys.bytes.len() > MAX_KEYS {
                let message = "more keys wait than the session takes";
                return Err(ApiError::new(ApiErrorKind::Misused, message).into());
            }
            // Whoever types at a client that is gone was told that it is.
            let _ = self.work.send(Work::Input(number, keys));
            Ok(())
        })
    }

    /// Bytes of output that were shown, and of which terminal.
    #[napi]
    pub fn credit(&self, number: u32, bytes: u32) -> napi::Result<()> {
        guard(|| {
            let _ = self.work.send(Work::Credit(number, bytes));
            Ok(())
        })
    }

    /// The panels that a seat follows.
    #[napi]
    pub fn panels(&self) -> napi::Result<panels::Panels> {
        guard(|| Ok(panels::Panels::of(&self.panels)))
    }

    /// Lets go of the client, and settles when that is done.
    #[napi]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.promise(env, Work::Close)
    }
}

impl Work {
    /// Answers what no client is there for any more.
    fn refuse(self, ended: &Ended) {
        match self {
            Self::Opened(answer) if ended.opened => answer.settle(Ok::<_, Fault>(())),
            Self::Opened(answer) | Self::Ask(_, answer) => {
                answer.settle::<()>(Err(ended.fault.clone()));
            }
            Self::Close(answer) => answer.settle(Ok::<_, Fault>(())),
            Self::Input(..) | Self::Credit(..) => {}
        }
    }
}
