//! Where the host looks: guests' keys count in that terminal alone (rules JS-ROLE-6, JS-ROLE-7).

use crate::{InputRefusal, StreamId};

/// The terminal in front of the host, and since when guests know it.
#[derive(Default)]
pub(super) struct Attention {
    stream: Option<StreamId>,
    /// The number under which guests were told: who has not read it types at something else.
    since: u64,
}

impl Attention {
    pub(super) fn stream(&self) -> Option<StreamId> {
        self.stream
    }

    #[cfg(test)]
    pub(super) fn since(&self) -> u64 {
        self.since
    }

    pub(super) fn turn(&mut self, stream: Option<StreamId>) {
        self.stream = stream;
    }

    /// Guests were told under this number.
    pub(super) fn told(&mut self, rev: u64) {
        self.since = rev;
    }

    /// Whether keys were typed after their guest read where the host looks now.
    pub(super) fn was_known(&self, gate: u64) -> bool {
        gate >= self.since
    }

    /// Keys for this terminal wait for nobody.
    pub(super) fn admits(&self, stream: StreamId) -> Result<(), InputRefusal> {
        if self.stream == Some(stream) { Ok(()) } else { Err(InputRefusal::HostAway) }
    }
}
