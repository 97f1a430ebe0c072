//! A client of a seat: its scope, its view of the terminals, and its queued events.

use std::collections::{BTreeMap, BTreeSet};

use jumpseat_api::{
    GuestEvent, Scope, SharedTerminal, TerminalChange, TerminalNo,
    state::{Dirty, SeatPath},
};

use crate::{queue::Queue, screens::Screens, window::Window};

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
    /// Its windows, and no output.
    Drawn(i64),
}

pub(crate) struct Client {
    pub(crate) scope: Scope,
    pub(crate) news: Dirty<SeatPath>,
    pub(crate) queue: Queue,
    view: View,
    /// Terminals of which it is to get a whole picture: it is made when it is taken, so that only one is kept at a time.
    pictures: BTreeSet<TerminalNo>,
    /// Terminals that are drawn for it, and whether they changed since.
    windows: BTreeMap<TerminalNo, (Window, bool)>,
}

impl Client {
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            news: Dirty::default(),
            queue: Queue::default(),
            view: View::Nothing,
            pictures: BTreeSet::new(),
            windows: BTreeMap::new(),
        }
    }

    /// Draws a terminal for it from now on.
    pub(crate) fn open_window(&mut self, terminal: TerminalNo, window: Window) {
        self.windows.insert(terminal, (window, true));
    }

    pub(crate) fn close_window(&mut self, terminal: TerminalNo) {
        self.windows.remove(&terminal);
    }

    /// Has a terminal drawn from nothing, if it has a window.
    pub(crate) fn redraw(&mut self, terminal: TerminalNo) -> bool {
        let Some((window, changed)) = self.windows.get_mut(&terminal) else { return false };
        window.forget();
        *changed = true;
        true
    }

    /// The bell of a terminal rang.
    pub(crate) fn ring(&mut self, terminal: TerminalNo) {
        if let Some((window, changed)) = self.windows.get_mut(&terminal) {
            window.ring();
            *changed = true;
        }
    }

    /// Forgets the windows of terminals that are gone.
    pub(crate) fn keep_windows(&mut self, shared: &BTreeMap<TerminalNo, SharedTerminal>) {
        self.windows.retain(|terminal, _| shared.contains_key(terminal));
        self.pictures.retain(|terminal| shared.contains_key(terminal));
    }

    /// Whether a picture is to be made or a window to be drawn for it, and there is credit.
    pub(crate) fn draws(&self) -> bool {
        let waits = !self.pictures.is_empty() || self.windows.values().any(|(_, changed)| *changed);
        waits && self.credit_left() > 0
    }

    /// Makes the next picture, or draws the next window that changed. What it draws counts as output.
    pub(crate) fn draw(&mut self, screens: &mut Screens) -> Option<GuestEvent> {
        if !self.draws() {
            return None;
        }
        while let Some(terminal) = self.pictures.pop_first() {
            if let Some(change) = screens.picture(terminal) {
                self.spend(change.weight());
                return Some(GuestEvent::Terminal { terminal, change });
            }
        }
        let (terminal, (window, changed)) = self.windows.iter_mut().find(|(_, (_, changed))| *changed)?;
        let terminal = *terminal;
        *changed = false;
        let change = TerminalChange::Output(window.draw(screens.shown(terminal)?));
        self.spend(change.weight());
        Some(GuestEvent::Terminal { terminal, change })
    }

    fn credit_left(&self) -> i64 {
        match self.view {
            View::Nothing => 0,
            View::Window(left) | View::Behind(left) | View::Drawn(left) => left,
        }
    }

    fn spend(&mut self, bytes: u32) {
        match &mut self.view {
            View::Nothing => {}
            View::Window(left) | View::Behind(left) | View::Drawn(left) => {
                *left = left.saturating_sub(bytes.into());
            }
        }
    }

    pub(crate) fn attach(&mut self, window: u32) {
        self.view = View::Window(window.into());
    }

    /// Shows it the windows that it opens, and nothing else.
    pub(crate) fn attach_windows(&mut self, window: u32) {
        self.view = View::Drawn(window.into());
    }

    pub(crate) fn detach(&mut self) {
        self.view = View::Nothing;
        self.windows.clear();
        self.pictures.clear();
        self.queue.drop_terminals();
    }

    pub(crate) fn is_attached(&self) -> bool {
        self.view != View::Nothing
    }

    /// Adds credit. Returns whether it needs pictures now because it missed output.
    pub(crate) fn credit(&mut self, bytes: u32) -> bool {
        match &mut self.view {
            View::Nothing => false,
            View::Window(left) | View::Drawn(left) => {
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

    /// Has a terminal shown from nothing: what waits of it is void. A client that is slow gets it once it gives credit.
    pub(crate) fn show_whole(&mut self, terminal: TerminalNo, paces: bool) {
        if let Some((_, changed)) = self.windows.get_mut(&terminal) {
            *changed = true;
        }
        let View::Window(left) = &mut self.view else { return };
        *left = left.saturating_add(self.queue.drop_terminal(terminal).into());
        if !paces && (*left <= 0 || self.queue.len() > MANY) {
            self.view = View::Behind(*left);
        } else {
            self.pictures.insert(terminal);
        }
    }

    /// Queues a change, which counts against its window. Unless it `paces` the seat, it misses output while it is slow.
    pub(crate) fn show(&mut self, terminal: TerminalNo, change: TerminalChange, paces: bool) {
        if let Some((_, changed)) = self.windows.get_mut(&terminal) {
            *changed = true;
            if !matches!(change, TerminalChange::Resize(_)) {
                return;
            }
        }
        if matches!((&self.view, &change), (View::Drawn(_), TerminalChange::Resize(_))) {
            return self.queue.push(GuestEvent::Terminal { terminal, change });
        }
        let View::Window(left) = &mut self.view else { return };
        if !paces && (*left <= 0 || self.queue.len() > MANY) {
            self.view = View::Behind(*left);
            return;
        }
        // The picture that it gets has everything.
        if self.pictures.contains(&terminal) {
            return;
        }
        *left = left.saturating_sub(change.weight().into());
        self.queue.push(GuestEvent::Terminal { terminal, change });
    }

    /// Whether the seat may go on without waiting for it.
    pub(crate) fn keeps_up(&self) -> bool {
        let shown = match self.view {
            View::Nothing | View::Drawn(_) => true,
            View::Window(left) | View::Behind(left) => left > 0,
        };
        shown && self.queue.len() < MAX_WAITING
    }

    /// Whether too many events are queued for it and it has to reconnect.
    pub(crate) fn is_lost(&self) -> bool {
        self.queue.len() > MAX_WAITING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(len: usize) -> TerminalChange {
        TerminalChange::Output(vec![b'x'; len])
    }

    /// A host that sends one snapshot after the other makes nobody keep more than one.
    #[test]
    fn a_picture_takes_the_place_of_everything_that_waits() {
        let (mut client, terminal) = (Client::new(Scope::Read), TerminalNo(1));
        client.attach(1000);
        client.show(TerminalNo(2), output(100), true);
        for _ in 0..1000 {
            client.show(terminal, output(300), true);
            client.show_whole(terminal, true);
            client.show(terminal, output(300), true);
        }
        assert_eq!((client.queue.len(), client.credit_left()), (1, 900), "only the other terminal's output");
        assert!(client.draws());
        client.attach(0);
        assert!(!client.draws(), "a picture waits for credit");
        client.credit(1);
        assert!(client.draws());
    }

    #[test]
    fn windows_wait_for_credit_and_hold_nobody_up() {
        let (mut client, terminal) = (Client::new(Scope::Read), TerminalNo(1));
        client.attach_windows(10);
        client.show(terminal, output(300), true);
        assert!(client.keeps_up() && !client.draws() && client.queue.is_empty(), "there is no window");
        client.open_window(terminal, Window::new(jumpseat_api::Size { cols: 80, rows: 24 }, 100));
        assert!(client.draws());
        client.spend(10);
        assert!(!client.draws() && client.keeps_up());
        client.credit(1);
        assert!(client.draws());
    }
}
