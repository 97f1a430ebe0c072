//! What this guest asked for and the host may say no to (JS-MSG-5). A host says no to nothing else, and to each request
//! once: what a person reads of it is bounded by what it did.

use crate::message::{MESSAGES_PER_SECOND, NO_REMOVAL, NO_ROLE, TOO_MANY_MESSAGES};

/// Most requests of a kind that wait for a no; a yes is not a message, so older ones are forgotten.
const MOST: u32 = 8;

/// Messages of this guest behind which the host may say that they were too many.
const MANY: u32 = MESSAGES_PER_SECOND + 1;

#[derive(Default)]
pub(super) struct Requests {
    keyboard: bool,
    roles: u32,
    removals: u32,
    messages: u32,
}

impl Requests {
    pub(super) fn asked_for_keyboard(&mut self) {
        self.keyboard = true;
    }

    pub(super) fn asked_for_role(&mut self) {
        self.roles = (self.roles + 1).min(MOST);
    }

    pub(super) fn asked_for_removal(&mut self) {
        self.removals = (self.removals + 1).min(MOST);
    }

    /// Something was said, whatever it was.
    pub(super) fn said(&mut self) {
        self.messages = (self.messages + 1).min(MANY * MOST);
    }

    /// The keyboard was given, or refused: whether it was asked for.
    pub(super) fn keyboard_answered(&mut self) -> bool {
        std::mem::take(&mut self.keyboard)
    }

    /// The host says no to something: in this guest's own words what that was, if it was asked for.
    pub(super) fn refused(&mut self, what: &str) -> Option<&'static str> {
        let (count, cost, what) = match what {
            NO_ROLE => (&mut self.roles, 1, NO_ROLE),
            NO_REMOVAL => (&mut self.removals, 1, NO_REMOVAL),
            TOO_MANY_MESSAGES => (&mut self.messages, MANY, TOO_MANY_MESSAGES),
            _ => return None,
        };
        *count = count.checked_sub(cost)?;
        Some(what)
    }
}
