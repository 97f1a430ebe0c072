//! What this guest asked for and the host may say no to (JS-MSG-5). A host says no to nothing else, and to each request
//! once: what a person reads of it is bounded by what it did.

use super::Refused;
use crate::area::MESSAGES_PER_SECOND;

/// Most requests of a kind that wait for a no; a yes is not a message, so older ones are forgotten.
const MOST: u32 = 8;

/// Messages of this guest behind which the host may say that they were too many.
const MANY: u32 = MESSAGES_PER_SECOND + 1;

#[derive(Default)]
pub(crate) struct Requests {
    keyboard: bool,
    roles: u32,
    removals: u32,
    messages: u32,
}

impl Requests {
    pub(crate) fn asked_for_keyboard(&mut self) {
        self.keyboard = true;
    }

    pub(crate) fn asked_for_role(&mut self) {
        self.roles = (self.roles + 1).min(MOST);
    }

    pub(crate) fn asked_for_removal(&mut self) {
        self.removals = (self.removals + 1).min(MOST);
    }

    /// Something was said, whatever it was.
    pub(crate) fn said(&mut self) {
        self.messages = (self.messages + 1).min(MANY * MOST);
    }

    /// The keyboard was given, or refused: whether it was asked for.
    pub(crate) fn keyboard_answered(&mut self) -> bool {
        std::mem::take(&mut self.keyboard)
    }

    /// The host says no to something: whether it was asked for.
    pub(crate) fn refused(&mut self, what: Refused) -> bool {
        let (count, cost) = match what {
            Refused::Role => (&mut self.roles, 1),
            Refused::Removal => (&mut self.removals, 1),
            Refused::Messages => (&mut self.messages, MANY),
        };
        let left = count.checked_sub(cost);
        *count = left.unwrap_or(*count);
        left.is_some()
    }
}
