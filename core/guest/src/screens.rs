//! A screen for each terminal, for clients that connect late or miss output.

use std::collections::BTreeMap;

use jumpseat_api::{SharedTerminal, TerminalChange, TerminalNo};
use jumpseat_screen::{Screen, Start};

use crate::snapshot::{MAX_SCREENS, limits};

#[derive(Default)]
pub(crate) struct Screens(BTreeMap<TerminalNo, Screen>);

impl Screens {
    /// Makes a change at its terminal's screen.
    pub(crate) fn change(&mut self, terminal: TerminalNo, change: &TerminalChange) {
        match change {
            // A snapshot that cannot be read is skipped; the next one replaces it.
            TerminalChange::Snapshot { data, .. } => {
                self.0.remove(&terminal);
                while self.0.len() >= MAX_SCREENS && self.0.pop_first().is_some() {}
                if let Ok(screen) = Screen::decode(data, &limits(self.0.len() + 1)) {
                    self.0.insert(terminal, screen);
                }
                self.divide();
            }
            TerminalChange::Output(bytes) => {
                if let Some(screen) = self.0.get_mut(&terminal) {
                    screen.feed(0, bytes);
                    screen.take_events();
                }
            }
            TerminalChange::Resize(size) => {
                if let Some(screen) = self.0.get_mut(&terminal) {
                    screen.resize(size.cols, size.rows);
                }
            }
        }
    }

    /// Keeps those of terminals that are shared.
    pub(crate) fn keep(&mut self, shared: &BTreeMap<TerminalNo, SharedTerminal>) {
        let before = self.0.len();
        self.0.retain(|terminal, _| shared.contains_key(terminal));
        if self.0.len() != before {
            self.divide();
        }
    }

    /// All screens together stay within one bound.
    fn divide(&mut self) {
        let limits = limits(self.0.len());
        self.0.values_mut().for_each(|screen| screen.set_cells(limits.keep));
    }

    pub(crate) fn get(&self, terminal: TerminalNo) -> Option<&Screen> {
        self.0.get(&terminal)
    }

    /// A terminal as it stands.
    pub(crate) fn picture(&self, terminal: TerminalNo) -> Option<TerminalChange> {
        let screen = self.0.get(&terminal)?;
        Some(TerminalChange::Snapshot { data: screen.encode(Start::Everything), scrollback: true })
    }

    pub(crate) fn terminals(&self) -> Vec<TerminalNo> {
        self.0.keys().copied().collect()
    }
}
