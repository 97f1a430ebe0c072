//! What a room holds of a connection: a bell to ring and a verdict to leave.

use std::{
    future::poll_fn,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
    task::{Poll, Waker},
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use jumpseat_wire::{CloseCode, Slot};

/// One connection as its room sees it. The room rings when there is something to fetch; the connection's
/// task fetches it, so nothing is ever queued here.
#[derive(Debug, Default)]
pub(crate) struct Link {
    bell: AtomicWaker,
    /// A [`CloseCode`], 0 while the connection may stay.
    verdict: AtomicU16,
    /// The seat that a knock got, 0 before.
    slot: AtomicU16,
    parting: OnceLock<Vec<Bytes>>,
    /// It goes once it has what was sent to it.
    leaves: AtomicBool,
}

impl Link {
    /// Wakes the connection's task.
    pub(crate) fn wake(&self) {
        self.bell.wake();
    }

    /// Has the next [`ring`](Self::wake) wake this task. To be called before looking for work.
    pub(crate) fn listen(&self, waker: &Waker) {
        self.bell.register(waker);
    }

    /// Ends the connection; the first reason stands.
    pub(crate) fn close(&self, code: CloseCode) {
        let _ = self.verdict.compare_exchange(0, code as u16, Ordering::Release, Ordering::Relaxed);
        self.wake();
    }

    /// Ends the connection after these messages.
    pub(crate) fn close_with(&self, code: CloseCode, parting: Vec<Bytes>) {
        let _ = self.parting.set(parting);
        self.close(code);
    }

    /// The connection ends by itself soon: a relay that stops lets it.
    pub(crate) fn leave(&self) {
        self.leaves.store(true, Ordering::Release);
    }

    /// Whether it ends by itself soon.
    pub(crate) fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Acquire)
    }

    /// Waits until the connection has to end.
    pub(crate) async fn closed(&self) -> CloseCode {
        poll_fn(|cx| {
            self.listen(cx.waker());
            self.verdict().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Why the connection has to end, if it has to.
    pub(crate) fn verdict(&self) -> Option<CloseCode> {
        CloseCode::from_u16(self.verdict.load(Ordering::Acquire))
    }

    /// The messages to send before closing.
    pub(crate) fn parting(&self) -> &[Bytes] {
        self.parting.get().map_or(&[], Vec::as_slice)
    }

    /// Gives the connection a seat.
    pub(crate) fn seat(&self, slot: Slot) {
        self.slot.store(slot, Ordering::Release);
        self.wake();
    }

    /// The connection's seat, once it has one.
    pub(crate) fn slot(&self) -> Option<Slot> {
        match self.slot.load(Ordering::Acquire) {
            0 => None,
            slot => Some(slot),
        }
    }
}
