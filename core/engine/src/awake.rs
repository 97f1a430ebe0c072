//! The contract of every loop in this crate that is driven by polling, and its check.
//!
//! *A loop may go to sleep only when another pass at once would move nothing.* Whatever a pass moves (an event taken,
//! bytes handed on, room made) can be what something else in the same loop waits for, and that something has no waker
//! for it. So a pass that moved anything is followed by another one, and only a pass that moved nothing sleeps.
//!
//! In builds with debug assertions every sleep is checked: the future is polled again at once, and if it is ready then
//! although nothing woke it, it panics. Other threads may bring something between the two polls, but those wake.

#[cfg(not(debug_assertions))]
pub(crate) use self::unchecked::Awake;

#[cfg(debug_assertions)]
pub(crate) use self::checked::{Awake, is_check};

#[cfg(not(debug_assertions))]
mod unchecked {
    /// Runs the passes of one loop.
    #[derive(Default)]
    pub(crate) struct Awake;

    impl Awake {
        /// The next pass that moves something.
        pub(crate) fn watch<F: Future>(&self, pass: F) -> F {
            pass
        }
    }
}

#[cfg(debug_assertions)]
mod checked {
    use std::{
        cell::Cell,
        future::poll_fn,
        pin::pin,
        sync::{
            Arc, Mutex, PoisonError,
            atomic::{AtomicBool, Ordering},
        },
        task::{Context, Wake, Waker},
        thread,
        time::{Duration, Instant},
    };

    use tokio::runtime::{Handle, RuntimeFlavor};

    /// How long another thread may take from what it brought to the wake that follows it.
    const LATE: Duration = Duration::from_secs(10);

    thread_local! {
        static CHECK: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether the poll under way is the second one, which looks whether the first forgot something: time stands still.
    pub(crate) fn is_check() -> bool {
        CHECK.get()
    }

    /// Runs the passes of one loop, and checks each sleep.
    #[derive(Default)]
    pub(crate) struct Awake(Arc<Bell>);

    impl Awake {
        /// The next pass that moves something.
        pub(crate) async fn watch<F: Future>(&self, pass: F) -> F::Output {
            let mut pass = pin!(pass);
            let waker = Waker::from(self.0.clone());
            poll_fn(|cx| {
                self.0.listen(cx.waker());
                let own = &mut Context::from_waker(&waker);
                let first = pass.as_mut().poll(own);
                if first.is_ready() || self.0.rang() || !is_alone() {
                    return first;
                }
                CHECK.set(true);
                let second = pass.as_mut().poll(own);
                CHECK.set(false);
                assert!(second.is_pending() || self.0.rings(), "a loop went to sleep with something to do");
                second
            })
            .await
        }
    }

    /// Whether no other task can run between two polls of this one.
    fn is_alone() -> bool {
        Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread)
    }

    /// Remembers whether it rang, and passes it on.
    #[derive(Default)]
    struct Bell {
        rang: AtomicBool,
        task: Mutex<Option<Waker>>,
    }

    impl Bell {
        fn listen(&self, waker: &Waker) {
            let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut *task {
                Some(known) => known.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
            self.rang.store(false, Ordering::SeqCst);
        }

        fn rang(&self) -> bool {
            self.rang.load(Ordering::SeqCst)
        }

        /// Whether it rings now, or as soon as the thread that brought something comes to it.
        fn rings(&self) -> bool {
            let deadline = Instant::now() + LATE;
            while !self.rang() && Instant::now() < deadline {
                thread::yield_now();
            }
            self.rang()
        }
    }

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            self.wake_by_ref();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            self.rang.store(true, Ordering::SeqCst);
            let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(task) = task {
                task.wake();
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use std::task::Poll;

        use super::*;

        /// Ready at the second poll, with or without a wake.
        async fn second(wakes: bool) {
            let mut polls = 0;
            let pass = poll_fn(|cx| {
                polls += 1;
                if wakes {
                    cx.waker().wake_by_ref();
                }
                if polls < 2 { Poll::Pending } else { Poll::Ready(()) }
            });
            Awake::default().watch(pass).await;
        }

        #[tokio::test]
        #[should_panic(expected = "with something to do")]
        async fn a_sleep_that_forgets_something_is_found() {
            second(false).await;
        }

        #[tokio::test]
        async fn a_wake_excuses() {
            second(true).await;
        }
    }
}
