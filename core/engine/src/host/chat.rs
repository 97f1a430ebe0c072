//! The newest lines of a session's chat.

use std::collections::BTreeMap;

use crate::api::{ChatLine, state::MAX_CHAT};

/// Lines by number.
#[derive(Default)]
pub(super) struct Chat {
    lines: BTreeMap<u64, ChatLine>,
    next: u64,
}

impl Chat {
    /// Adds a line; says which it is, and which there is no room for any more.
    pub(super) fn say(&mut self, line: ChatLine) -> (u64, Option<u64>) {
        let number = self.next;
        self.next += 1;
        self.lines.insert(number, line);
        let gone = if self.lines.len() > MAX_CHAT { self.lines.pop_first() } else { None };
        (number, gone.map(|(number, _)| number))
    }

    pub(super) fn get(&self, line: u64) -> Option<&ChatLine> {
        self.lines.get(&line)
    }

    pub(super) fn lines(&self) -> &BTreeMap<u64, ChatLine> {
        &self.lines
    }
}
