//! The host's terminals as this guest has them.

use std::collections::{BTreeMap, btree_map};

use jumpseat_engine::{
    api::{TerminalChange, TerminalNo},
    snapshot::{MAX_SCREENS, limits},
};
use jumpseat_screen::{DecodeError, Limits, Options, Screen};

/// All of them, in the order of their numbers. However many the host opens, they share one bound.
#[derive(Default)]
pub(crate) struct Pictures(BTreeMap<TerminalNo, Picture>);

impl Pictures {
    /// Takes a change of a terminal, which has this size if it is new.
    pub(crate) fn apply(
        &mut self,
        terminal: TerminalNo,
        size: (u16, u16),
        now: u64,
        change: TerminalChange,
    ) -> Result<(), DecodeError> {
        if !self.0.contains_key(&terminal) {
            while self.0.len() >= MAX_SCREENS && self.0.pop_first().is_some() {}
            self.0.insert(terminal, Picture::new(size.0, size.1));
            self.share();
        }
        let limits = limits(self.0.len());
        self.0.get_mut(&terminal).map_or(Ok(()), |picture| picture.apply(now, change, &limits))
    }

    /// Keeps these alone.
    pub(crate) fn keep(&mut self, mut kept: impl FnMut(TerminalNo) -> bool) {
        self.0.retain(|terminal, _| kept(*terminal));
        self.share();
    }

    fn share(&mut self) {
        let limits = limits(self.0.len());
        self.0.values_mut().for_each(|picture| picture.screen.set_cells(limits.keep));
    }

    pub(crate) fn get(&self, terminal: TerminalNo) -> Option<&Picture> {
        self.0.get(&terminal)
    }

    pub(crate) fn of_mut(&mut self, terminal: TerminalNo) -> Option<&mut Picture> {
        self.0.get_mut(&terminal)
    }

    pub(crate) fn terminals(&self) -> btree_map::Keys<'_, TerminalNo, Picture> {
        self.0.keys()
    }

    pub(crate) fn has(&self, terminal: TerminalNo) -> bool {
        self.0.contains_key(&terminal)
    }
}

/// A screen that follows the host's.
pub(crate) struct Picture {
    screen: Screen,
    /// Lines that scrolled out at the top since the window was last drawn.
    scrolled: u64,
    /// Everything is to be drawn again.
    renewed: bool,
}

impl Picture {
    fn new(cols: u16, rows: u16) -> Self {
        let screen = Screen::new(Options { cols, rows, ..Options::default() });
        Self { screen, scrolled: 0, renewed: true }
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Takes a change. A snapshot that cannot be read leaves the picture as it is; the next one replaces it.
    fn apply(&mut self, now: u64, change: TerminalChange, limits: &Limits) -> Result<(), DecodeError> {
        match change {
            TerminalChange::Output(bytes) => self.screen.feed(now, &bytes),
            TerminalChange::Resize(size) => {
                self.screen.resize(size.cols, size.rows);
                self.renewed = true;
            }
            TerminalChange::Snapshot { data, .. } => {
                self.screen = Screen::decode(&data, limits)?;
                self.renewed = true;
            }
        }
        Ok(())
    }

    /// What happened since this was last asked: the bell, among others.
    pub(crate) fn take_events(&mut self) -> Vec<jumpseat_screen::Event> {
        self.screen.take_events()
    }

    /// The rows to draw since this was last asked, all of them after a change of the whole; and how many lines
    /// scrolled out at the top meanwhile.
    pub(crate) fn take_changes(&mut self) -> (std::ops::Range<u16>, u64) {
        let changes = self.screen.take_changes();
        let scrolled = std::mem::take(&mut self.scrolled) + changes.scrolled;
        if std::mem::take(&mut self.renewed) {
            return (0..self.screen.size().1, 0);
        }
        (changes.rows, scrolled)
    }
}
