//! What happened while a screen was fed, for listeners that ask afterwards.

use crate::blocks::BlockId;

/// Something worth telling, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The bell rang, once or several times since the events were last taken.
    Bell,
    /// The window title is another now.
    Title(String),
    /// The shell's working directory is another now.
    Cwd(String),
    /// A command began to run.
    BlockStarted(BlockId),
    /// A command ended.
    BlockFinished(BlockId),
    /// The screen or the scrollback was cleared, and with it output of commands: [`Screen::take_erased`] says whose.
    ///
    /// [`Screen::take_erased`]: crate::Screen::take_erased
    OutputErased,
    /// The program left the alternate screen: its rows, which count from this line on, are gone.
    AlternateLeft {
        /// Behind the last line of the normal screen at that moment; the lowest, if it was left several times.
        from: u64,
    },
}

/// Most events kept until they are taken; later ones are dropped, but for those that are told once.
const MAX_EVENTS: usize = 256;

/// A bounded queue: of titles and directories it keeps the last one alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Vec<Event>);

impl Events {
    pub(crate) fn push(&mut self, event: Event) {
        let once = matches!(event, Event::Bell | Event::OutputErased | Event::AlternateLeft { .. });
        let kind = std::mem::discriminant(&event);
        if once && self.0.iter().any(|other| std::mem::discriminant(other) == kind) {
            return;
        }
        if matches!(event, Event::Title(_) | Event::Cwd(_)) {
            self.0.retain(|other| std::mem::discriminant(other) != kind);
        } else if self.0.len() >= MAX_EVENTS && !once {
            return;
        }
        self.0.push(event);
    }

    pub(crate) fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.0)
    }
}
