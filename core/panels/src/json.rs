//! JSON of documents and changes, as it is read and written.

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
    Entries, Entry, Key, PanelError, PanelKind,
    limits::{MAX_ENTRIES, MAX_ENTRY_LEN},
};

/// Entries whose JSON was found but not read yet, so that none is read that is too long.
#[derive(Default)]
pub(crate) struct Read<'a>(BTreeMap<Key, &'a RawValue>);

impl Read<'_> {
    pub(crate) fn entries(self, kind: PanelKind) -> Result<Entries, PanelError> {
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

/// Bytes that an entry takes in a document: its key as JSON, its own, and the punctuation between.
pub(crate) fn written_len(key: &Key, entry: &Entry) -> usize {
    json_len(key) + json_len(entry) + 2
}

/// One entry from outside.
fn read_entry(kind: PanelKind, key: &Key, raw: &RawValue) -> Result<Entry, PanelError> {
    if raw.get().len() > MAX_ENTRY_LEN {
        return Err(PanelError::TooLarge("an entry"));
    }
    let mut entry: Entry = serde_json::from_str(raw.get()).map_err(|_| PanelError::Garbled("an entry"))?;
    entry.bound();
    if entry.kind() != kind {
        return Err(PanelError::Garbled("an entry of another panel"));
    }
    // What is left out in writing may be there in reading: an entry could be longer than it came.
    if written_len(key, &entry) > MAX_ENTRY_LEN {
        return Err(PanelError::TooLarge("an entry"));
    }
    Ok(entry)
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
