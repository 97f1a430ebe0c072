//! The host's side of the group: one key at a time, a count over all of them, and what the relay has not
//! confirmed yet (rules JS-EPOCH-1 to 3, JS-GROUP-1).

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::{
    Entropy, Millis, Misbehavior, SessionError,
    frame::{
        epoch::{EpochKey, roster_hash},
        group,
        record::Plaintext,
        seal::SealKey,
    },
    handshake::bundle::HostKeys,
};

/// A key is used no longer than this.
const EPOCH_TIME: Duration = Duration::from_secs(15 * 60);

/// … nor for more frames than this.
const EPOCH_FRAMES: u64 = 1 << 20;

/// Unconfirmed bytes beyond which output is no longer sealed: the uplink is full.
const UPLINK_WINDOW: usize = 1024 * 1024;

/// Unconfirmed bytes beyond which not even messages are: the relay is away or takes nothing.
const UPLINK_LIMIT: usize = 2 * UPLINK_WINDOW;

/// How far back the times of frames are known, and how finely.
const TIMES_KEPT: usize = 256;
const TIMES_STEP: Duration = Duration::from_millis(50);

pub(super) struct GroupSender {
    key: Option<Epoch>,
    epochs: u32,
    epoch_frames: u64,
    next: u64,
    unacked: VecDeque<Bytes>,
    unacked_bytes: usize,
    times: VecDeque<(u64, Millis)>,
}

struct Epoch {
    key: SealKey,
    since: Millis,
    first: u64,
}

impl GroupSender {
    pub(super) fn new() -> Self {
        Self {
            key: None,
            epochs: 0,
            epoch_frames: EPOCH_FRAMES,
            next: 0,
            unacked: VecDeque::new(),
            unacked_bytes: 0,
            times: VecDeque::new(),
        }
    }

    /// Wears keys sooner: a test does not seal a million frames.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn limit_epoch_frames(&mut self, frames: u64) {
        self.epoch_frames = frames;
    }

    /// Begins an epoch; gives its grant (JS-EPOCH-1). The next frame opens with `roster`.
    pub(super) fn rotate(
        &mut self,
        now: Millis,
        keys: &HostKeys,
        roster: &[u8],
        entropy: &mut Entropy,
    ) -> Result<Zeroizing<Vec<u8>>, SessionError> {
        self.epochs = self.epochs.checked_add(1).ok_or(SessionError::UsedUp)?;
        let fresh = EpochKey::generate(entropy);
        let grant =
            Zeroizing::new(fresh.grant(keys.sid, self.epochs, self.next, roster_hash(roster), &keys.sign));
        let key = fresh.sealing(keys.sid, self.epochs, self.next);
        self.key = Some(Epoch { key, since: now, first: self.next });
        Ok(grant)
    }

    /// Nobody is left to seal for, nor to send to what was sealed.
    pub(super) fn rest(&mut self) {
        self.key = None;
        self.unacked.clear();
        self.unacked_bytes = 0;
    }

    /// Guests hear nothing from now on: the relay is away, or takes nothing. Whatever is sealed next counts, for
    /// those who have not seen it, as sealed now. A relay that closes the connection, or acknowledges nothing, does
    /// not stop the clock for keys that it holds back (JS-ROLE-6).
    pub(super) fn unsealed(&mut self, now: Millis) {
        if self.times.back().is_none_or(|(seq, _)| *seq < self.next) {
            self.note(now);
        }
    }

    fn note(&mut self, now: Millis) {
        self.times.push_back((self.next, now));
        if self.times.len() > TIMES_KEPT {
            self.times.pop_front();
        }
    }

    pub(super) fn is_resting(&self) -> bool {
        self.key.is_none()
    }

    /// When the key's time is over.
    pub(super) fn expires_at(&self) -> Option<Millis> {
        self.key.as_ref().map(|epoch| epoch.since + EPOCH_TIME)
    }

    /// JS-EPOCH-3: whether the key has to be replaced.
    pub(super) fn is_worn(&self, now: Millis) -> bool {
        self.key.as_ref().is_some_and(|epoch| {
            epoch.since + EPOCH_TIME <= now || self.next - epoch.first >= self.epoch_frames
        })
    }

    /// Seals a frame for every guest; `None` while nobody has the key or the relay takes nothing.
    pub(super) fn seal(
        &mut self,
        now: Millis,
        keys: &HostKeys,
        plaintext: Plaintext,
    ) -> Result<Option<Bytes>, SessionError> {
        let Some(epoch) = &mut self.key else { return Ok(None) };
        // The roster that opens an epoch always goes: its grant names it (JS-EPOCH-6).
        if self.unacked_bytes >= UPLINK_LIMIT && self.next != epoch.first {
            self.unsealed(now);
            return Ok(None);
        }
        let frame = Bytes::from(group::seal(keys.sid, &mut epoch.key, self.epochs, &keys.sign, plaintext)?);
        if self.times.back().is_none_or(|(_, last)| now.since(*last) >= TIMES_STEP) {
            self.note(now);
        }
        self.next += 1;
        self.unacked_bytes += frame.len();
        self.unacked.push_back(frame.clone());
        Ok(Some(frame))
    }

    /// How long ago the first frame that a guest had not seen was sealed, or should have been, when `seen` was the
    /// last it had: at least this long (JS-ROLE-6).
    pub(super) fn age_of_unseen(&self, now: Millis, seen: u64) -> Duration {
        let after = self.times.partition_point(|(seq, _)| *seq <= seen);
        self.times.get(after).map_or(Duration::ZERO, |(_, at)| now.since(*at))
    }

    /// The next frame's number.
    #[cfg(test)]
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether output may be sealed.
    pub(super) fn uplink_is_open(&self) -> bool {
        self.unacked_bytes < UPLINK_WINDOW
    }

    /// Whether the relay has confirmed nearly everything.
    pub(super) fn uplink_is_calm(&self) -> bool {
        self.unacked_bytes < UPLINK_WINDOW / 4
    }

    /// Whether the relay has confirmed so much that what comes now goes out at once: only then are panels sealed.
    pub(super) fn uplink_is_free(&self) -> bool {
        self.unacked_bytes < UPLINK_WINDOW / 16
    }

    /// The relay expects `next`: everything before it is there.
    pub(super) fn acked(&mut self, next: u64) -> Result<(), SessionError> {
        if next > self.next {
            return Err(SessionError::Misbehaved(Misbehavior::ImpossibleAck));
        }
        while self.next - (self.unacked.len() as u64) < next {
            if let Some(frame) = self.unacked.pop_front() {
                self.unacked_bytes -= frame.len();
            }
        }
        Ok(())
    }

    /// The identical bytes of everything that the relay has not confirmed.
    pub(super) fn replay(&self) -> impl Iterator<Item = Bytes> {
        self.unacked.iter().cloned()
    }
}
