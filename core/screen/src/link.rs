//! Hyperlinks (OSC 8), interned and bounded.

use std::collections::HashMap;

/// Longest URI kept; text under a longer one is shown without a link.
pub const MAX_URI: usize = 4096;
const MAX_ID: usize = 256;
/// Most links alive at a time.
const MAX_LINKS: usize = 4096;

/// Where a run of cells leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The `id=` parameter: runs with the same id and URI are one link.
    pub id: Option<String>,
    /// The target, as the program gave it. Not checked: show it before opening it.
    pub uri: String,
}

/// Interned links. Index 0 means none.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkTable {
    links: Vec<Option<Link>>,
    index: HashMap<Link, u32>,
}

impl LinkTable {
    /// The link behind an index of a style.
    pub(crate) fn link(&self, index: u32) -> Option<&Link> {
        self.links.get((index as usize).checked_sub(1)?)?.as_ref()
    }

    /// The index of a link; `None` when it is too long; `Some(Err)` when the table must be swept first.
    pub(crate) fn intern(&mut self, link: Link) -> Option<Result<u32, Link>> {
        if link.uri.len() > MAX_URI || link.id.as_ref().is_some_and(|id| id.len() > MAX_ID) {
            return None;
        }
        if let Some(&found) = self.index.get(&link) {
            return Some(Ok(found));
        }
        let slot = match self.links.iter().position(Option::is_none) {
            Some(slot) if self.links.len() >= MAX_LINKS => slot,
            _ if self.links.len() < MAX_LINKS => {
                self.links.push(None);
                self.links.len() - 1
            }
            _ => return Some(Err(link)),
        };
        self.links[slot] = Some(link.clone());
        self.index.insert(link, slot as u32 + 1);
        Some(Ok(slot as u32 + 1))
    }

    /// Forgets every link that `used` (by index) does not mark.
    pub(crate) fn sweep(&mut self, used: &[bool]) {
        for (slot, link) in self.links.iter_mut().enumerate() {
            if !used.get(slot + 1).copied().unwrap_or(false)
                && let Some(link) = link.take()
            {
                self.index.remove(&link);
            }
        }
    }

    /// Number of slots, used or free.
    pub(crate) fn len(&self) -> usize {
        self.links.len()
    }
}
