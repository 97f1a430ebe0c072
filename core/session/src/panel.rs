//! Panels as the session carries them: streams beside the terminals', and contents that guests fetch
//! (rules JS-PANEL-…).
//!
//! What is in a panel's changes and snapshots, and what a content's name means, is between the two ends'
//! models of panels; here are numbers, positions and opaque bytes.

use serde::{Deserialize, Serialize};

use crate::{
    Misbehavior, SessionError, StreamId,
    frame::record::{ContentPart, FetchId, LAST_TERMINAL, MAX_CONTENT_PART},
};

/// A panel's number, 1 to [`LAST_PANEL`]: the same in every session.
pub type PanelId = u8;

/// The largest number of a panel.
pub const LAST_PANEL: PanelId = 254 - LAST_TERMINAL;

/// The largest content as it travels, in bytes: a file of eight megabytes that cannot be compressed.
pub const MAX_CONTENT_LEN: usize = 8 * 1024 * 1024 + 128 * 1024;

/// Fetches that a guest may have under way at a time.
pub const MAX_FETCHES: usize = 8;

/// The longest name of a content, and of what a guest has already, in bytes.
const MAX_NAME_LEN: usize = 64;

/// Why a content does not come.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FetchRefusal {
    /// The host does not share that panel (any more).
    NotShared,
    /// It does not stand in what the host shares now.
    Gone,
    /// It is larger than what can be fetched.
    TooLarge,
    /// It cannot be read.
    Failed,
    /// Too many are under way for this guest.
    Busy,
}

/// What a guest asks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// The panel that it stands in.
    pub panel: PanelId,
    /// Its name, as the host published it.
    pub reference: String,
    /// What this guest was served before and still holds: the content may come as its difference from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub having: Option<String>,
}

impl Wish {
    /// Whether it can be one: bounded, plain, of a panel.
    pub(crate) fn is_sound(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        let sound = |name: &str| (1..=MAX_NAME_LEN).contains(&name.len()) && name.bytes().all(plain);
        is_panel(self.panel) && sound(&self.reference) && self.having.as_deref().is_none_or(sound)
    }
}

/// The part of a content that begins at `at`; `None` behind the last. An empty content is one empty part.
pub(crate) fn part(fetch: FetchId, content: &[u8], at: usize) -> Option<ContentPart<'_>> {
    debug_assert!(content.len() <= MAX_CONTENT_LEN);
    let end = content.len().min(at + MAX_CONTENT_PART);
    let there = at < content.len() || at == 0;
    there.then(|| ContentPart { fetch, total: content.len() as u32, at: at as u32, bytes: &content[at..end] })
}

/// A content under way to this guest.
pub(crate) struct Receiving {
    pub(crate) panel: PanelId,
    total: Option<u32>,
    bytes: Vec<u8>,
}

impl Receiving {
    pub(crate) fn new(panel: PanelId) -> Self {
        Self { panel, total: None, bytes: Vec::new() }
    }

    /// Takes a part; whether it was the last (rule JS-PANEL-6).
    pub(crate) fn add(&mut self, part: ContentPart<'_>) -> Result<bool, SessionError> {
        let total = *self.total.get_or_insert(part.total);
        let end = u64::from(part.at) + part.bytes.len() as u64;
        let next = part.at as usize == self.bytes.len() && total == part.total;
        if !next
            || end > u64::from(total)
            || total as usize > MAX_CONTENT_LEN
            || part.bytes.is_empty() && total > 0
        {
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleContent));
        }
        self.bytes.extend_from_slice(part.bytes);
        Ok(end == u64::from(total))
    }

    /// How far it is, of how much.
    pub(crate) fn progress(&self) -> (u32, u32) {
        (self.bytes.len() as u32, self.total.unwrap_or_default())
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Whether a number can be a panel's.
pub(crate) fn is_panel(panel: PanelId) -> bool {
    (1..=LAST_PANEL).contains(&panel)
}

/// The stream of a panel.
pub(crate) fn stream_of(panel: PanelId) -> StreamId {
    LAST_TERMINAL + panel
}

/// The panel of a stream, if it is none of a terminal.
pub(crate) fn panel_of(stream: StreamId) -> Option<PanelId> {
    stream.checked_sub(LAST_TERMINAL).filter(|panel| is_panel(*panel))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn streams_are_terminals_or_panels() {
        assert_eq!((stream_of(1), stream_of(LAST_PANEL)), (224, 254));
        for stream in 0..=255 {
            let panel = panel_of(stream);
            assert_eq!(panel.is_some(), (224..=254).contains(&stream), "{stream}");
            assert_eq!(panel.map(stream_of), panel.map(|_| stream));
        }
    }

    #[test]
    fn what_is_asked_for_is_plain_and_bounded() {
        let wish = |panel, reference: &str, having: Option<&str>| {
            Wish { panel, reference: reference.into(), having: having.map(Into::into) }.is_sound()
        };
        assert!(wish(1, "git:12.a_b-C", None) && wish(31, "x", Some("00ff")));
        assert!(!wish(0, "x", None) && !wish(32, "x", None));
        for name in ["", "../x", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(!wish(1, name, None) && !wish(1, "x", Some(name)), "{name}");
        }
    }

    proptest! {
        /// JS-PANEL-6.
        #[test]
        fn what_is_cut_is_whole_again(len in 0..40_000usize) {
            let content: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let (mut receiving, mut at) = (Receiving::new(1), 0);
            while let Some(next) = part(7, &content, at) {
                at += next.bytes.len().max(1);
                prop_assert_eq!(receiving.add(next), Ok(at >= len));
            }
            prop_assert_eq!(receiving.into_bytes(), content);
        }

        #[test]
        fn hostile_parts_are_bounded(parts in prop::collection::vec((0..30u32, 0..30u32, 0..30usize), 0..20)) {
            let mut receiving = Receiving::new(1);
            for (total, at, len) in parts {
                if receiving.add(ContentPart { fetch: 1, total, at, bytes: &vec![0; len] }).is_err() {
                    break;
                }
                let (got, of) = receiving.progress();
                prop_assert!(got <= of);
            }
            let huge = ContentPart { fetch: 1, total: u32::MAX, at: 0, bytes: &[0] };
            prop_assert!(Receiving::new(1).add(huge).is_err());
        }
    }
}
