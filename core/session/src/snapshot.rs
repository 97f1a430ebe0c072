//! Snapshots in parts: opaque bytes that stand for a terminal at one position of its stream.
//!
//! What is in them is the business of the two ends' screens; here they are only cut, numbered, bounded and
//! put together again (rules JS-SNAP-…).

use crate::{
    Misbehavior, SessionError, StreamId,
    frame::record::{MAX_PART, Part, Scope},
};

/// The largest snapshot, in bytes: 10,000 lines of the worst kind, compressed, with room to spare.
pub const MAX_SNAPSHOT_LEN: usize = 16 * 1024 * 1024;

/// The longest part of one, in bytes.
pub(crate) const LONGEST_PART: usize = MAX_PART;

/// A whole snapshot.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) scope: Scope,
    pub(crate) position: u64,
    pub(crate) bytes: Vec<u8>,
}

/// One of the parts of a snapshot; `None` behind the last.
pub(crate) fn part<'a>(
    stream: StreamId,
    scope: Scope,
    id: u32,
    position: u64,
    bytes: &'a [u8],
    part: u16,
) -> Option<Part<'a>> {
    debug_assert!(bytes.len() <= MAX_SNAPSHOT_LEN);
    let parts = bytes.len().div_ceil(MAX_PART).max(1) as u16;
    let start = usize::from(part) * MAX_PART;
    (part < parts).then(|| {
        let bytes = &bytes[start..bytes.len().min(start + MAX_PART)];
        Part { stream, scope, id, part, parts, position, bytes }
    })
}

/// All of them.
#[cfg(test)]
pub(crate) fn cut<'a>(
    stream: StreamId,
    scope: Scope,
    id: u32,
    position: u64,
    bytes: &'a [u8],
) -> impl Iterator<Item = Part<'a>> {
    (0..).map_while(move |number| part(stream, scope, id, position, bytes, number))
}

/// Puts the parts of one stream's snapshots together again. Parts of one snapshot come in order; a new
/// snapshot replaces an unfinished one.
#[derive(Default)]
pub(crate) struct Assembly {
    under_way: Option<Unfinished>,
}

struct Unfinished {
    id: u32,
    next: u16,
    parts: u16,
    whole: Whole,
}

impl Assembly {
    /// Takes a part; gives the snapshot when it was the last.
    pub(crate) fn add(&mut self, part: Part<'_>) -> Result<Option<Whole>, SessionError> {
        if part.part >= part.parts || usize::from(part.parts) * MAX_PART > MAX_SNAPSHOT_LEN + MAX_PART {
            self.under_way = None;
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleSnapshot));
        }
        if part.part == 0 {
            let whole = Whole { scope: part.scope, position: part.position, bytes: Vec::new() };
            self.under_way = Some(Unfinished { id: part.id, next: 0, parts: part.parts, whole });
        }
        let Some(unfinished) = &mut self.under_way else { return Ok(None) };
        if (unfinished.id, unfinished.next, unfinished.parts) != (part.id, part.part, part.parts) {
            // A part was lost with its frame: this snapshot will not be whole.
            self.under_way = None;
            return Ok(None);
        }
        unfinished.whole.bytes.extend_from_slice(part.bytes);
        unfinished.next += 1;
        let done = unfinished.next == unfinished.parts;
        Ok(if done { self.under_way.take().map(|unfinished| unfinished.whole) } else { None })
    }

    /// Bytes of the unfinished snapshot.
    pub(crate) fn held(&self) -> usize {
        self.under_way.as_ref().map_or(0, |unfinished| unfinished.whole.bytes.capacity())
    }

    /// Gives the unfinished snapshot up.
    pub(crate) fn forget(&mut self) {
        self.under_way = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// JS-SNAP-1.
        #[test]
        fn what_is_cut_is_whole_again(len in 0..200_000usize, position: u64) {
            let bytes: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let mut assembly = Assembly::default();
            let mut parts = cut(3, Scope::Full, 9, position, &bytes).peekable();
            while let Some(part) = parts.next() {
                let whole = assembly.add(part).unwrap();
                prop_assert_eq!(whole.is_some(), parts.peek().is_none());
                if let Some(whole) = whole {
                    prop_assert_eq!(whole, Whole { scope: Scope::Full, position, bytes: bytes.clone() });
                }
            }
        }
    }

    #[test]
    fn a_lost_part_makes_no_snapshot_and_the_next_one_does() {
        let bytes = vec![1; 2 * MAX_PART + 5];
        let mut assembly = Assembly::default();
        let parts: Vec<_> = cut(1, Scope::Full, 1, 0, &bytes).collect();
        assert_eq!(assembly.add(parts[0]), Ok(None));
        assert_eq!(assembly.add(parts[2]), Ok(None));
        assert_eq!(assembly.add(parts[1]), Ok(None));
        let whole = cut(1, Scope::Screen, 2, 7, b"x").find_map(|part| assembly.add(part).unwrap()).unwrap();
        assert_eq!((whole.position, &whole.bytes[..]), (7, &b"x"[..]));
    }

    #[test]
    fn the_size_is_bounded() {
        let part =
            Part { stream: 1, scope: Scope::Full, id: 1, part: 0, parts: u16::MAX, position: 0, bytes: &[] };
        assert!(Assembly::default().add(part).is_err());
        assert!(Assembly::default().add(Part { part: 3, parts: 3, ..part }).is_err());
    }
}
