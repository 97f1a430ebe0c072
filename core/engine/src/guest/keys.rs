//! A guest's keys, without the answers that its own terminal gives to the shared program's questions: only
//! the host's terminal answers.

use std::{collections::BTreeMap, time::Duration};

use jumpseat_screen::ReplyFilter;
use tokio::time::Instant;

use crate::face::StreamId;

/// An escape that nothing follows for this long was the key.
const ESCAPE_TIME: Duration = Duration::from_millis(50);

#[derive(Default)]
pub(super) struct Keys {
    filters: BTreeMap<StreamId, ReplyFilter>,
    flush_at: Option<Instant>,
}

impl Keys {
    /// What of the input was typed.
    pub(super) fn press(&mut self, stream: StreamId, bytes: &[u8]) -> Vec<u8> {
        let filter = self.filters.entry(stream).or_default();
        let keys = filter.feed(bytes);
        if filter.waits() {
            self.flush_at = Some(Instant::now() + ESCAPE_TIME);
        }
        keys
    }

    pub(super) fn flush_at(&self) -> Option<Instant> {
        self.flush_at
    }

    /// What was held back as the possible beginning of an answer, once it is due.
    pub(super) fn flush(&mut self) -> Vec<(StreamId, Vec<u8>)> {
        if self.flush_at.is_none_or(|at| at > Instant::now()) {
            return Vec::new();
        }
        self.flush_at = None;
        let flushed = self.filters.iter_mut().map(|(stream, filter)| (*stream, filter.flush()));
        flushed.filter(|(_, bytes)| !bytes.is_empty()).collect()
    }
}
