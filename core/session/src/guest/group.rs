//! Group frames at a guest: which key opens them, in which order they count, and what waits for its key
//! (rules JS-GROUP-2 to 5, JS-EPOCH-4 to 6).

use std::{collections::VecDeque, time::Duration};

use jumpseat_wire::{FrameHeader, SessionId};

use crate::{
    Millis, SessionError,
    area::{FromHost, people},
    crypto::sign::VerifyKey,
    frame::{
        epoch::{Grant, roster_hash},
        group,
        record::{Record, Records},
        seal::OpenKey,
    },
};

/// Frames of an epoch whose grant has not come yet: how many bytes are kept …
const EARLY_BYTES: usize = 256 * 1024;

/// … and for how long.
const EARLY_TIME: Duration = Duration::from_secs(2);

/// Epochs whose last frames may still be on their way: a guest that was away meets several at once.
const EPOCHS_KEPT: usize = 16;

pub(super) struct GroupReceiver {
    sid: SessionId,
    host: VerifyKey,
    /// The newest epoch last; each ends where the next one begins.
    epochs: VecDeque<Epoch>,
    expected: u64,
    /// Behind the newest frame that came, whether it verified or not.
    taken: u64,
    seen: u64,
    early: VecDeque<(Millis, Vec<u8>)>,
    early_bytes: usize,
}

struct Epoch {
    number: u32,
    first: u64,
    key: OpenKey,
    /// What the roster that opens it hashes to.
    roster: [u8; 32],
}

/// The records of a frame that verified.
#[derive(Debug)]
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
            epochs: VecDeque::new(),
            expected: 0,
            taken: 0,
            seen: 0,
            early: VecDeque::new(),
            early_bytes: 0,
        }
    }

    /// The next frame's number.
    pub(super) fn expected(&self) -> u64 {
        self.expected
    }

    /// What to acknowledge (JS-GROUP-6): everything that came off the line, also what waits for its key or
    /// did not verify, or the relay would wait for this guest while this guest waits for the relay.
    pub(super) fn taken(&self) -> u64 {
        self.taken.max(self.expected)
    }

    /// A new connection: what came over the old one and did not verify is asked for again.
    pub(super) fn connection_lost(&mut self) {
        self.taken = 0;
    }

    /// Number of the last frame that verified.
    pub(super) fn last_seen(&self) -> u64 {
        self.seen
    }

    /// The newest epoch and its first frame.
    pub(super) fn newest(&self) -> Option<(u32, u64)> {
        self.epochs.back().map(|epoch| (epoch.number, epoch.first))
    }

    /// Takes a frame; gives what verified. Nothing while its key has not come.
    pub(super) fn receive(
        &mut self,
        now: Millis,
        header: &FrameHeader,
        frame: &[u8],
    ) -> Result<Option<Verified>, SessionError> {
        self.taken = self.taken.max(header.seq.saturating_add(1));
        if self.newest().is_none_or(|(newest, _)| header.epoch > newest) {
            self.keep(now, frame);
            return Ok(None);
        }
        self.open(header, frame).map(Some)
    }

    /// A new epoch: opens what waited for it.
    pub(super) fn granted(&mut self, now: Millis, grant: Grant) -> Vec<Verified> {
        if self.epochs.is_empty() {
            // What was sealed before this guest's first epoch was never for it.
            self.expected = grant.first_seq;
        }
        let (number, first) = (grant.epoch, grant.first_seq);
        self.epochs.push_back(Epoch {
            number,
            first,
            key: grant.opening(self.sid),
            roster: grant.roster_hash,
        });
        if self.epochs.len() > EPOCHS_KEPT {
            self.epochs.pop_front();
        }
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

    fn open(&mut self, header: &FrameHeader, frame: &[u8]) -> Result<Verified, SessionError> {
        // JS-GROUP-3: nothing counts twice, and nothing comes after what came later.
        if header.seq < self.expected {
            return Err(SessionError::Replayed("a group frame"));
        }
        let at = self.epochs.iter().rposition(|epoch| epoch.number == header.epoch);
        let at = at.ok_or(SessionError::Replayed("an old epoch's frame"))?;
        // JS-EPOCH-4: an old key opens only what came before the next one.
        let next = self.epochs.get(at + 1).map(|next| next.first);
        let epoch = &self.epochs[at];
        if header.seq < epoch.first || next.is_some_and(|next| header.seq >= next) {
            return Err(SessionError::Replayed("an old epoch's frame"));
        }
        let (_, ciphertext) = FrameHeader::decode(frame)?;
        let body = group::open(self.sid, &epoch.key, &self.host, header, ciphertext)?;
        if header.seq == epoch.first {
            check_roster(&body, epoch.roster)?;
        }
        let after_gap = header.seq > self.expected;
        self.expected = header.seq.checked_add(1).ok_or(SessionError::UsedUp)?;
        self.seen = header.seq;
        // The keys of epochs that are over are not needed any more.
        self.epochs.drain(..at);
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

/// JS-EPOCH-6: an epoch opens with the roster that its grant names, so that the host cannot tell one guest
/// that it shares a key with others than it tells the next.
fn check_roster(body: &[u8], expected: [u8; 32]) -> Result<(), SessionError> {
    match Records::new(body).next() {
        // A word that this guest would skip is no roster.
        Some(Ok(Record::Message(message)))
            if roster_hash(message) == expected
                && matches!(
                    FromHost::decode(message),
                    Ok(Some(FromHost::People(people::FromHost::Roster { .. })))
                ) =>
        {
            Ok(())
        }
        _ => Err(SessionError::Forged("the epoch's roster")),
    }
}
