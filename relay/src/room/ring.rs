//! The newest group frames of a session, shared by all of its guests.

use std::{collections::VecDeque, time::Instant};

use bytes::Bytes;
use jumpseat_wire::limits::RING_LEN;

use crate::budget::charge;

/// Group frames in order. Guests point into it by *index*: the count of frames that ever went in, which has
/// no gaps even where the host's sequence numbers do.
#[derive(Default)]
pub(super) struct Ring {
    entries: VecDeque<Entry>,
    /// The index of `entries[0]`.
    first: u64,
    /// Bytes that ever went in.
    total: u64,
    next_seq: u64,
}

/// A frame in the ring.
pub(super) struct Entry {
    pub(super) seq: u64,
    /// Bytes that went in before it.
    pub(super) offset: u64,
    pub(super) at: Instant,
    pub(super) packet: Bytes,
}

impl Ring {
    /// Takes the next frame, or refuses one that was taken before.
    pub(super) fn push(&mut self, seq: u64, packet: Bytes, now: Instant) -> bool {
        if seq < self.next_seq || seq == u64::MAX {
            return false;
        }
        self.next_seq = seq + 1;
        let offset = self.total;
        self.total += charge(&packet) as u64;
        self.entries.push_back(Entry { seq, offset, at: now, packet });
        while self.len() > RING_LEN as u64 {
            self.pop();
        }
        true
    }

    /// The sequence number that the next frame should have.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The index that the next frame gets.
    pub(super) fn head(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// The index of the oldest frame.
    pub(super) fn tail(&self) -> u64 {
        self.first
    }

    /// Bytes held.
    pub(super) fn len(&self) -> u64 {
        self.offset(self.head()) - self.offset(self.first)
    }

    /// Bytes between an index and the head.
    pub(super) fn behind(&self, index: u64) -> u64 {
        self.total - self.offset(index)
    }

    /// The frame at an index, or nothing at the head.
    pub(super) fn entry(&self, index: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(index.checked_sub(self.first)?).ok()?)
    }

    /// The index of the oldest frame held with this sequence number or a later one.
    pub(super) fn seek(&self, seq: u64) -> u64 {
        self.first + self.entries.partition_point(|entry| entry.seq < seq) as u64
    }

    /// Frees everything before an index, memory included; says how many bytes that were.
    pub(super) fn release(&mut self, index: u64) -> u64 {
        let held = self.len();
        while self.first < index && self.pop() {}
        if self.entries.capacity() > 64 && self.entries.len() < self.entries.capacity() / 4 {
            self.entries.shrink_to(self.entries.len() * 2);
        }
        held - self.len()
    }

    fn pop(&mut self) -> bool {
        let popped = self.entries.pop_front().is_some();
        self.first += u64::from(popped);
        popped
    }

    fn offset(&self, index: u64) -> u64 {
        self.entry(index).map_or(self.total, |entry| entry.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(len: usize) -> Bytes {
        vec![0; len].into()
    }

    /// JS-RELAY-15.
    #[test]
    fn repeats_are_refused_and_jumps_are_taken() {
        let mut ring = Ring::default();
        let now = Instant::now();
        let taken = [0, 1, 1, 0, 7, 2, 8, u64::MAX].map(|seq| ring.push(seq, packet(300), now));
        assert_eq!(taken, [true, true, false, false, true, false, true, false]);
        assert_eq!((ring.next_seq(), ring.head(), ring.len()), (9, 4, 1200));
        assert_eq!([0, 1, 2, 7, 8, 9].map(|seq| ring.seek(seq)), [0, 1, 2, 2, 3, 4]);
        assert_eq!(ring.behind(2), 600);
    }

    /// JS-RELAY-20.
    #[test]
    fn it_never_holds_more_than_its_length() {
        let mut ring = Ring::default();
        let now = Instant::now();
        for seq in 0..3 * RING_LEN as u64 / 1000 {
            ring.push(seq, packet(1000), now);
        }
        assert!(ring.len() <= RING_LEN as u64 && ring.len() > RING_LEN as u64 - 1000);
        // Tiny frames are charged for their bookkeeping.
        for seq in 0..100_000 {
            ring.push(1_000_000 + seq, packet(20), now);
        }
        assert!(ring.entries.len() <= RING_LEN / 256);
    }

    #[test]
    fn released_memory_is_returned() {
        let mut ring = Ring::default();
        let now = Instant::now();
        for seq in 0..10_000 {
            ring.push(seq, packet(300), now);
        }
        assert_eq!(ring.release(9_999), 9_999 * 300);
        assert_eq!((ring.tail(), ring.head(), ring.len()), (9_999, 10_000, 300));
        assert!(ring.entries.capacity() <= 64, "{}", ring.entries.capacity());
        assert_eq!(ring.release(20_000), 300);
        assert_eq!((ring.tail(), ring.head(), ring.len()), (10_000, 10_000, 0));
    }
}
