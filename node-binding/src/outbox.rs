//! What waits to be told to JavaScript: gathered, and handed over in one call for each turn of its event loop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::{
    bindgen_prelude::{Buffer, FnArgs, Function},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking},
};
use serde::Serialize;
use tokio::sync::Notify;

use crate::fault::{Fault, guard};

/// Updates that wait at most; output counts once, however long it is, and is bounded by its credit.
const MAX_WAITING: usize = 4096;

/// JSON that waits at most, in bytes, and one event more: a panel is large.
const MAX_WAITING_LEN: usize = 16 * 1024 * 1024;

/// The longest buffer that neighbouring output is gathered into, in bytes.
const GATHER: usize = 128 * 1024;

/// A JSON list of updates, and the bytes of those that are output, in order.
pub(crate) type Batch = FnArgs<(String, Vec<Buffer>)>;

/// Weak: it does not keep Node running. One call is under way at most.
type Caller = ThreadsafeFunction<(), (), Batch, napi::Status, false, true, 1>;

/// Something to be told.
pub(crate) enum Update {
    /// An event, as JSON.
    Event(String),
    /// Bytes of a terminal or stream; `head` is the JSON that goes before them.
    Output { number: u32, head: String, bytes: Vec<u8> },
}

/// The native end of a callback.
pub(crate) struct Outbox {
    queue: Arc<Queue>,
    caller: Caller,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<Update>>,
    taken: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Vec<Update>> {
        // A list is whole between any two of its calls.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_full(&self) -> bool {
        let waiting = self.lock();
        let json = |update: &Update| if let Update::Event(json) = update { json.len() } else { 0 };
        waiting.len() >= MAX_WAITING || waiting.iter().map(json).sum::<usize>() >= MAX_WAITING_LEN
    }

    /// All that waits, as the callback takes it.
    fn take(&self) -> Batch {
        let waiting = std::mem::take(&mut *self.lock());
        self.taken.notify_one();
        let (mut json, mut buffers) = (String::from("["), Vec::new());
        for update in waiting {
            if json.len() > 1 {
                json.push(',');
            }
            match update {
                Update::Event(event) => json.push_str(&event),
                Update::Output { head, bytes, .. } => {
                    json.push_str(&head);
                    buffers.push(Buffer::from(bytes));
                }
            }
        }
        json.push(']');
        (json, buffers).into()
    }
}

impl Outbox {
    /// For a callback of JavaScript.
    pub(crate) fn new(on: &Function<'_, Batch, ()>) -> Result<Self, Fault> {
        let queue = Arc::new(Queue::default());
        let taken = queue.clone();
        let caller = on
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .callee_handled::<false>()
            .max_queue_size::<1>()
            .build_callback(move |_| {
                // What a panic leaves out is better lost than the process.
                let batch = guard(|| Ok(taken.take()));
                Ok(batch.unwrap_or_else(|_| ("[]".to_owned(), Vec::new()).into()))
            })?;
        Ok(Self { queue, caller })
    }

    /// Tells an event.
    pub(crate) fn event(&self, event: &impl Serialize) {
        match serde_json::to_string(event) {
            Ok(json) => self.push(Update::Event(json)),
            Err(error) => self.failed(&Fault::bug(error)),
        }
    }

    /// Tells that nothing more is to be expected, and why.
    pub(crate) fn failed(&self, fault: &Fault) {
        self.event(&Failed { r#type: "failed", fault });
    }

    /// Tells output. `head` is what an event would be, without its bytes.
    pub(crate) fn output(&self, number: u32, head: String, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.push(Update::Output { number, head, bytes });
        }
    }

    fn push(&self, update: Update) {
        let mut waiting = self.queue.lock();
        match (waiting.last_mut(), update) {
            (
                Some(Update::Output { number, bytes, .. }),
                Update::Output { number: same, bytes: more, .. },
            ) if *number == same && bytes.len() + more.len() <= GATHER => {
                bytes.extend_from_slice(&more);
            }
            (_, update) => waiting.push(update),
        }
        drop(waiting);
        // If a call waits already it takes this, too; if Node ends nobody is there to be told.
        let _ = self.caller.call((), NonBlocking);
    }

    /// Comes back when there is room. Cancel-safe.
    pub(crate) async fn room(&self) {
        while self.queue.is_full() {
            self.queue.taken.notified().await;
        }
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    fault: &'a Fault,
}
