//! Group frames at a guest: which key opens them, in which order they count, and what waits for its key
//! (rules JS-GROUP-2 to 5, JS-EPOCH-4 to 6).

use std::{collections::VecDeque, time::Duration};

use jumpseat_wire::{FrameHeader, SessionId};

use crate::{
    Millis, SessionError,
    crypto::sign::VerifyKey,
    frame::{epoch::Grant, group, seal::OpenKey},
};

/// Frames of an epoch whose grant has not come yet: how many bytes are kept …
const EARLY_BYTES: usize = 256 * 1024;

/// … and for how long.
const EARLY_TIME: Duration = Duration::from_secs(2);

pub(super) struct GroupReceiver {
    sid: SessionId,
    host: VerifyKey,
    /// The newest epoch, and the one before it, whose last frames may still be on their way.
    newest: Option<Epoch>,
    previous: Option<Epoch>,
    expected: u64,
    seen: (u32, u64),
    early: VecDeque<(Millis, Vec<u8>)>,
    early_bytes: usize,
}

struct Epoch {
    number: u32,
    first: u64,
    key: OpenKey,
    /// What the roster that opens it has to hash to, until it has come.
    roster: Option<[u8; 32]>,
}

/// The records of a frame that verified.
pub(super) struct Verified {
    pub(super) body: Vec<u8>,
    /// Frames before this one are missing.
    pub(super) after_gap: bool,
}

impl GroupReceiver {
    pub(super) fn new(sid: SessionId, host: VerifyKey) -> Self {
        Self {
            sid,
            host,
            newest: None,
            previous: None,
            expected: 0,
            seen: (0, 0),
            early: VecDeque::new(),
            early_bytes: 0,
        }
    }

    /// The next frame's number.
    pub(super) fn expected(&self) -> u64 {
        self.expected
    }

    /// Epoch and number of the last frame that verified.
    pub(super) fn last_seen(&self) -> (u32, u64) {
        self.seen
    }

    /// The newest epoch and its first frame.
    pub(super) fn newest(&self) -> Option<(u32, u64)> {
        self.newest.as_ref().map(|epoch| (epoch.number, epoch.first))
    }

    /// Takes a frame; gives what verified. Empty while its key has not come.
    pub(super) fn receive(
        &mut self,
        now: Millis,
        header: &FrameHeader,
        frame: &[u8],
    ) -> Result<Vec<Verified>, SessionError> {
        if self.newest.as_ref().is_none_or(|newest| header.epoch > newest.number) {
            self.keep(now, frame);
            return Ok(Vec::new());
        }
        self.open(header, frame).map(|verified| vec![verified])
    }

    /// A new epoch: opens what waited for it.
    pub(super) fn granted(&mut self, now: Millis, grant: Grant) -> Vec<Verified> {
        if self.newest.is_none() {
            // What was sealed before this guest's first epoch was never for it.
            self.expected = grant.first_seq;
        }
        let (number, first) = (grant.epoch, grant.first_seq);
        let epoch = Epoch { number, first, key: grant.opening(self.sid), roster: Some(grant.roster_hash) };
        self.previous = self.newest.replace(epoch);
        self.early_bytes = 0;
        let early = std::mem::take(&mut self.early);
        let mut verified = Vec::new();
        for (at, frame) in early {
            let Ok((header, _)) = FrameHeader::decode(&frame) else { continue };
            if header.epoch > number {
                self.early_bytes += frame.len();
                self.early.push_back((at, frame));
            } else {
                verified.extend(self.open(&header, &frame));
            }
        }
        self.forget_old(now);
        verified
    }

    /// JS-EPOCH-6: whether a message may be heeded: the first roster of an epoch has to be the one that
    /// the grant names.
    pub(super) fn check_roster(&mut self, json: &[u8], hash: impl Fn(&[u8]) -> [u8; 32]) -> bool {
        let Some(epoch) = self.newest.as_mut().filter(|epoch| epoch.number == self.seen.0) else {
            return true;
        };
        // After a gap the roster that opened the epoch may be among what was lost.
        if self.seen.1 != epoch.first {
            epoch.roster = None;
        }
        epoch.roster.take().is_none_or(|expected| expected == hash(json))
    }

    fn open(&mut self, header: &FrameHeader, frame: &[u8]) -> Result<Verified, SessionError> {
        if header.seq < self.expected {
            return Err(SessionError::Replayed("a group frame"));
        }
        let newest = self.newest.as_ref().ok_or(SessionError::Forged("frame"))?;
        let epoch = if header.epoch == newest.number && header.seq >= newest.first {
            newest
        } else {
            // JS-EPOCH-4: an old key opens only what came before the new one.
            self.previous
                .as_ref()
                .filter(|old| old.number == header.epoch && (old.first..newest.first).contains(&header.seq))
                .ok_or(SessionError::Replayed("an old epoch's frame"))?
        };
        let (_, ciphertext) = FrameHeader::decode(frame)?;
        let body = group::open(self.sid, &epoch.key, &self.host, header, ciphertext)?;
        let after_gap = header.seq > self.expected;
        self.expected = header.seq + 1;
        self.seen = (header.epoch, header.seq);
        Ok(Verified { body, after_gap })
    }

    fn keep(&mut self, now: Millis, frame: &[u8]) {
        self.forget_old(now);
        if self.early_bytes + frame.len() <= EARLY_BYTES {
            self.early_bytes += frame.len();
            self.early.push_back((now, frame.to_vec()));
        }
    }

    pub(super) fn forget_old(&mut self, now: Millis) {
        while self.early.front().is_some_and(|(at, _)| now.since(*at) >= EARLY_TIME) {
            if let Some((_, frame)) = self.early.pop_front() {
                self.early_bytes -= frame.len();
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.early.front().map(|(at, _)| *at + EARLY_TIME)
    }
}
