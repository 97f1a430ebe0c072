//! Pairwise frames: one direction between the host and one guest, in order and without a gap
//! (rules JS-PAIR-…).
//!
//! The sender seals a frame once and keeps it until the other end has acknowledged it, so that a lost
//! connection costs a repetition of identical bytes and never a second sealing. Its key has generations: the sender
//! begins one with every epoch, the receiver follows, and both forget the one before.

use std::collections::VecDeque;

use bytes::Bytes;
use jumpseat_wire::{
    FrameHeader, FrameKind, SessionId, Slot,
    limits::{ACK_EVERY, ACK_EVERY_BYTES},
};

use crate::{
    Millis, Misbehavior, SessionError,
    frame::{
        chain::{Chain, Keyed},
        record::Plaintext,
        seal::{OpenKey, SealKey},
    },
};

/// Which direction of which pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lane {
    pub(crate) kind: FrameKind,
    pub(crate) slot: Slot,
}

pub(crate) struct PairSender {
    lane: Lane,
    key: SealKey,
    keys: Generations,
    /// The first frame of the present generation.
    first: u64,
    unacked: VecDeque<Bytes>,
    unacked_bytes: usize,
    window: usize,
}

pub(crate) struct PairReceiver {
    lane: Lane,
    key: OpenKey,
    keys: Generations,
    expected: u64,
    acks: AckClock,
}

/// The present generation's number, and what the later ones are made of.
struct Generations {
    present: u32,
    chain: Chain,
}

impl Generations {
    fn first(chain: Chain) -> (Keyed, Self) {
        Self::after(&chain).expect("a chain begins with its first generation")
    }

    fn after(chain: &Chain) -> Option<(Keyed, Self)> {
        let (keyed, chain) = chain.step()?;
        let present = keyed.generation;
        Some((keyed, Self { present, chain }))
    }
}

impl PairSender {
    pub(crate) fn new(lane: Lane, chain: Chain, window: usize) -> Self {
        let (keyed, keys) = Generations::first(chain);
        let key = keyed.sealing(0);
        Self { lane, key, keys, first: 0, unacked: VecDeque::new(), unacked_bytes: 0, window }
    }

    /// Seals what comes next with a new generation's key, and forgets the present one (JS-PAIR-8). A generation that
    /// sealed nothing goes on: the receiver takes one step at a time. So does the last of all.
    pub(crate) fn ratchet(&mut self) {
        if self.key.next() > self.first
            && let Some((keyed, keys)) = Generations::after(&self.keys.chain)
        {
            self.first = self.key.next();
            (self.key, self.keys) = (keyed.sealing(self.first), keys);
        }
    }

    /// Whether the window takes another frame.
    pub(crate) fn is_open(&self) -> bool {
        self.unacked_bytes < self.window
    }

    /// Whether every frame before this one has arrived.
    pub(crate) fn has_arrived(&self, next: u64) -> bool {
        self.first_unacked() >= next
    }

    /// The next frame's number.
    pub(crate) fn next(&self) -> u64 {
        self.key.next()
    }

    /// Bytes that have not arrived.
    pub(crate) fn under_way(&self) -> usize {
        self.unacked_bytes
    }

    pub(crate) fn seal(&mut self, sid: SessionId, plaintext: Plaintext) -> Result<Bytes, SessionError> {
        let (Lane { kind, slot }, epoch) = (self.lane, self.keys.present);
        let frame =
            self.key.seal(sid, plaintext.into_buffer(), |seq, _| FrameHeader { kind, slot, epoch, seq })?;
        let frame = Bytes::from(frame);
        self.unacked_bytes += frame.len();
        self.unacked.push_back(frame.clone());
        Ok(frame)
    }

    /// The other end expects `next`: everything before it has arrived.
    pub(crate) fn acked(&mut self, next: u64) -> Result<(), SessionError> {
        if next > self.key.next() {
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleAck));
        }
        while self.first_unacked() < next {
            if let Some(frame) = self.unacked.pop_front() {
                self.unacked_bytes -= frame.len();
            }
        }
        Ok(())
    }

    /// The identical bytes of everything that has not arrived (JS-PAIR-3).
    pub(crate) fn replay(&self) -> impl Iterator<Item = Bytes> {
        self.unacked.iter().cloned()
    }

    fn first_unacked(&self) -> u64 {
        self.key.next() - self.unacked.len() as u64
    }
}

impl PairReceiver {
    pub(crate) fn new(lane: Lane, chain: Chain) -> Self {
        let (keyed, keys) = Generations::first(chain);
        Self { lane, key: keyed.opening(), keys, expected: 0, acks: AckClock::default() }
    }

    /// The next frame's number.
    pub(crate) fn expected(&self) -> u64 {
        self.expected
    }

    /// Opens the next frame; `None` for one that came before, which a replay after a lost connection
    /// brings and which is not opened again (JS-PAIR-2).
    pub(crate) fn open(
        &mut self,
        now: Millis,
        sid: SessionId,
        header: &FrameHeader,
        ciphertext: &[u8],
    ) -> Result<Option<Vec<u8>>, SessionError> {
        if (header.kind, header.slot) != (self.lane.kind, self.lane.slot) {
            return Err(SessionError::Misbehaved(Misbehavior::OtherPair));
        }
        if header.seq < self.expected {
            return Ok(None);
        }
        if header.seq > self.expected {
            return Err(SessionError::Misbehaved(Misbehavior::MissingFrame));
        }
        let plaintext = self.open_next(sid, header, ciphertext)?;
        self.expected += 1;
        self.acks.took(now, ciphertext.len());
        Ok(Some(plaintext))
    }

    /// With the present generation's key or with the next one's, which then is the present one (JS-PAIR-9).
    fn open_next(
        &mut self,
        sid: SessionId,
        header: &FrameHeader,
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, SessionError> {
        if header.epoch == self.keys.present {
            return self.key.open(sid, header, ciphertext);
        }
        let next = Generations::after(&self.keys.chain).filter(|(_, keys)| header.epoch == keys.present);
        let (keyed, keys) = next.ok_or(SessionError::Misbehaved(Misbehavior::OtherGeneration))?;
        let key = keyed.opening();
        let plaintext = key.open(sid, header, ciphertext)?;
        (self.key, self.keys) = (key, keys);
        Ok(plaintext)
    }

    /// When an acknowledgement is due.
    pub(crate) fn ack_due(&self) -> Option<Millis> {
        self.acks.due()
    }

    pub(crate) fn acks(&mut self) -> &mut AckClock {
        &mut self.acks
    }
}

/// When to acknowledge: every so many bytes, and soon after anything at all.
#[derive(Default)]
pub(crate) struct AckClock {
    bytes: usize,
    due: Option<Millis>,
}

impl AckClock {
    pub(crate) fn took(&mut self, now: Millis, bytes: usize) {
        self.bytes += bytes;
        self.due.get_or_insert(now + ACK_EVERY);
        if self.bytes >= ACK_EVERY_BYTES {
            self.due = Some(now);
        }
    }

    pub(crate) fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Whether an acknowledgement is to be sent now; if so, counts it as sent.
    pub(crate) fn take(&mut self, now: Millis) -> bool {
        let due = self.due.is_some_and(|due| due <= now);
        if due {
            *self = Self::default();
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::secret::Secret;

    const SID: SessionId = SessionId([1; 16]);
    const LANE: Lane = Lane { kind: FrameKind::ToHost, slot: 3 };

    fn pair() -> (PairSender, PairReceiver) {
        let chain = Chain::new(SID, Secret([1; 32]));
        (PairSender::new(LANE, chain.clone(), 1000), PairReceiver::new(LANE, chain))
    }

    fn open(receiver: &mut PairReceiver, frame: &[u8]) -> Result<Option<Vec<u8>>, SessionError> {
        let (header, ciphertext) = FrameHeader::decode(frame).unwrap();
        receiver.open(Millis(0), SID, &header, ciphertext)
    }

    /// JS-PAIR-2, JS-PAIR-3; adversarial cases 14, 15, 18.
    #[test]
    fn in_order_once_and_only_for_its_pair() {
        let (mut sender, mut receiver) = pair();
        let frames: Vec<_> = (0..3).map(|_| sender.seal(SID, Plaintext::to_host()).unwrap()).collect();
        assert!(open(&mut receiver, &frames[1]).is_err(), "a gap");
        assert!(open(&mut receiver, &frames[0]).unwrap().is_some());
        assert!(open(&mut receiver, &frames[0]).unwrap().is_none(), "a replay");
        for at in 0..frames[1].len() {
            let mut broken = frames[1].to_vec();
            broken[at] ^= 1;
            if let Ok((header, ciphertext)) = FrameHeader::decode(&broken) {
                assert!(
                    !matches!(receiver.open(Millis(0), SID, &header, ciphertext), Ok(Some(_))),
                    "byte {at}"
                );
            }
        }
        assert!(open(&mut receiver, &frames[1]).unwrap().is_some());
        sender.acked(2).unwrap();
        assert_eq!(sender.replay().collect::<Vec<_>>(), frames[2..]);
        assert!(sender.acked(4).is_err());
    }

    /// JS-PAIR-8, JS-PAIR-9.
    #[test]
    fn a_generation_that_is_over_opens_nothing_any_more() {
        let (mut sender, mut receiver) = pair();
        sender.ratchet();
        let before = sender.seal(SID, Plaintext::to_host()).unwrap();
        let header = |frame: &[u8]| FrameHeader::decode(frame).unwrap().0;
        assert_eq!(header(&before).epoch, 0, "a generation that sealed nothing goes on");
        sender.ratchet();
        sender.ratchet();
        let after = sender.seal(SID, Plaintext::to_host()).unwrap();
        assert_eq!((header(&after).epoch, header(&after).seq), (1, 1));
        assert!(open(&mut receiver, &before).unwrap().is_some());

        // What lies in memory once the receiver has followed, tried on the recorded frame.
        assert!(open(&mut receiver, &after).unwrap().is_some());
        let (recorded, ciphertext) = FrameHeader::decode(&before).unwrap();
        let later = std::iter::successors(Some(receiver.keys.chain.clone()), |chain| Some(chain.step()?.1));
        let later = later.take(8).map(|chain| chain.step().unwrap().0.opening());
        for key in std::iter::once(receiver.key).chain(later) {
            assert!(key.open(SID, &recorded, ciphertext).is_err());
        }
    }

    /// JS-PAIR-9: a relay cannot make either end skip a generation, or go back to one.
    #[test]
    fn generations_come_one_after_the_other() {
        let (mut sender, mut receiver) = pair();
        let generation = |sender: &mut PairSender| {
            let frame = sender.seal(SID, Plaintext::to_host()).unwrap();
            sender.ratchet();
            frame
        };
        let frames: Vec<_> = (0..4).map(|_| generation(&mut sender)).collect();
        assert!(open(&mut receiver, &frames[0]).unwrap().is_some());
        for other in [0u32, 2, 3, u32::MAX] {
            let mut moved = frames[1].to_vec();
            moved[4..8].copy_from_slice(&other.to_be_bytes());
            assert!(open(&mut receiver, &moved).is_err(), "generation {other}");
        }
        for frame in &frames[1..] {
            assert!(open(&mut receiver, frame).unwrap().is_some());
        }
        assert!(open(&mut receiver, &frames[3]).unwrap().is_none(), "a replay");
    }

    /// JS-RELAY-21.
    #[test]
    fn acknowledgements_are_due_by_bytes_and_by_time() {
        let mut acks = AckClock::default();
        assert_eq!(acks.due(), None);
        acks.took(Millis(0), 1);
        acks.took(Millis(5), ACK_EVERY_BYTES - 2);
        assert_eq!(acks.due(), Some(Millis(0) + ACK_EVERY));
        assert!(!acks.take(Millis(6)));
        acks.took(Millis(7), 1);
        assert!(acks.take(Millis(7)), "so many bytes do not wait");
        assert_eq!(acks.due(), None);
        acks.took(Millis(10), 1);
        assert!(!acks.take(Millis(29)) && acks.take(Millis(30)));
    }

    #[test]
    fn the_window_closes_and_opens() {
        let (mut sender, _) = pair();
        while sender.is_open() {
            sender.seal(SID, Plaintext::to_host()).unwrap();
        }
        sender.acked(1).unwrap();
        sender.acked(2).unwrap();
        assert!(sender.is_open());
    }
}
