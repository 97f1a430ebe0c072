//! A guest's keys, without the answers that its own terminal gives to the shared program's questions: only
//! the host's terminal answers.

use std::{collections::BTreeMap, time::Duration};

use jumpseat_screen::ReplyFilter;
use jumpseat_session::{Millis, StreamId};

/// An escape that nothing follows for this long was the key.
const ESCAPE_TIME: Duration = Duration::from_millis(50);

/// Keys, each with what was seen when it was typed.
pub(crate) struct Keys<Seen> {
    filters: BTreeMap<StreamId, Filter<Seen>>,
    flush_at: Option<Millis>,
}

/// One terminal's.
struct Filter<Seen> {
    replies: ReplyFilter,
    /// What was seen when the first was typed of what is held back.
    held: Option<Seen>,
}

impl<Seen: Copy> Keys<Seen> {
    pub(crate) fn new() -> Self {
        Self { filters: BTreeMap::new(), flush_at: None }
    }

    /// What of the input was typed, and at what: keys that were held back here do not become younger by it.
    pub(crate) fn press(
        &mut self,
        now: Millis,
        stream: StreamId,
        sees: Seen,
        bytes: &[u8],
    ) -> (Seen, Vec<u8>) {
        let filter = self.filters.entry(stream);
        let Filter { replies, held } =
            filter.or_insert_with(|| Filter { replies: ReplyFilter::default(), held: None });
        let typed_at = held.take().unwrap_or(sees);
        let keys = replies.feed(bytes);
        if replies.waits() {
            *held = Some(if keys.is_empty() { typed_at } else { sees });
            self.flush_at = Some(now + ESCAPE_TIME);
        }
        (typed_at, keys)
    }

    pub(crate) fn flush_at(&self) -> Option<Millis> {
        self.flush_at
    }

    /// What was held back as the possible beginning of an answer, once it is due.
    pub(crate) fn flush(&mut self, now: Millis) -> Vec<(StreamId, Seen, Vec<u8>)> {
        if self.flush_at.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.flush_at = None;
        let flushed = self.filters.iter_mut().filter_map(|(stream, Filter { replies, held })| {
            let bytes = replies.flush();
            Some((*stream, held.take()?, bytes))
        });
        flushed.filter(|(.., bytes)| !bytes.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_is_held_back_counts_for_what_it_was_typed_at() {
        let mut keys = Keys::new();
        assert_eq!(keys.press(Millis(0), 1, "before", b"a\x1b"), ("before", b"a".to_vec()));
        assert_eq!(
            keys.press(Millis(0), 1, "after", b"b"),
            ("before", b"\x1bb".to_vec()),
            "older, not younger"
        );
        assert_eq!(keys.press(Millis(0), 1, "after", b"c"), ("after", b"c".to_vec()));
        keys.press(Millis(0), 1, "before", b"\x1b");
        assert!(keys.flush(Millis(49)).is_empty());
        assert_eq!(keys.flush(Millis(50)), [(1, "before", b"\x1b".to_vec())]);
        assert_eq!(keys.press(Millis(0), 1, "after", b"d"), ("after", b"d".to_vec()));
    }
}
