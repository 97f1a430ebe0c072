//! The invites that a co-owner asked for and has not got (JS-MSG-4): a host hands out nothing unasked.

use std::collections::BTreeMap;

use crate::{Role, SessionError};

/// Most that are asked for at a time.
const MOST: usize = 8;

/// Requests under way, by their numbers.
#[derive(Default)]
pub(crate) struct InvitesAsked {
    under_way: BTreeMap<u32, Role>,
    last: u32,
}

impl InvitesAsked {
    /// Notes a request; gives its number.
    pub(crate) fn ask(&mut self, role: Role) -> Result<u32, SessionError> {
        if self.under_way.len() >= MOST {
            return Err(SessionError::Full("many invites are asked for already"));
        }
        self.last = self.last.wrapping_add(1);
        self.under_way.insert(self.last, role);
        Ok(self.last)
    }

    /// The number of the last request.
    #[cfg(test)]
    pub(crate) fn last(&self) -> u32 {
        self.last
    }

    /// The host made one: whether that was asked for, for this role. Each request is answered once.
    pub(crate) fn answered(&mut self, id: u32, role: Role) -> bool {
        self.under_way.remove(&id) == Some(role)
    }

    /// The host makes none: whether one was asked for.
    pub(crate) fn refused(&mut self, id: u32) -> bool {
        self.under_way.remove(&id).is_some()
    }
}
