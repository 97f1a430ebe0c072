//! What brings a document from one version to the next.

use serde::{Deserialize, Serialize};

use crate::{
    Entries, Key, PanelError, PanelKind, SourceState,
    json::{Read, json},
    limits::MAX_DOCUMENT_LEN,
};

/// A change of a document: from a version to the next one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Change {
    /// The version that it is for.
    pub from: u64,
    /// The version that it makes.
    pub to: u64,
    /// How up to date the panel is now, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SourceState>,
    /// How many entries there is no room for, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u32>,
    /// Entries that are new or another.
    #[serde(skip_serializing_if = "Entries::is_empty")]
    pub set: Entries,
    /// Keys that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Key>,
}

#[derive(Deserialize)]
struct Readable<'a> {
    from: u64,
    to: u64,
    state: Option<SourceState>,
    left_out: Option<u32>,
    #[serde(default, borrow)]
    set: Read<'a>,
    #[serde(default)]
    remove: Vec<Key>,
}

impl Change {
    /// Its JSON. It is not compressed: it stands next to text that guests may have chosen.
    pub fn encode(&self) -> Vec<u8> {
        json(self)
    }

    /// A change from outside.
    ///
    /// # Errors
    /// When it cannot be read, leads anywhere but to the next version, or is larger than changes are.
    pub fn decode(kind: PanelKind, bytes: &[u8]) -> Result<Self, PanelError> {
        if bytes.len() > MAX_DOCUMENT_LEN {
            return Err(PanelError::TooLarge("a change"));
        }
        let Readable { from, to, mut state, left_out, set, remove } =
            serde_json::from_slice(bytes).map_err(|_| PanelError::Garbled("a change"))?;
        if from.checked_add(1) != Some(to) {
            return Err(PanelError::Garbled("a change that is none"));
        }
        if let Some(state) = &mut state {
            state.bound();
        }
        let set = set.entries(kind)?;
        if remove.iter().any(|key| set.contains_key(key)) || !remove.is_sorted_by(|one, next| one < next) {
            return Err(PanelError::Garbled("keys that are removed"));
        }
        Ok(Self { from, to, state, left_out, set, remove })
    }
}
