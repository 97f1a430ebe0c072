//! The host's terminal as this guest has it.

use jumpseat_engine::face::TerminalChange;
use jumpseat_screen::{DecodeError, Limits, Options, Screen};

/// A screen that follows the host's.
pub(crate) struct Picture {
    screen: Screen,
    /// Lines that scrolled out at the top since the window was last drawn.
    scrolled: u64,
    /// Everything is to be drawn anew.
    renewed: bool,
}

impl Picture {
    pub(crate) fn new(cols: u16, rows: u16) -> Self {
        let screen = Screen::new(Options { cols, rows, ..Options::default() });
        Self { screen, scrolled: 0, renewed: true }
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Takes a change. A snapshot that cannot be read leaves the picture as it is; the next one replaces it.
    pub(crate) fn apply(&mut self, now: u64, change: TerminalChange) -> Result<(), DecodeError> {
        match change {
            TerminalChange::Output(bytes) => self.screen.feed(now, &bytes),
            TerminalChange::Resize(size) => {
                self.screen.resize(size.cols, size.rows);
                self.renewed = true;
            }
            TerminalChange::Snapshot { data, .. } => {
                self.screen = Screen::decode(&data, &Limits::default())?;
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
