//! Contents that were served, kept for a while: the next version is small next to the one before.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::ContentHash;

/// Contents by whose they are; the least recently used ones go when it is full.
///
/// A host has one for all guests, and packs a content only against what the same guest was served (JS-PANEL-8): what
/// others fetched is not found by guessing.
pub struct ContentCache<O> {
    room: usize,
    used: usize,
    /// The most recently used last.
    kept: VecDeque<(O, ContentHash, Bytes)>,
}

impl<O: PartialEq> ContentCache<O> {
    /// A shelf for so many bytes.
    pub fn new(room: usize) -> Self {
        Self { room, used: 0, kept: VecDeque::new() }
    }

    /// Keeps a content; one that is larger than half the shelf is not kept.
    pub fn put(&mut self, owner: O, content: Bytes) {
        let hash = ContentHash::of(&content);
        self.take(&owner, hash);
        if content.len() > self.room / 2 {
            return;
        }
        self.used += content.len();
        self.kept.push_back((owner, hash, content));
        while self.used > self.room {
            let Some((_, _, gone)) = self.kept.pop_front() else { break };
            self.used -= gone.len();
        }
    }

    /// One of `owner`'s contents.
    pub fn find(&mut self, owner: &O, hash: ContentHash) -> Option<Bytes> {
        let found = self.take(owner, hash)?;
        let content = found.2.clone();
        self.used += content.len();
        self.kept.push_back(found);
        Some(content)
    }

    /// Forgets what is of these.
    pub fn forget(&mut self, of: impl Fn(&O) -> bool) {
        self.kept.retain(|(owner, _, _)| !of(owner));
        self.used = self.kept.iter().map(|(_, _, content)| content.len()).sum();
    }

    fn take(&mut self, owner: &O, hash: ContentHash) -> Option<(O, ContentHash, Bytes)> {
        let at = self.kept.iter().position(|(of, kept, _)| of == owner && *kept == hash)?;
        let found = self.kept.remove(at)?;
        self.used -= found.2.len();
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JS-PANEL-8.
    #[test]
    fn keeps_the_most_recent_and_nothing_of_others() {
        let mut shelf = ContentCache::new(100);
        let content = |n: u8| Bytes::from(vec![n; 40]);
        let hash = |n: u8| ContentHash::of(&content(n));
        shelf.put(1, content(1));
        shelf.put(1, content(2));
        assert_eq!(shelf.find(&1, hash(1)), Some(content(1)));
        assert_eq!(shelf.find(&2, hash(1)), None, "what another guest was served");
        shelf.put(1, content(3));
        assert_eq!(shelf.find(&1, hash(2)), None, "the least recently used");
        assert!(shelf.find(&1, hash(1)).is_some() && shelf.find(&1, hash(3)).is_some());
        shelf.put(1, Bytes::from(vec![9; 51]));
        assert_eq!(shelf.kept.len(), 2, "too large for it");
        shelf.forget(|owner| *owner == 1);
        assert_eq!((shelf.used, shelf.kept.len()), (0, 0));
    }
}
