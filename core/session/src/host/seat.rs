//! One guest's seat at the host: its keys, its role, what waits for it.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use jumpseat_wire::{ClaimHash, FrameKind, InviteId, KnockId, SessionId, Slot, limits::PAIR_WINDOW};
use zeroize::Zeroizing;

use super::output::HostOutput;
use crate::{
    GuestInfo, Millis, Pointing, Role, SafetyWords, Scope, SessionError, StreamId, TransferKind,
    area::{MESSAGES_PER_SECOND, pointing::Columns, terminals::Refusals, transfer},
    crypto::secret::Secret,
    frame::record::{MAX_MESSAGE, Part, Plaintext, Record, TransferId},
    handshake::{
        capabilities::Capabilities,
        sas::{self, Reveal},
        welcome::PairKeys,
    },
    invite::book::Line,
    pace::Pace,
    pair::{Lane, PairReceiver, PairSender},
    panel::{PanelId, panel_of},
    snapshot,
};

/// How often a guest gets everything again.
pub(super) const RESYNC_EVERY: Duration = Duration::from_secs(2);

/// How far ahead of its acknowledgements a guest is sent panels, in bytes: what a terminal's picture waits behind.
const PANEL_WINDOW: usize = 64 * 1024;

/// How often what has not arrived is sent again, however often the relay says that the guest is present.
const REPLAY_EVERY: Duration = Duration::from_secs(1);

/// Messages that may wait for a guest; one that lets more pile up loses its seat.
const MAX_WAITING: usize = 1024;

/// Bytes of a message that count as one message more.
const MESSAGE_UNIT: usize = 1024;

/// How often everyone hears where a guest points: each time, clients look up what stands there.
pub(super) const POINTS_EVERY: Duration = Duration::from_millis(250);

/// One guest's seat.
pub(super) struct Seat {
    pub(super) slot: Slot,
    pub(super) name: String,
    pub(super) program: String,
    pub(super) role: Role,
    /// What its program can do.
    pub(super) can: Capabilities,
    /// The invite it came by.
    pub(super) invite: InviteId,
    /// The guests behind that invite: see [`Invite`](crate::Invite).
    pub(super) line: Line,
    /// The key that its knock was signed with.
    pub(super) key: [u8; 32],
    /// Whether somebody else came by the same invite before.
    pub(super) again: bool,
    /// Whether its guest takes a seat again that it had.
    pub(super) returns: bool,
    pub(super) claim: ClaimHash,
    pub(super) present: bool,
    /// When it was welcomed, or lost its connection.
    pub(super) since: Millis,
    /// It was there when the relay was lost, and has not come back yet.
    pub(super) lost_with_relay: bool,
    /// The relay's number of its knock, on the connection that the knock came over.
    pub(super) knock: Option<KnockId>,
    pub(super) asks: bool,
    /// The cells that it points at next.
    pub(super) columns: Option<Columns>,
    /// Where it points by now, until everyone is told.
    pub(super) points: Option<Option<Pointing>>,
    pub(super) points_now: Pace,
    pub(super) typing: Option<(StreamId, Millis)>,
    pub(super) resync: Resync,
    /// It stands where the streams of a session that is over end.
    pub(super) caught_up: bool,
    pub(super) told: Refusals,
    /// Where the host looked was told under this number when it was allowed to write (JS-ROLE-7).
    pub(super) writes_since: u64,
    /// What has not arrived is sent again.
    replays: Pace,
    /// Behind the last frame that was sent again.
    replayed: u64,
    /// Whether everyone was told that it is present.
    told_present: bool,
    pub(super) receiver: PairReceiver,
    handshake: Handshake,
    sender: PairSender,
    /// Messages; they go before snapshots. Grants never wait: see [`grant`](Self::grant).
    messages_waiting: VecDeque<Zeroizing<Vec<u8>>>,
    /// Terminals' snapshots, then panels'.
    snapshots: VecDeque<Waiting>,
    /// What it fetches, behind everything else.
    contents: VecDeque<Content>,
    /// Behind the last frame that is not a panel's.
    owed: u64,
    /// Since when it has taken nothing of what is under way.
    owing_since: Option<Millis>,
    messages: (Millis, u32),
}

/// How far the handshake is.
enum Handshake {
    Welcomed { welcomed: Welcomed, sas: Secret<32>, th2: [u8; 32] },
    Confirmed,
}

/// How a guest came.
pub(super) struct Came {
    pub(super) invite: InviteId,
    pub(super) line: Line,
    pub(super) key: [u8; 32],
    pub(super) can: Capabilities,
    pub(super) again: bool,
    pub(super) returns: bool,
}

/// What tells one knock from its copy.
pub(super) type Mark = [u8; 32];

/// What a seat begins with.
pub(super) struct Welcomed {
    pub(super) knock: KnockId,
    pub(super) mark: Mark,
    /// The answer, should it be lost with the connection.
    pub(super) message: Vec<u8>,
    pub(super) commitment: [u8; 32],
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

/// A snapshot in line.
struct Waiting {
    stream: StreamId,
    scope: Scope,
    id: u32,
    position: u64,
    bytes: Bytes,
    next: u16,
}

/// A content in line.
struct Content {
    id: TransferId,
    of: TransferKind,
    bytes: Bytes,
    next: usize,
}

impl Seat {
    pub(super) fn new(now: Millis, keys: &PairKeys, welcomed: Welcomed, card: GuestInfo, came: Came) -> Self {
        let slot = keys.slot;
        let Came { invite, line, key, can, again, returns } = came;
        Self {
            slot,
            name: card.name,
            program: card.program,
            role: card.role,
            can,
            invite,
            line,
            key,
            again,
            returns,
            claim: keys.claim_hash(),
            present: true,
            since: now,
            lost_with_relay: false,
            knock: Some(welcomed.knock),
            asks: false,
            columns: None,
            points: None,
            points_now: Pace::new(POINTS_EVERY),
            typing: None,
            resync: Resync::default(),
            caught_up: false,
            told: Refusals::default(),
            writes_since: 0,
            replays: Pace::new(REPLAY_EVERY),
            replayed: 0,
            told_present: true,
            receiver: PairReceiver::new(Lane { kind: FrameKind::ToHost, slot }, keys.to_host.clone()),
            handshake: Handshake::Welcomed { welcomed, sas: keys.sas.clone(), th2: keys.th2 },
            sender: PairSender::new(
                Lane { kind: FrameKind::ToGuest, slot },
                keys.to_guest.clone(),
                PAIR_WINDOW,
            ),
            messages_waiting: VecDeque::new(),
            snapshots: VecDeque::new(),
            contents: VecDeque::new(),
            owed: 0,
            owing_since: None,
            messages: (now, 0),
        }
    }

    pub(super) fn is_confirmed(&self) -> bool {
        matches!(self.handshake, Handshake::Confirmed)
    }

    /// JS-JOIN-5: the number that the knock committed to. Gives the safety words.
    pub(super) fn confirm(&mut self, reveal: &[u8; 32]) -> Result<SafetyWords, SessionError> {
        let Handshake::Welcomed { welcomed, sas, th2 } = &self.handshake else {
            return Err(SessionError::Replayed("a confirm"));
        };
        let reveal: Reveal = Secret(*reveal);
        if sas::commitment(&reveal) != welcomed.commitment {
            return Err(SessionError::Forged("the number behind the safety words"));
        }
        let words = SafetyWords::derive(sas, &reveal, th2);
        self.handshake = Handshake::Confirmed;
        Ok(words)
    }

    /// The answer to the knock with this mark, until the guest has confirmed it.
    pub(super) fn welcome(&self, mark: &Mark) -> Option<&Welcomed> {
        match &self.handshake {
            Handshake::Welcomed { welcomed, .. } if welcomed.mark == *mark => Some(welcomed),
            _ => None,
        }
    }

    /// The answer that this seat began with, until the guest has confirmed it.
    pub(super) fn welcome_bytes(&self) -> Option<Vec<u8>> {
        match &self.handshake {
            Handshake::Welcomed { welcomed, .. } => Some(welcomed.message.clone()),
            Handshake::Confirmed => None,
        }
    }

    pub(super) fn entry(&self) -> GuestInfo {
        GuestInfo {
            slot: self.slot,
            name: self.name.clone(),
            program: self.program.clone(),
            role: self.role,
            present: self.told_present,
        }
    }

    /// Who could know an invite that this guest makes, besides those that come by it.
    pub(super) fn line_of_invites(&self) -> Line {
        std::iter::once((self.slot, self.invite)).chain(self.line.iter().copied()).collect()
    }

    /// Puts a message in line.
    pub(super) fn tell(&mut self, data: Vec<u8>) {
        debug_assert!(data.len() <= MAX_MESSAGE, "names, titles and texts are bounded");
        self.messages_waiting.push_back(Zeroizing::new(data));
    }

    /// JS-PAIR-10: hands out an epoch's key, and seals it at once, whether or not the guest is there and takes what it is
    /// sent. A grant that waited in clear would keep its epoch readable for whoever gets at this machine's memory later;
    /// one that is sealed waits as what the relay has anyway.
    pub(super) fn grant(
        &mut self,
        sid: SessionId,
        grant: &[u8],
        link_is_up: bool,
        out: &mut VecDeque<HostOutput>,
    ) -> Result<(), SessionError> {
        let mut plaintext = Plaintext::to_guest();
        plaintext.push(&Record::Grant(grant));
        let frame = self.sender.seal(sid, plaintext)?;
        // JS-PAIR-8: whoever gets at a later key learns no epoch that was granted before.
        self.sender.ratchet();
        self.owed = self.sender.next();
        // Otherwise it goes with what is sent again.
        if link_is_up && self.present && self.replays.due().is_none() {
            out.push_back(HostOutput::Frame(frame));
        }
        Ok(())
    }

    /// Puts a snapshot in line, terminals before panels; an older one of the same stream is left out.
    pub(super) fn show(&mut self, stream: StreamId, scope: Scope, id: u32, position: u64, bytes: Bytes) {
        self.snapshots.retain(|waiting| waiting.stream != stream);
        let behind = |waiting: &Waiting| panel_of(waiting.stream).is_some() && panel_of(stream).is_none();
        let at = self.snapshots.iter().position(behind).unwrap_or(self.snapshots.len());
        self.snapshots.insert(at, Waiting { stream, scope, id, position, bytes, next: 0 });
    }

    /// Puts a content in line.
    pub(super) fn serve(&mut self, id: TransferId, of: TransferKind, bytes: Bytes) {
        self.contents.push_back(Content { id, of, bytes, next: 0 });
    }

    /// The transfers whose contents are in line, and what they are of.
    pub(super) fn contents(&self) -> impl Iterator<Item = (TransferId, TransferKind)> {
        self.contents.iter().map(|content| (content.id, content.of))
    }

    /// Leaves a content out.
    pub(super) fn drop_content(&mut self, id: TransferId) {
        self.contents.retain(|content| content.id != id);
    }

    /// Leaves out everything of a panel.
    pub(super) fn drop_panel(&mut self, panel: PanelId) {
        self.snapshots.retain(|waiting| panel_of(waiting.stream) != Some(panel));
        self.contents.retain(|content| content.of != TransferKind::Panel(panel));
    }

    /// Leaves out every snapshot in line.
    pub(super) fn drop_snapshots(&mut self) {
        self.snapshots.clear();
    }

    /// Whether too much waits for it.
    pub(super) fn is_overrun(&self) -> bool {
        self.messages_waiting.len() > MAX_WAITING
    }

    /// Whether it has taken everything that was sent and nothing waits; panels aside, which nothing waits for.
    pub(super) fn is_drained(&self) -> bool {
        let shown = self.snapshots.front().is_none_or(|waiting| panel_of(waiting.stream).is_some());
        self.messages_waiting.is_empty() && shown && self.sender.has_arrived(self.owed)
    }

    /// Seals and sends what the window takes.
    pub(super) fn flush(
        &mut self,
        sid: SessionId,
        out: &mut VecDeque<HostOutput>,
    ) -> Result<(), SessionError> {
        // Behind what is sent again, or it would come before it.
        while self.present && self.replays.due().is_none() && self.sender.is_open() {
            let Some(plaintext) = self.next_frame() else { break };
            out.push_back(HostOutput::Frame(self.sender.seal(sid, plaintext)?));
        }
        Ok(())
    }

    /// What goes next: messages, terminals, panels, contents (JS-PAIR-4, JS-PANEL-7).
    fn next_frame(&mut self) -> Option<Plaintext> {
        let mut plaintext = Plaintext::to_guest();
        while let Some(data) = self.messages_waiting.front()
            && plaintext.fits(data.len())
        {
            plaintext.push(&Record::Message(data));
            self.messages_waiting.pop_front();
        }
        let is_panel = |waiting: &Waiting| panel_of(waiting.stream).is_some();
        while let Some(waiting) = self.snapshots.front_mut().filter(|waiting| !is_panel(waiting)) {
            let Waiting { stream, scope, id, position, bytes, next } = waiting;
            let Some(part) = snapshot::part(*stream, *scope, *id, *position, bytes, *next) else {
                self.snapshots.pop_front();
                continue;
            };
            // One part a frame, next to small messages: whatever is large goes in pieces.
            if !plaintext.is_empty() && (part.part > 0 || !plaintext.fits(part.record_len())) {
                break;
            }
            plaintext.push(&Record::Snapshot(part));
            *next += 1;
        }
        if !plaintext.is_empty() {
            self.owed = self.sender.next() + 1;
            return Some(plaintext);
        }
        if self.sender.under_way() < PANEL_WINDOW { self.next_of_panels() } else { None }
    }

    /// One part of a panel or of a content, in a frame of its own.
    fn next_of_panels(&mut self) -> Option<Plaintext> {
        let mut plaintext = Plaintext::to_guest();
        while let Some(Waiting { stream, scope, id, position, bytes, next }) = self.snapshots.front_mut() {
            if let Some(part) = snapshot::part(*stream, *scope, *id, *position, bytes, *next) {
                *next += 1;
                plaintext.push(&Record::Snapshot(part));
                return Some(plaintext);
            }
            self.snapshots.pop_front();
        }
        while let Some(Content { id, bytes, next, .. }) = self.contents.front_mut() {
            if let Some(part) = transfer::part(*id, bytes, *next) {
                *next += part.bytes.len().max(1);
                plaintext.push(&Record::Content(part));
                return Some(plaintext);
            }
            self.contents.pop_front();
        }
        None
    }

    /// Seals what no true host would.
    #[cfg(test)]
    pub(super) fn seal_anything(&mut self, sid: SessionId, plaintext: Plaintext) -> Bytes {
        self.sender.seal(sid, plaintext).unwrap()
    }

    /// Behind the last frame that was sealed.
    #[cfg(test)]
    pub(super) fn sealed(&self) -> u64 {
        self.sender.next()
    }

    /// The guest expects `next`. A number that was never sent is the guest's own doing, or the relay's, and
    /// changes nothing: for one guest's sake the host must not give up its connection (JS-PAIR-6).
    pub(super) fn acked(&mut self, next: u64) {
        let before = self.sender.under_way();
        let _ = self.sender.acked(next);
        if self.sender.under_way() < before {
            self.owing_since = None;
        }
    }

    /// JS-PAIR-11: since when the guest has taken nothing of what is under way to it.
    pub(super) fn owing_since(&self) -> Option<Millis> {
        self.owing_since
    }

    /// Notes whether the guest owes an acknowledgement by now.
    pub(super) fn note_owing(&mut self, now: Millis) {
        if self.sender.under_way() > 0 {
            self.owing_since.get_or_insert(now);
        }
    }

    /// Whether its window takes more.
    #[cfg(test)]
    pub(super) fn has_room(&self) -> bool {
        self.sender.is_open()
    }

    /// Whether anything waits for it in clear, snapshots and contents aside.
    #[cfg(test)]
    pub(super) fn waits_in_clear(&self) -> bool {
        !self.messages_waiting.is_empty()
    }

    /// When a guest that lost frames may be served again, if it asked: once what it got has arrived.
    pub(super) fn resync_due(&self) -> Option<Millis> {
        let last = self.resync.last.filter(|_| self.resync.wanted && self.is_drained())?;
        Some(last + RESYNC_EVERY)
    }

    /// Its connection, or the host's own, is another one: nothing was sent again over it.
    pub(super) fn connection_lost(&mut self) {
        self.replays.reset();
    }

    /// It came back, and what has not arrived is to be sent again: not the same more often than once in a while.
    pub(super) fn came_back(&mut self, now: Millis) {
        if self.sender.has_arrived(self.replayed) {
            self.replays.reset();
        }
        self.replays.want(now);
    }

    /// Whether to send again what has not arrived; counts it as sent.
    pub(super) fn replays_now(&mut self, now: Millis) -> bool {
        let now = self.present && self.replays.take(now);
        if now {
            self.replayed = self.sender.next();
        }
        now
    }

    /// When to send it again.
    pub(super) fn replay_due(&self) -> Option<Millis> {
        self.replays.due().filter(|_| self.present)
    }

    /// Whether its connection came or went and nobody was told.
    pub(super) fn presence_is_news(&self) -> bool {
        self.is_confirmed() && self.present != self.told_present
    }

    /// What is to be told of its connection, if anything; counts as told.
    pub(super) fn take_presence(&mut self) -> Option<bool> {
        let news = self.presence_is_news();
        self.told_present = self.present;
        news.then_some(self.present)
    }

    /// What was sent and has not arrived, as it was sent.
    pub(super) fn replay(&self) -> impl Iterator<Item = Bytes> {
        self.sender.replay()
    }

    /// Whether the guest hears now that it says too much: once a second.
    pub(super) fn tells_limit(&self) -> bool {
        self.messages.1 == MESSAGES_PER_SECOND + 1
    }

    /// Whether one more message of this guest is taken now. One of this length counts as several.
    pub(super) fn spend_message(&mut self, now: Millis, len: usize) -> bool {
        if now.since(self.messages.0) >= Duration::from_secs(1) {
            self.messages = (now, 0);
        }
        self.messages.1 = self.messages.1.saturating_add(1 + (len / MESSAGE_UNIT) as u32);
        self.messages.1 <= MESSAGES_PER_SECOND
    }
}

impl Part<'_> {
    /// Bytes of the record that carries it.
    fn record_len(&self) -> usize {
        18 + self.bytes.len()
    }
}
