//! One guest's seat at the host: its keys, its role, what waits for it.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use jumpseat_wire::{ClaimHash, FrameKind, InviteId, SessionId, Slot, limits::PAIR_WINDOW};

use super::output::HostOutput;
use crate::{
    Millis, Role, SafetyWords, Scope, SessionError, StreamId,
    crypto::secret::Secret,
    frame::record::{MAX_MESSAGE, Plaintext, Record},
    handshake::{
        sas::{self, Reveal},
        welcome::PairKeys,
    },
    message::RosterEntry,
    pair::{Lane, PairReceiver, PairSender},
    snapshot::{self, Part},
};

/// Messages that may wait for a guest; one that lets more pile up loses its seat.
const MAX_WAITING: usize = 1024;

/// A guest's messages (chat, requests) that are taken in a second.
const MESSAGES_PER_SECOND: u32 = 20;

/// One guest's seat.
pub(super) struct Seat {
    pub(super) slot: Slot,
    pub(super) name: String,
    pub(super) program: String,
    pub(super) role: Role,
    pub(super) invite: InviteId,
    pub(super) claim: ClaimHash,
    pub(super) present: bool,
    /// When it was welcomed, or lost its connection.
    pub(super) since: Millis,
    pub(super) asks: bool,
    pub(super) typing: Option<(StreamId, Millis)>,
    pub(super) resync: Resync,
    pub(super) told: Vec<(crate::InputRefusal, Millis)>,
    pub(super) receiver: PairReceiver,
    handshake: Handshake,
    sender: PairSender,
    waiting: VecDeque<Waiting>,
    messages: (Millis, u32),
}

/// How far the handshake is.
enum Handshake {
    Welcomed { commitment: [u8; 32], sas: Secret<32>, th2: [u8; 32] },
    Confirmed,
}

/// What a guest that lost frames still gets.
#[derive(Default)]
pub(super) struct Resync {
    /// When it was last served.
    pub(super) last: Option<Millis>,
    /// It asked again too soon.
    pub(super) wanted: bool,
    /// It got glimpses; the whole follows once they have arrived.
    pub(super) whole_owed: bool,
}

enum Waiting {
    Record(RecordKind, Vec<u8>),
    Snapshot { stream: StreamId, scope: Scope, id: u32, position: u64, bytes: Bytes, next: u16 },
}

/// The kinds of record that wait as bytes.
#[derive(Clone, Copy)]
pub(super) enum RecordKind {
    Message,
    Grant,
}

impl Seat {
    pub(super) fn new(
        now: Millis,
        keys: &PairKeys,
        commitment: [u8; 32],
        card: RosterEntry,
        invite: InviteId,
    ) -> Self {
        let slot = keys.slot;
        Self {
            slot,
            name: card.name,
            program: card.program,
            role: card.role,
            invite,
            claim: keys.claim_hash(),
            present: true,
            since: now,
            asks: false,
            typing: None,
            resync: Resync::default(),
            told: Vec::new(),
            receiver: PairReceiver::new(Lane { kind: FrameKind::ToHost, slot }, keys.to_host.opening()),
            handshake: Handshake::Welcomed { commitment, sas: keys.sas.clone(), th2: keys.th2 },
            sender: PairSender::new(
                Lane { kind: FrameKind::ToGuest, slot },
                keys.to_guest.sealing(),
                PAIR_WINDOW,
            ),
            waiting: VecDeque::new(),
            messages: (now, 0),
        }
    }

    pub(super) fn is_confirmed(&self) -> bool {
        matches!(self.handshake, Handshake::Confirmed)
    }

    /// JS-JOIN-5: the number that the knock committed to. Gives the safety words.
    pub(super) fn confirm(&mut self, reveal: &[u8; 32]) -> Result<SafetyWords, SessionError> {
        let Handshake::Welcomed { commitment, sas, th2 } = &self.handshake else {
            return Err(SessionError::Replayed("a confirm"));
        };
        let reveal: Reveal = Secret(*reveal);
        if sas::commitment(&reveal) != *commitment {
            return Err(SessionError::Forged("the number behind the safety words"));
        }
        let words = SafetyWords::derive(sas, &reveal, th2);
        self.handshake = Handshake::Confirmed;
        Ok(words)
    }

    pub(super) fn entry(&self) -> RosterEntry {
        RosterEntry {
            slot: self.slot,
            name: self.name.clone(),
            program: self.program.clone(),
            role: self.role,
            present: self.present,
        }
    }

    /// Puts a record in line.
    pub(super) fn tell(&mut self, kind: RecordKind, data: Vec<u8>) {
        debug_assert!(data.len() <= MAX_MESSAGE, "names, titles and texts are bounded");
        self.waiting.push_back(Waiting::Record(kind, data));
    }

    /// Puts a snapshot in line; an older one of the same terminal that has not begun is left out.
    pub(super) fn show(&mut self, stream: StreamId, scope: Scope, id: u32, position: u64, bytes: Bytes) {
        self.waiting
            .retain(|waiting| !matches!(waiting, Waiting::Snapshot { stream: s, .. } if *s == stream));
        self.waiting.push_back(Waiting::Snapshot { stream, scope, id, position, bytes, next: 0 });
    }

    /// Leaves out every snapshot in line.
    pub(super) fn drop_snapshots(&mut self) {
        self.waiting.retain(|waiting| matches!(waiting, Waiting::Record(..)));
    }

    /// Whether too much waits for it.
    pub(super) fn is_overrun(&self) -> bool {
        self.waiting.len() > MAX_WAITING
    }

    /// Whether it has taken everything that was sent and nothing waits.
    pub(super) fn is_drained(&self) -> bool {
        self.waiting.is_empty() && self.sender.is_drained()
    }

    /// Seals and sends what the window takes.
    pub(super) fn flush(
        &mut self,
        sid: SessionId,
        out: &mut VecDeque<HostOutput>,
    ) -> Result<(), SessionError> {
        while self.present && self.sender.is_open() {
            let Some(plaintext) = self.next_plaintext() else { break };
            out.push_back(HostOutput::Frame(self.sender.seal(sid, plaintext)?));
        }
        Ok(())
    }

    fn next_plaintext(&mut self) -> Option<Plaintext> {
        let mut plaintext = Plaintext::to_guest();
        loop {
            match self.waiting.front_mut() {
                Some(Waiting::Record(kind, data)) => {
                    if !plaintext.fits(data.len()) {
                        break;
                    }
                    plaintext.push(&match kind {
                        RecordKind::Message => Record::Message(data),
                        RecordKind::Grant => Record::Grant(data),
                    });
                    self.waiting.pop_front();
                }
                Some(Waiting::Snapshot { stream, scope, id, position, bytes, next }) => {
                    let Some(part) = snapshot::part(*stream, *scope, *id, *position, bytes, *next) else {
                        self.waiting.pop_front();
                        continue;
                    };
                    if !plaintext.is_empty() && !plaintext.fits(part.record_len()) {
                        break;
                    }
                    plaintext.push(&Record::Snapshot(part));
                    *next += 1;
                }
                None => break,
            }
        }
        (!plaintext.is_empty()).then_some(plaintext)
    }

    /// The guest expects `next`.
    pub(super) fn acked(&mut self, next: u64) -> Result<(), SessionError> {
        self.sender.acked(next)
    }

    /// What was sent and has not arrived, as it was sent.
    pub(super) fn replay(&self) -> impl Iterator<Item = Bytes> {
        self.sender.replay()
    }

    /// Whether one more message of this guest is taken now.
    pub(super) fn spend_message(&mut self, now: Millis) -> bool {
        if now.since(self.messages.0) >= Duration::from_secs(1) {
            self.messages = (now, 0);
        }
        self.messages.1 += 1;
        self.messages.1 <= MESSAGES_PER_SECOND
    }
}

impl Part<'_> {
    /// Bytes of the record that carries it.
    fn record_len(&self) -> usize {
        18 + self.bytes.len()
    }
}
