//! What brings a document from one version to the next.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    Entries, Fault, Key, PanelKind, SourceState,
    document::read_entry,
    limits::{MAX_DOCUMENT_LEN, MAX_ENTRIES},
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
    /// Its JSON. It is not compressed: it stands beside text that guests may have chosen.
    pub fn encode(&self) -> Vec<u8> {
        json(self)
    }

    /// A change from outside.
    ///
    /// # Errors
    /// When it cannot be read, leads anywhere but to the next version, or is larger than changes are.
    pub fn decode(kind: PanelKind, bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_DOCUMENT_LEN {
            return Err(Fault::TooLarge("a change"));
        }
        let Readable { from, to, mut state, left_out, set, remove } =
            serde_json::from_slice(bytes).map_err(|_| Fault::Garbled("a change"))?;
        if from.checked_add(1) != Some(to) {
            return Err(Fault::Garbled("a change that is none"));
        }
        if let Some(state) = &mut state {
            state.bound();
        }
        let set = set.entries(kind)?;
        if remove.iter().any(|key| set.contains_key(key)) || !remove.is_sorted_by(|one, next| one < next) {
            return Err(Fault::Garbled("keys that are removed"));
        }
        Ok(Self { from, to, state, left_out, set, remove })
    }
}

/// Entries whose JSON was found but not read yet, so that none is read that is too long.
#[derive(Default)]
pub(crate) struct Read<'a>(BTreeMap<Key, &'a RawValue>);

impl Read<'_> {
    pub(crate) fn entries(self, kind: PanelKind) -> Result<Entries, Fault> {
        let read = |(key, raw)| read_entry(kind, &key, raw).map(|entry| (key, entry));
        self.0.into_iter().map(read).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Read<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounded;

        impl<'de> Visitor<'de> for Bounded {
            type Value = BTreeMap<Key, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("entries under keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, raw)) = map.next_entry()? {
                    if entries.len() == MAX_ENTRIES || entries.insert(key, raw).is_some() {
                        return Err(de::Error::custom("too many entries, or one twice"));
                    }
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Bounded).map(Self)
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("panels have string keys and finite numbers")
}

/// How long the JSON of a value is.
pub(crate) fn json_len<T: Serialize>(value: &T) -> usize {
    struct Count(usize);

    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("counting takes everything");
    count.0
}
