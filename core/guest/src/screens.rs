//! A screen for each terminal, for clients that connect late or miss output.

use std::collections::BTreeMap;

use jumpseat_api::{SharedTerminal, Size, TerminalChange, TerminalNo};
use jumpseat_screen::{DecodeError, Event, Screen, Start};

use crate::snapshot::{MAX_SCREENS, limits};

#[derive(Default)]
pub(crate) struct Screens {
    screens: BTreeMap<TerminalNo, Shown>,
    /// Snapshots with a scrollback so far.
    restored: u64,
    /// The last snapshot as it came, while nothing changed since: it need not be encoded again.
    last: Option<(TerminalNo, Vec<u8>)>,
}

/// A terminal's screen.
pub(crate) struct Shown {
    pub(crate) screen: Screen,
    /// It has its scrollback; otherwise it is a glimpse, and a whole one follows.
    pub(crate) scrollback: bool,
    /// The number of the last snapshot with a scrollback.
    pub(crate) restored: u64,
}

impl Screens {
    /// Puts a snapshot in the place of a terminal's screen.
    pub(crate) fn restore(
        &mut self,
        terminal: TerminalNo,
        data: Vec<u8>,
        scrollback: bool,
    ) -> Result<(), DecodeError> {
        let before = self.screens.remove(&terminal).map_or(0, |shown| shown.restored);
        self.restored += u64::from(scrollback);
        let restored = if scrollback { self.restored } else { before };
        while self.screens.len() >= MAX_SCREENS && self.screens.pop_first().is_some() {}
        let decoded = Screen::decode(&data, &limits(self.screens.len() + 1));
        let done = decoded.map(|screen| {
            self.screens.insert(terminal, Shown { screen, scrollback, restored });
            self.last = Some((terminal, data));
        });
        self.divide();
        done
    }

    /// Takes output. Returns whether the bell rang.
    pub(crate) fn feed(&mut self, terminal: TerminalNo, bytes: &[u8]) -> bool {
        self.changed(terminal);
        let Some(Shown { screen, .. }) = self.screens.get_mut(&terminal) else { return false };
        screen.feed(0, bytes);
        screen.take_events().contains(&Event::Bell)
    }

    pub(crate) fn resize(&mut self, terminal: TerminalNo, size: Size) {
        self.changed(terminal);
        if let Some(Shown { screen, .. }) = self.screens.get_mut(&terminal) {
            screen.resize(size.cols, size.rows);
        }
    }

    fn changed(&mut self, terminal: TerminalNo) {
        self.last.take_if(|(of, _)| *of == terminal);
    }

    /// Keeps those of terminals that are shared.
    pub(crate) fn keep(&mut self, shared: &BTreeMap<TerminalNo, SharedTerminal>) {
        let before = self.screens.len();
        self.screens.retain(|terminal, _| shared.contains_key(terminal));
        self.last.take_if(|(of, _)| !shared.contains_key(of));
        if self.screens.len() != before {
            self.divide();
        }
    }

    /// All screens together stay within one bound.
    fn divide(&mut self) {
        let limits = limits(self.screens.len());
        self.screens.values_mut().for_each(|shown| shown.screen.set_cells(limits.keep));
    }

    pub(crate) fn get(&self, terminal: TerminalNo) -> Option<&Screen> {
        self.screens.get(&terminal).map(|shown| &shown.screen)
    }

    pub(crate) fn shown(&self, terminal: TerminalNo) -> Option<&Shown> {
        self.screens.get(&terminal)
    }

    /// A terminal as it stands.
    pub(crate) fn picture(&mut self, terminal: TerminalNo) -> Option<TerminalChange> {
        let Shown { screen, scrollback, .. } = self.screens.get(&terminal)?;
        let last = self.last.take_if(|(of, _)| *of == terminal);
        let data = last.map_or_else(|| screen.encode(Start::Everything), |(_, data)| data);
        Some(TerminalChange::Snapshot { data, scrollback: *scrollback })
    }

    pub(crate) fn terminals(&self) -> Vec<TerminalNo> {
        self.screens.keys().copied().collect()
    }
}
