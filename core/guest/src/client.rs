//! A client of a seat: its scope, its view of the terminals, and its queued events.

use jumpseat_api::{
    GuestEvent, Scope, TerminalChange, TerminalNo,
    state::{Dirty, SeatPath},
};

use crate::queue::Queue;

/// Queued events for one client. Beyond this the seat stops reading for its owner, and drops any other client.
const MAX_WAITING: usize = 256;

/// Queued events beyond which a client other than the owner gets no more output.
const MANY: usize = 64;

/// A client of a seat. The one that opened the seat is [`ClientId::OWNER`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClientId(pub(crate) u32);

impl ClientId {
    /// The client that opened the seat. The seat reads from the relay no faster than its owner takes output.
    pub const OWNER: Self = Self(0);
}

/// What a client is shown of the terminals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    /// Nothing.
    Nothing,
    /// Bytes of credit left; below zero after a large change.
    Window(i64),
    /// It was too slow and missed output. It gets pictures once it gives credit.
    Behind(i64),
}

pub(crate) struct Client {
    pub(crate) scope: Scope,
    pub(crate) news: Dirty<SeatPath>,
    pub(crate) queue: Queue,
    view: View,
}

impl Client {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope, news: Dirty::default(), queue: Queue::default(), view: View::Nothing }
    }

    pub(crate) fn attach(&mut self, window: u32) {
        self.view = View::Window(window.into());
    }

    pub(crate) fn detach(&mut self) {
        self.view = View::Nothing;
        self.queue.drop_terminals();
    }

    pub(crate) fn is_attached(&self) -> bool {
        self.view != View::Nothing
    }

    /// Adds credit. Returns whether it needs pictures now because it missed output.
    pub(crate) fn credit(&mut self, bytes: u32) -> bool {
        match &mut self.view {
            View::Nothing => false,
            View::Window(left) => {
                *left = left.saturating_add(bytes.into());
                false
            }
            View::Behind(left) => {
                let left = left.saturating_add(bytes.into());
                self.view = if left > 0 { View::Window(left) } else { View::Behind(left) };
                left > 0
            }
        }
    }

    /// Queues a change, which counts against its window. Unless it `paces` the seat, it misses output while it is slow.
    pub(crate) fn show(&mut self, terminal: TerminalNo, change: TerminalChange, paces: bool) {
        let View::Window(left) = &mut self.view else { return };
        if !paces && (*left <= 0 || self.queue.len() > MANY) {
            self.view = View::Behind(*left);
            return;
        }
        *left = left.saturating_sub(change.weight().into());
        self.queue.push(GuestEvent::Terminal { terminal, change });
    }

    /// Whether the seat may go on without waiting for it.
    pub(crate) fn keeps_up(&self) -> bool {
        let shown = match self.view {
            View::Nothing => true,
            View::Window(left) | View::Behind(left) => left > 0,
        };
        shown && self.queue.len() < MAX_WAITING
    }

    /// Whether too many events are queued for it and it has to reconnect.
    pub(crate) fn is_lost(&self) -> bool {
        self.queue.len() > MAX_WAITING
    }
}
