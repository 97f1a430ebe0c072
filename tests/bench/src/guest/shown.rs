//! What a guest has been shown: a screen, or only whether a text came by.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use anyhow::Result;
use jumpseat_engine::api::TerminalChange;
use jumpseat_screen::{Limits, Screen, Start};
use memchr::memmem::Finder;

pub(super) struct Shown {
    /// Whether output is applied to the screen; pictures always are.
    keeps_screen: bool,
    screen: Option<Screen>,
    whole: bool,
    text: Finder<'static>,
    tail: Vec<u8>,
    has_come: bool,
    /// Bytes of output that came as such, not in a picture.
    pub(super) live: usize,
}

impl Shown {
    /// A screen, as a program that draws it keeps one.
    pub(super) fn screen(text: &str) -> Self {
        let text = Finder::new(text).into_owned();
        Self {
            keeps_screen: true,
            screen: None,
            whole: false,
            text,
            tail: Vec::new(),
            has_come: false,
            live: 0,
        }
    }

    /// Only a search through the bytes, as a program does that hands them to a terminal.
    pub(super) fn bytes(text: &str) -> Self {
        Self { keeps_screen: false, ..Self::screen(text) }
    }

    pub(super) fn apply(&mut self, change: TerminalChange) -> Result<()> {
        match change {
            TerminalChange::Output(bytes) => {
                self.live += bytes.len();
                self.has_come |= self.comes_in(&bytes);
                if let Some(screen) = self.screen.as_mut().filter(|_| self.keeps_screen) {
                    screen.feed(0, &bytes);
                }
            }
            TerminalChange::Resize(size) => {
                if let Some(screen) = &mut self.screen {
                    screen.resize(size.cols, size.rows);
                }
            }
            TerminalChange::Snapshot { data, scrollback } => {
                let screen = Screen::decode(&data, &Limits::default())?;
                self.whole |= scrollback;
                let text = std::str::from_utf8(self.text.needle())?;
                self.has_come |= (0..screen.size().1).any(|row| screen.row(row).text().contains(text));
                self.screen = Some(screen);
            }
        }
        Ok(())
    }

    /// Whether the text is in these bytes, or began in those before them.
    fn comes_in(&mut self, bytes: &[u8]) -> bool {
        let overlap = self.text.needle().len().saturating_sub(1);
        self.tail.extend_from_slice(&bytes[..bytes.len().min(overlap)]);
        let found = self.text.find(&self.tail).is_some() || self.text.find(bytes).is_some();
        if bytes.len() > overlap {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - overlap..]);
        }
        self.tail.drain(..self.tail.len().saturating_sub(overlap));
        found
    }

    /// Whether there is any picture.
    pub(super) fn is_there(&self) -> bool {
        self.screen.is_some()
    }

    /// Whether the picture came with its scrollback.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn has_come(&self) -> bool {
        self.has_come
    }

    /// Whether this character stands left of the cursor.
    pub(super) fn last_printed_is(&self, key: char) -> bool {
        self.screen
            .as_ref()
            .is_some_and(|screen| screen.row(screen.cursor().row).text().trim_end().ends_with(key))
    }

    pub(super) fn last_row_is(&self, text: &str) -> bool {
        self.screen.as_ref().is_some_and(|screen| screen.row(screen.size().1 - 1).text().trim_end() == text)
    }

    /// Equal for equal screens with equal scrollback, if a screen is kept.
    pub(super) fn digest(&self) -> Option<u64> {
        let screen = self.screen.as_ref().filter(|_| self.keeps_screen)?;
        let mut hasher = DefaultHasher::new();
        screen.encode(Start::Everything).hash(&mut hasher);
        Some(hasher.finish())
    }
}
