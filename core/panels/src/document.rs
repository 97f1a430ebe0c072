//! A panel's content: entries under keys, with a version.

// A guest in a browser is never a host, and has no compressor.
#[cfg(not(target_family = "wasm"))]
mod encode;

use std::{cmp::Ordering, collections::BTreeSet};

use jumpseat_pack::unpack;
use serde::Deserialize;

use crate::{
    Change, Entries, Entry, Key, PanelError, PanelKind, ReferenceId, SourceState,
    json::{Read, written_len},
    limits::{MAX_DOCUMENT_LEN, MAX_ENTRIES, MAX_ENTRY_LEN},
};

/// Bytes of JSON around the entries of a document.
const AROUND: usize = 4 * 1024;

/// A panel as it stands at one version. Host and guests hold equal ones at equal versions.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    kind: PanelKind,
    version: u64,
    state: SourceState,
    left_out: u32,
    entries: Entries,
    /// Bytes of JSON that the entries take, keys included.
    len: usize,
}

#[derive(Deserialize)]
struct Readable<'a> {
    version: u64,
    state: SourceState,
    left_out: u32,
    #[serde(borrow)]
    entries: Read<'a>,
}

impl Document {
    /// An empty one, at version 0.
    pub fn new(kind: PanelKind) -> Self {
        Self { kind, version: 0, state: SourceState::Starting, left_out: 0, entries: Entries::new(), len: 0 }
    }

    /// Which panel it is.
    pub fn kind(&self) -> PanelKind {
        self.kind
    }

    /// Counts its changes.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How up to date it is.
    pub fn state(&self) -> &SourceState {
        &self.state
    }

    /// Entries that there are and that it has no room for.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }

    /// What stands in it.
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    /// Bytes of JSON that its entries take.
    pub fn entries_len(&self) -> usize {
        self.len
    }

    /// The size of a content that can be fetched now: that of a reference that stands in an entry.
    pub fn offers(&self, id: &ReferenceId) -> Option<u64> {
        let mut size = None;
        for entry in self.entries.values() {
            entry.references(&mut |reference| {
                if reference.id == *id {
                    size = Some(reference.size);
                }
            });
        }
        size
    }

    /// Brings it to what a source found, and gives what every guest needs to follow; nothing if it stands there
    /// already. What is too large, of another panel, or too much is left out and counted.
    pub fn change_to(&mut self, entries: Entries, mut state: SourceState) -> Option<Change> {
        state.bound();
        let (entries, left_out, len) = fitting(self.kind, entries);
        let (set, remove) = difference(&self.entries, &entries);
        let told = (self.state != state).then(|| state.clone());
        let counted = (self.left_out != left_out).then_some(left_out);
        if set.is_empty() && remove.is_empty() && told.is_none() && counted.is_none() {
            return None;
        }
        let from = self.version;
        let to = from + 1;
        *self = Self { version: to, state, left_out, entries, len, ..*self };
        Some(Change { from, to, state: told, left_out: counted, set, remove })
    }

    /// Follows the host's document.
    ///
    /// # Errors
    /// [`PanelError::OutOfOrder`] if the change is for another version, [`PanelError::TooLarge`] if more stood in it then
    /// than documents hold, [`PanelError::Garbled`] if something stood in it twice; either way it stays as it is.
    pub fn apply(&mut self, change: Change) -> Result<(), PanelError> {
        if change.from != self.version {
            return Err(PanelError::OutOfOrder);
        }
        let mut len = self.len;
        let mut count = self.entries.len();
        for key in change.remove.iter().chain(change.set.keys()) {
            if let Some(entry) = self.entries.get(key) {
                len -= written_len(key, entry);
                count -= 1;
            }
        }
        len += change.set.iter().map(|(key, entry)| written_len(key, entry)).sum::<usize>();
        count += change.set.len();
        if len > MAX_DOCUMENT_LEN || count > MAX_ENTRIES {
            return Err(PanelError::TooLarge("a document after a change"));
        }
        if change.set.values().any(|entry| entry.name().is_some()) {
            let stays =
                |key: &Key| !change.set.contains_key(key) && change.remove.binary_search(key).is_err();
            let kept = self.entries.iter().filter(|(key, entry)| entry.name().is_some() && stays(key));
            once(kept.map(|(_, entry)| entry).chain(change.set.values()))?;
        }
        for key in &change.remove {
            self.entries.remove(key);
        }
        self.entries.extend(change.set);
        (self.version, self.len) = (change.to, len);
        self.state = change.state.unwrap_or_else(|| std::mem::take(&mut self.state));
        self.left_out = change.left_out.unwrap_or(self.left_out);
        Ok(())
    }

    /// A whole document from outside.
    ///
    /// # Errors
    /// When it cannot be read, is larger than documents are, or has something twice.
    pub fn decode(kind: PanelKind, bytes: &[u8]) -> Result<Self, PanelError> {
        let json = unpack(bytes, &[], MAX_DOCUMENT_LEN + AROUND)?;
        let Readable { version, mut state, left_out, entries } =
            serde_json::from_slice(&json).map_err(|_| PanelError::Garbled("a snapshot"))?;
        state.bound();
        let entries = entries.entries(kind)?;
        let len = entries.iter().map(|(key, entry)| written_len(key, entry)).sum();
        if len > MAX_DOCUMENT_LEN {
            return Err(PanelError::TooLarge("a document"));
        }
        once(entries.values())?;
        Ok(Self { kind, version, state, left_out, entries, len })
    }
}

/// What of these entries a document holds, how many it has no room for, and how long its JSON is.
fn fitting(kind: PanelKind, all: Entries) -> (Entries, u32, usize) {
    let (mut kept, mut left_out, mut len) = (Entries::new(), 0_u32, 0);
    let mut all: Vec<(Key, Entry)> = all.into_iter().collect();
    all.iter_mut().for_each(|(_, entry)| entry.bound());
    let doubled = doubled(&all);
    let mut all: Vec<_> = all.into_iter().enumerate().collect();
    // What is least wanted goes first: of what happens in time, the oldest.
    let in_time = matches!(kind, PanelKind::History | PanelKind::Log);
    all.sort_by_key(|(at, (_, entry))| (entry.rank(), if in_time { usize::MAX - at } else { *at }));
    for (at, (key, entry)) in all {
        let entry_len = written_len(&key, &entry);
        let fits = entry.kind() == kind
            && !doubled.contains(&at)
            && entry_len <= MAX_ENTRY_LEN
            && kept.len() < MAX_ENTRIES
            && len + entry_len <= MAX_DOCUMENT_LEN;
        if fits {
            len += entry_len;
            kept.insert(key, entry);
        } else {
            left_out = left_out.saturating_add(1);
        }
    }
    (kept, left_out, len)
}

/// Which of these have the name of an earlier one.
fn doubled(all: &[(Key, Entry)]) -> BTreeSet<usize> {
    let mut names = BTreeSet::new();
    let named = all.iter().enumerate().filter_map(|(at, (_, entry))| Some((at, entry.name()?)));
    named.filter(|(_, name)| !names.insert(*name)).map(|(at, _)| at).collect()
}

/// Refuses entries of which two have one name.
fn once<'a>(entries: impl Iterator<Item = &'a Entry>) -> Result<(), PanelError> {
    let mut names = BTreeSet::new();
    let fine = entries.filter_map(Entry::name).all(|name| names.insert(name));
    if fine { Ok(()) } else { Err(PanelError::Garbled("a document that has something twice")) }
}

/// What is new or another in `after`, and which keys it no longer has.
fn difference(before: &Entries, after: &Entries) -> (Entries, Vec<Key>) {
    let (mut set, mut remove) = (Entries::new(), Vec::new());
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some((old, _)), Some((new, _))) => old.cmp(new),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return (set, remove),
        };
        let gone = if order.is_le() { old.next() } else { None };
        let here = if order.is_ge() { new.next() } else { None };
        match (gone, here) {
            (Some((key, _)), None) => remove.push(key.clone()),
            (was, Some((key, entry))) if was.map(|(_, was)| was) != Some(entry) => {
                set.insert(key.clone(), entry.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
