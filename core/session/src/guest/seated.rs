//! A guest with a seat: its pair with the host, what the host tells it, what it sends.

mod heard;
mod panels;

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use jumpseat_wire::{
    Claim, FrameHeader, FrameKind, Slot, VERSION,
    control::{self, GuestToRelay, Hello},
    limits::INPUT_WINDOW,
};

use self::heard::Revs;
use super::{
    Context, GuestEvent, GuestOutput, Liveness,
    group::GroupReceiver,
    liveness::{Clock, DELAYED},
    stream::Stream,
    typing::{Sight, Typing},
};
use crate::{
    EndReason, InputRefusal, LAST_TERMINAL, Millis, Misbehavior, Role, SafetyWords, SessionError, StreamId,
    area::{
        FromGuest,
        invites::guest::InvitesAsked,
        people::guest::Requests,
        pointing::Columns,
        session::{self, Standing},
        terminals::Refusals,
        transfer::guest::Transfers,
    },
    frame::{
        epoch::Grant,
        record::{Plaintext, Positions, Record, Records, TypedAt},
    },
    handshake::{bundle::HostBundle, capabilities::Capabilities, sas::Reveal, welcome::PairKeys},
    pace::Pace,
    pair::{AckClock, Lane, PairReceiver, PairSender},
    panel::panel_of,
};

/// How often what the host has not taken is sent again over one connection, however often the host comes and goes.
const REPLAY_EVERY: Duration = Duration::from_secs(1);

/// How often a guest asks for everything again.
const RESYNC_EVERY: Duration = Duration::from_secs(2);

/// Terminals that a guest follows; a host has no more.
const MAX_STREAMS: usize = 64;

/// Bytes of snapshots under way and of output that waits for them, all terminals and panels together.
const MAX_HELD: usize = 64 * 1024 * 1024;

pub(super) struct Seated {
    pub(super) slot: Slot,
    pub(super) words: SafetyWords,
    /// Set when the host has said that it is over.
    pub(super) over: Option<EndReason>,
    /// Where the streams end, until this guest has come so far (JS-END-2).
    closing: Option<Vec<Standing>>,
    pub(super) typing: Typing,
    host: HostBundle,
    /// What the host's program can do.
    pub(super) host_can: Capabilities,
    /// The cells that somebody points at next.
    columns: Option<(Slot, Columns)>,
    claim: Claim,
    sender: PairSender,
    receiver: PairReceiver,
    group: GroupReceiver,
    group_acks: AckClock,
    pub(super) streams: BTreeMap<StreamId, Stream>,
    pub(super) transfers: Transfers,
    pub(super) invites: InvitesAsked,
    pub(super) requests: Requests,
    role: Option<Role>,
    /// The terminal that the host has in front.
    looking: Option<StreamId>,
    refused: Refusals,
    /// The terminals that were told to catch up.
    catching_up: Vec<StreamId>,
    replays: Pace,
    /// Behind the last frame that was sent again.
    replayed: u64,
    revs: Revs,
    clock: Clock,
    reveal: Option<Reveal>,
    resync: Resync,
}

#[derive(Default)]
struct Resync {
    last: Option<Millis>,
    wanted: bool,
}

impl Seated {
    pub(super) fn new(
        now: Millis,
        (host, host_can): (HostBundle, Capabilities),
        keys: &PairKeys,
        reveal: Reveal,
        key_timing: bool,
    ) -> Self {
        let slot = keys.slot;
        Self {
            slot,
            words: SafetyWords::derive(&keys.sas, &reveal, &keys.th2),
            over: None,
            closing: None,
            typing: Typing::new(key_timing),
            claim: keys.claim.clone(),
            sender: PairSender::new(
                Lane { kind: FrameKind::ToHost, slot },
                keys.to_host.clone(),
                INPUT_WINDOW,
            ),
            receiver: PairReceiver::new(Lane { kind: FrameKind::ToGuest, slot }, keys.to_guest.clone()),
            group: GroupReceiver::new(host.sid, host.verify.clone()),
            group_acks: AckClock::default(),
            streams: BTreeMap::new(),
            transfers: Transfers::default(),
            invites: InvitesAsked::default(),
            requests: Requests::default(),
            role: None,
            looking: None,
            refused: Refusals::default(),
            catching_up: Vec::new(),
            replays: Pace::new(REPLAY_EVERY),
            replayed: 0,
            revs: Revs::default(),
            clock: Clock::new(now),
            reveal: Some(reveal),
            resync: Resync::default(),
            host,
            host_can,
            columns: None,
        }
    }

    pub(super) fn role(&self) -> Option<Role> {
        self.role
    }

    pub(super) fn take_seat(&self) -> Hello {
        Hello::TakeSeat {
            version: VERSION,
            sid: self.host.sid,
            slot: self.slot,
            claim: self.claim.clone(),
            group: self.group.expected(),
            pair: self.receiver.expected(),
        }
    }

    /// M3: the number that the knock committed to.
    pub(super) fn confirm(&mut self, context: &mut Context<'_>) {
        if let Some(reveal) = self.reveal.take() {
            let mut plaintext = Plaintext::to_host();
            plaintext.push(&Record::Confirm(&reveal.0));
            self.seal(plaintext, context);
        }
    }

    pub(super) fn connection_lost(&mut self) {
        self.typing.rest();
        self.group.connection_lost();
    }

    pub(super) fn connection_back(&mut self, now: Millis, context: &mut Context<'_>) {
        // Not a sign of life of the host: a relay could show one that way as often as it likes.
        self.replays.reset();
        self.host_back(now, context);
    }

    /// The host is back at the relay, which drops what comes while it is away (JS-LINK-4).
    pub(super) fn host_back(&mut self, now: Millis, context: &mut Context<'_>) {
        if self.sender.has_arrived(self.replayed) {
            self.replays.reset();
        }
        self.replays.want(now);
        self.replay(now, context);
        self.send_keys(now, context);
    }

    fn replay(&mut self, now: Millis, context: &mut Context<'_>) {
        if context.link_is_up && self.replays.take(now) {
            context.out.extend(self.sender.replay().map(GuestOutput::Frame));
            self.replayed = self.sender.next();
        }
    }

    /// What this guest has before it at a terminal; or why keys for it are not even worth sending, by what it knows
    /// itself (JS-ROLE-7, JS-LIVE-4). Roles and ends of terminals are the host's to say.
    pub(super) fn sees(&self, now: Millis, stream: StreamId) -> Result<TypedAt, InputRefusal> {
        if self.role.is_some_and(Role::may_write)
            && let Some(why) = self.keeps_keys(now, stream)
        {
            return Err(why);
        }
        let position = self.streams.get(&stream).and_then(Stream::position).unwrap_or(TypedAt::NOTHING);
        Ok(TypedAt { seen: self.group.last_seen(), position, gate: self.revs.looking })
    }

    fn keeps_keys(&self, now: Millis, stream: StreamId) -> Option<InputRefusal> {
        if self.looking != Some(stream) {
            return Some(InputRefusal::HostAway);
        }
        let is_late = |stream: &Stream| {
            let behind = stream.behind_since().is_some_and(|since| now.since(since) >= DELAYED);
            stream.position().is_none() || stream.catches_up() || behind
        };
        let stalled = self.clock.state(now, self.behind_since()) == Liveness::Stalled;
        (stalled || self.streams.get(&stream).is_none_or(is_late)).then_some(InputRefusal::Behind)
    }

    /// Keys that the person pressed, and what it saw then; whether there was room for them.
    pub(super) fn press(
        &mut self,
        now: Millis,
        stream: StreamId,
        Sight(typed_at): Sight,
        bytes: &[u8],
        context: &mut Context<'_>,
    ) -> bool {
        match typed_at {
            Ok(at) => self.typing.press(now, stream, at, bytes),
            Err(why) => {
                if !bytes.is_empty() && self.refused.is_news(now, why) {
                    context.event(GuestEvent::InputRefused { stream, why });
                }
                true
            }
        }
    }

    /// Since when the picture that counts is known to be behind: that of the terminal which the host has in front.
    fn behind_since(&self) -> Option<Millis> {
        match self.looking.and_then(|stream| self.streams.get(&stream)) {
            Some(stream) => stream.behind_since(),
            None => self.streams.values().filter_map(Stream::behind_since).min(),
        }
    }

    /// Whether the line takes another message of this guest.
    pub(super) fn is_open(&self) -> bool {
        self.sender.is_open()
    }

    pub(super) fn input_acked(
        &mut self,
        now: Millis,
        next: u64,
        context: &mut Context<'_>,
    ) -> Result<(), SessionError> {
        self.sender.acked(next)?;
        self.send_keys(now, context);
        Ok(())
    }

    pub(super) fn seal(&mut self, plaintext: Plaintext, context: &mut Context<'_>) {
        // A pair's count lasts for 2^64 frames.
        let Ok(frame) = self.sender.seal(self.host.sid, plaintext) else { return };
        self.send(frame, context);
    }

    fn send(&self, frame: Bytes, context: &mut Context<'_>) {
        // A frame that is sealed while the connection is down goes out with the replay, as does one behind it.
        if context.link_is_up && self.replays.due().is_none() {
            context.out.push_back(GuestOutput::Frame(frame));
        }
    }

    /// JS-PAIR-8: with a new epoch the keys of what was typed before are gone at this end, and, with the frame that
    /// says so, at the host's. Where the line is full the next frame says it.
    fn ratchet(&mut self, context: &mut Context<'_>) {
        self.sender.ratchet();
        if self.sender.is_open() {
            self.seal(Plaintext::to_host(), context);
        }
    }

    pub(super) fn say(&mut self, word: impl Into<FromGuest>, context: &mut Context<'_>) {
        self.say_message(&word.into().encode(), context);
    }

    pub(super) fn say_message(&mut self, message: &[u8], context: &mut Context<'_>) {
        let mut plaintext = Plaintext::to_host();
        plaintext.push(&Record::Message(message));
        self.requests.said();
        self.seal(plaintext, context);
    }

    /// Keys that wait, as far as the window and the beat allow.
    pub(super) fn send_keys(&mut self, now: Millis, context: &mut Context<'_>) {
        while context.link_is_up && self.sender.is_open() {
            let Some(plaintext) = self.typing.next_frame(now) else { break };
            self.seal(plaintext, context);
        }
    }

    pub(super) fn group_frame(
        &mut self,
        now: Millis,
        header: &FrameHeader,
        frame: &[u8],
        context: &mut Context<'_>,
    ) {
        self.group_acks.took(now, frame.len());
        // A frame that does not verify is dropped: the relay, or another guest, made it.
        if let Ok(Some(plaintext)) = self.group.receive(now, header, frame) {
            self.group_plaintext(now, &plaintext, context);
        }
        self.acknowledge(now, context);
    }

    pub(super) fn pair_frame(
        &mut self,
        now: Millis,
        header: &FrameHeader,
        ciphertext: &[u8],
        context: &mut Context<'_>,
    ) -> Result<(), SessionError> {
        let plaintext = match self.receiver.open(now, self.host.sid, header, ciphertext) {
            Ok(Some(plaintext)) => plaintext,
            // A gap is mended by a new connection; anything that does not verify is dropped.
            Err(error @ SessionError::Misbehaved(_)) => return Err(error),
            Ok(None) | Err(_) => return Ok(()),
        };
        for record in Records::new(&plaintext) {
            match record? {
                Record::Grant(grant) => {
                    let grant = Grant::decode(grant, self.host.sid, &self.host.verify, self.group.newest())?;
                    for plaintext in self.group.granted(now, grant) {
                        self.group_plaintext(now, &plaintext, context);
                    }
                    self.ratchet(context);
                }
                Record::Snapshot(part) => self.stream(part.stream)?.pair_part(part, context.out)?,
                Record::Content(part) => self.content(part, context),
                Record::Message(message) => self.host_said(message, context)?,
                _ => return Err(SessionError::Misbehaved(Misbehavior::MisplacedRecord)),
            }
        }
        self.after_streams(now, context);
        self.acknowledge(now, context);
        Ok(())
    }

    /// The records of one verified group frame. A host that seals garbage gets silence, not a crash.
    fn group_plaintext(
        &mut self,
        now: Millis,
        plaintext: &super::group::Verified,
        context: &mut Context<'_>,
    ) {
        if plaintext.after_gap {
            context.event(GuestEvent::Gap);
            self.resync.wanted = true;
            self.terminals().for_each(Stream::tear);
        }
        self.clock.heard(now);
        for record in Records::new(&plaintext.body) {
            let Ok(record) = record else { break };
            let result = match record {
                Record::Output { stream, position, bytes } => {
                    self.stream(stream).map(|stream| stream.output(position, bytes, context.out))
                }
                Record::Resize { stream, position, cols, rows } => {
                    self.stream(stream).map(|stream| stream.resize(position, cols, rows, context.out))
                }
                Record::Snapshot(part) => {
                    self.stream(part.stream).and_then(|stream| stream.group_part(part, context.out))
                }
                Record::Change { stream, position, bytes } => {
                    self.stream(stream).map(|stream| stream.change(position, bytes, context.out))
                }
                Record::Heartbeat { at, positions } => {
                    self.heartbeat(now, at, positions, plaintext.after_gap);
                    Ok(())
                }
                Record::Message(message) => self.host_said(message, context),
                _ => Err(SessionError::Misbehaved(Misbehavior::MisplacedRecord)),
            };
            if result.is_err() {
                break;
            }
        }
        self.after_streams(now, context);
    }

    /// JS-LIVE-3: the host lives, and says where its terminals stand.
    fn heartbeat(&mut self, now: Millis, at: u64, positions: Positions<'_>, after_gap: bool) {
        self.clock.heartbeat(now, at);
        for (stream, position) in positions.iter() {
            if let Some(stream) = self.streams.get_mut(&stream) {
                stream.stands_at(now, position, after_gap);
            }
        }
    }

    fn terminals(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.streams.range_mut(..=LAST_TERMINAL).map(|(_, stream)| stream)
    }

    /// Tells how the pictures keep up, where that changed.
    fn tell_liveness(&mut self, now: Millis, context: &mut Context<'_>) {
        let behind = self.behind_since();
        if let Some(liveness) = self.clock.changed(now, behind) {
            context.event(GuestEvent::Liveness(liveness));
        }
        let torn = self.streams.iter().filter(|(id, stream)| **id <= LAST_TERMINAL && stream.catches_up());
        if !torn.clone().map(|(id, _)| id).eq(&self.catching_up) {
            self.catching_up = torn.map(|(id, _)| *id).collect();
            context.event(GuestEvent::CatchingUp { streams: self.catching_up.clone() });
        }
    }

    pub(super) fn held(&self) -> usize {
        self.streams.values().map(Stream::held).sum()
    }

    #[cfg(test)]
    pub(super) fn streams(&self) -> usize {
        self.streams.len()
    }

    fn stream(&mut self, stream: StreamId) -> Result<&mut Stream, SessionError> {
        let terminals = self.streams.range(..=LAST_TERMINAL).count();
        if terminals >= MAX_STREAMS && panel_of(stream).is_none() && !self.streams.contains_key(&stream) {
            return Err(SessionError::Misbehaved(Misbehavior::TooManyTerminals));
        }
        Ok(self.streams.entry(stream).or_insert_with(|| Stream::new(stream)))
    }

    /// Asks for everything again where frames, or too much held output, were lost (JS-SNAP-4).
    fn after_streams(&mut self, now: Millis, context: &mut Context<'_>) {
        // JS-SNAP-5: the sum is bounded, too.
        if self.held() > MAX_HELD {
            self.streams.values_mut().for_each(Stream::forget);
        }
        if self.streams.values_mut().any(Stream::take_overflow) {
            self.resync.wanted = true;
        }
        let due = self.resync.last.is_none_or(|last| now.since(last) >= RESYNC_EVERY);
        if self.resync.wanted && due && context.link_is_up && self.sender.is_open() {
            self.resync = Resync { last: Some(now), wanted: false };
            self.say(session::FromGuest::Resync {}, context);
        }
        let arrived =
            |at: &Standing| self.streams.get(&at.stream).is_some_and(|s| s.is_whole_at(at.position));
        if self.closing.as_ref().is_some_and(|streams| streams.iter().all(arrived)) {
            self.closing = None;
            self.say(session::FromGuest::CaughtUp {}, context);
        }
        self.tell_liveness(now, context);
    }

    fn acknowledge(&mut self, now: Millis, context: &mut Context<'_>) {
        let due = self.group_acks.take(now) | self.receiver.acks().take(now);
        if due && context.link_is_up {
            // Both at once: whichever was not due is acknowledged early.
            (self.group_acks, *self.receiver.acks()) = (AckClock::default(), AckClock::default());
            let ack = GuestToRelay::Ack { group: self.group.taken(), pair: self.receiver.expected() };
            context.out.push_back(GuestOutput::Text(control::encode(&ack)));
        }
    }

    pub(super) fn deadline(&self, link_is_up: bool) -> Option<Millis> {
        // What waits for the window leaves when it opens, not when its time comes.
        let open = self.sender.is_open();
        let resync = (self.resync.wanted && open)
            .then(|| self.resync.last.map_or(Millis(0), |last| last + RESYNC_EVERY));
        let beat = self.typing.deadline().filter(|_| open);
        let sending = [resync, self.group_acks.due(), self.receiver.ack_due(), beat, self.replays.due()];
        let always = [self.clock.deadline(self.behind_since()), self.group.deadline()];
        let sending = sending.into_iter().filter(|_| link_is_up);
        sending.chain(always).flatten().min()
    }

    pub(super) fn tick(&mut self, now: Millis, context: &mut Context<'_>) {
        self.replay(now, context);
        self.send_keys(now, context);
        self.group.forget_old(now);
        self.after_streams(now, context);
        self.acknowledge(now, context);
    }
}
