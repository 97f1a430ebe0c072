//! Contents that a guest asks for by reference, and gets in parts (rules JS-TRANSFER-…).
//!
//! ```text
//!  guest: transfer.get {id, content} ──►  host: looks for it  ──►  parts, as records of their own, or transfer.refused
//! ```
//!
//! What a reference means is for whoever offers contents of its kind; here are numbers, bounds and opaque bytes.

use serde::{Deserialize, Serialize};

use crate::{
    Misbehavior, PanelId, SessionError,
    frame::record::{ContentPart, MAX_CONTENT_PART, TransferId},
    panel::is_panel,
};

pub(crate) mod guest;
pub(crate) mod host;

/// The longest name of a content, and of what a guest has already, in bytes.
const MAX_NAME_LEN: usize = 64;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromHost {
    /// To one: a content does not come.
    Refused { id: TransferId, why: TransferRefusal },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromGuest {
    /// A content, please.
    Get { id: TransferId, content: TransferRequest },
    /// That content no longer.
    Cancel { id: TransferId },
}

/// What a guest asks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransferRequest {
    /// What it is a content of.
    pub of: TransferKind,
    /// Its name, as the host published it.
    pub reference: String,
    /// What this guest was served before and still holds: the content may come as its difference from that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub having: Option<String>,
}

/// What contents can be of. Each kind has limits of its own, and its transfers do not wait for those of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Named", into = "Named")]
#[non_exhaustive]
pub enum TransferKind {
    /// A shared panel.
    Panel(PanelId),
    /// Something of another version: it is refused.
    Unknown,
}

/// A [`TransferKind`] as it travels: a kind that this version does not know can be read, too.
#[derive(Serialize, Deserialize)]
struct Named {
    kind: KindName,
    #[serde(default)]
    number: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Panel,
    #[serde(other)]
    Unknown,
}

/// What bounds the transfers of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferLimits {
    /// The largest content as it travels, in bytes.
    pub len: usize,
    /// Transfers that a guest may have under way at a time.
    pub under_way: usize,
    /// Contents of one guest that the host looks for or has in line: what bounds the memory that a guest can take.
    pub at_once: usize,
}

/// What an editor opens without asking: a file of eight megabytes that cannot be compressed.
const PANEL: TransferLimits = TransferLimits { len: 8 * 1024 * 1024 + 128 * 1024, under_way: 8, at_once: 2 };

/// Nothing.
const NONE: TransferLimits = TransferLimits { len: 0, under_way: 0, at_once: 0 };

impl TransferKind {
    /// The limits of this kind.
    pub const fn limits(self) -> TransferLimits {
        match self {
            Self::Panel(_) => PANEL,
            Self::Unknown => NONE,
        }
    }

    /// Whether transfers of this and of the other share their limits.
    pub(crate) fn is_kind_of(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

impl From<Named> for TransferKind {
    fn from(Named { kind, number }: Named) -> Self {
        match kind {
            KindName::Panel => Self::Panel(number),
            KindName::Unknown => Self::Unknown,
        }
    }
}

impl From<TransferKind> for Named {
    fn from(kind: TransferKind) -> Self {
        match kind {
            TransferKind::Panel(number) => Self { kind: KindName::Panel, number },
            TransferKind::Unknown => Self { kind: KindName::Unknown, number: 0 },
        }
    }
}

/// Why a content does not come.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransferRefusal {
    /// The host does not share what it would be a content of (any more).
    NotShared,
    /// It does not stand in what the host shares now.
    Gone,
    /// It is larger than a content of its kind may be.
    TooLarge,
    /// It cannot be read.
    Failed,
    /// Too many are under way for this guest.
    Busy,
}

impl TransferRequest {
    /// Whether it can be one: bounded, plain, of something that there can be.
    pub(crate) fn is_sound(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        let sound = |name: &str| (1..=MAX_NAME_LEN).contains(&name.len()) && name.bytes().all(plain);
        let of = match self.of {
            TransferKind::Panel(panel) => is_panel(panel),
            TransferKind::Unknown => true,
        };
        of && sound(&self.reference) && self.having.as_deref().is_none_or(sound)
    }
}

/// The part of a content that begins at `at`; `None` behind the last. An empty content is one empty part.
pub(crate) fn part(transfer: TransferId, content: &[u8], at: usize) -> Option<ContentPart<'_>> {
    let end = content.len().min(at + MAX_CONTENT_PART);
    let there = at < content.len() || at == 0;
    there.then(|| ContentPart {
        transfer,
        total: content.len() as u32,
        at: at as u32,
        bytes: &content[at..end],
    })
}

/// A content under way to this guest.
pub(crate) struct Receiving {
    pub(crate) of: TransferKind,
    most: usize,
    total: Option<u32>,
    bytes: Vec<u8>,
}

impl Receiving {
    pub(crate) fn new(of: TransferKind) -> Self {
        Self { of, most: of.limits().len, total: None, bytes: Vec::new() }
    }

    /// Takes a part; whether it was the last (rule JS-TRANSFER-3).
    pub(crate) fn add(&mut self, part: ContentPart<'_>) -> Result<bool, SessionError> {
        let total = *self.total.get_or_insert(part.total);
        let end = u64::from(part.at) + part.bytes.len() as u64;
        let next = part.at as usize == self.bytes.len() && total == part.total;
        if !next || end > u64::from(total) || total as usize > self.most || part.bytes.is_empty() && total > 0
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_asked_for_is_plain_and_bounded() {
        let sound = |panel, reference: &str, having: Option<&str>| {
            let (of, reference, having) =
                (TransferKind::Panel(panel), reference.into(), having.map(Into::into));
            TransferRequest { of, reference, having }.is_sound()
        };
        assert!(sound(1, "git:12.a_b-C", None) && sound(31, "x", Some("00ff")));
        assert!(!sound(0, "x", None) && !sound(32, "x", None));
        for name in ["", "../x", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(!sound(1, name, None) && !sound(1, "x", Some(name)), "{name}");
        }
    }

    /// JS-TRANSFER-1: a kind of a later version can be read, whatever it says of itself.
    #[test]
    fn a_kind_of_a_later_version_can_be_read() {
        let read = |of: &str| {
            let get = format!(r#"{{"id":5,"content":{{"of":{of},"reference":"x"}}}}"#);
            let message = format!(r#"{{"transfer":{{"get":{get}}}}}"#);
            match crate::area::FromGuest::decode(message.as_bytes()) {
                Ok(Some(crate::area::FromGuest::Transfer(FromGuest::Get { content, .. }))) => {
                    Some(content.of)
                }
                _ => None,
            }
        };
        assert_eq!(read(r#"{"kind":"panel","number":3}"#), Some(TransferKind::Panel(3)));
        assert_eq!(read(r#"{"kind":"handoff"}"#), Some(TransferKind::Unknown));
        assert_eq!(read(r#"{"kind":"handoff","number":9,"since":"noon"}"#), Some(TransferKind::Unknown));
        assert_eq!(read(r#""panel""#), None);
    }

    /// JS-TRANSFER-3: each kind has its own bound.
    #[test]
    fn what_is_longer_than_its_kind_may_be_does_not_come() {
        for (of, len) in [(TransferKind::Panel(1), 8 * 1024 * 1024 + 128 * 1024), (TransferKind::Unknown, 0)]
        {
            assert_eq!(of.limits().len, len);
            let first = |total: usize| ContentPart { transfer: 1, total: total as u32, at: 0, bytes: &[0] };
            assert_eq!(Receiving::new(of).add(first(len)).is_ok(), len > 0);
            assert!(Receiving::new(of).add(first(len + 1)).is_err());
        }
    }

    proptest! {
        /// JS-TRANSFER-3.
        #[test]
        fn what_is_cut_is_whole_again(len in 0..40_000usize) {
            let content: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let (mut receiving, mut at) = (Receiving::new(TransferKind::Panel(1)), 0);
            while let Some(next) = part(7, &content, at) {
                at += next.bytes.len().max(1);
                prop_assert_eq!(receiving.add(next), Ok(at >= len));
            }
            prop_assert_eq!(receiving.into_bytes(), content);
        }

        #[test]
        fn hostile_parts_are_bounded(parts in prop::collection::vec((0..30u32, 0..30u32, 0..30usize), 0..20)) {
            let mut receiving = Receiving::new(TransferKind::Panel(1));
            for (total, at, len) in parts {
                if receiving.add(ContentPart { transfer: 1, total, at, bytes: &vec![0; len] }).is_err() {
                    break;
                }
                let (got, of) = receiving.progress();
                prop_assert!(got <= of);
            }
            let huge = ContentPart { transfer: 1, total: u32::MAX, at: 0, bytes: &[0] };
            prop_assert!(Receiving::new(TransferKind::Panel(1)).add(huge).is_err());
        }
    }
}
