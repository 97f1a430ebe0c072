//! A client of a seat: what it may do, what it is shown, and what waits for it.

use jumpseat_api::{
    GuestEvent, Scope, TerminalChange, TerminalNo,
    state::{Dirty, SeatPath},
};

use crate::queue::Queue;

/// Events that wait for a client: the one that the seat waits for reads no more then; another one is let go.
const MAX_WAITING: usize = 256;

/// Events that may wait before terminals are no longer shown to a client that nobody waits for.
const MANY: usize = 64;

/// Which client of a seat: whoever opened it is [`ClientId::OWNER`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClientId(pub(crate) u32);

impl ClientId {
    /// Whoever opened the seat: what goes on the relay goes no faster than it takes it.
    pub const OWNER: Self = Self(0);
}

/// What a client is shown of the terminals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    /// Nothing.
    Nothing,
    /// As much as it gives credit for, in bytes; below zero after a large change.
    Window(i64),
    /// It was too slow and missed something: it gets pictures once it gives credit.
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

    /// Takes credit; whether it needs pictures now, since it missed something before.
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

    /// Shows it a change, which counts against its window. Unless it `paces` the seat, it misses what it is
    /// too slow for.
    pub(crate) fn show(&mut self, terminal: TerminalNo, change: &TerminalChange, paces: bool) {
        let View::Window(left) = &mut self.view else { return };
        if !paces && (*left <= 0 || self.queue.len() > MANY) {
            self.view = View::Behind(*left);
            return;
        }
        *left = left.saturating_sub(change.weight().into());
        self.queue.push(GuestEvent::Terminal { terminal, change: change.clone() });
    }

    /// Whether the seat may go on without waiting for it.
    pub(crate) fn keeps_up(&self) -> bool {
        let shown = match self.view {
            View::Nothing => true,
            View::Window(left) | View::Behind(left) => left > 0,
        };
        shown && self.queue.len() < MAX_WAITING
    }

    /// Whether so much waits for it that it must start anew.
    pub(crate) fn is_lost(&self) -> bool {
        self.queue.len() > MAX_WAITING
    }
}
