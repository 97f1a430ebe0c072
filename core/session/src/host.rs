//! The host of a session, without I/O: it holds the keys, the seats, the roles and the last word.
//!
//! ```text
//!  terminals ── output, resize, snapshot_ready ──► ┌──────┐ ◄── relay_text, relay_frame ── relay
//!  people    ── invite, admit, set_role, chat  ──► │ Host │
//!            ◄── Event, Input, Snapshot ────────── └──────┘ ──── Text, Frame, Close ─────► relay
//! ```
//!
//! Every call takes the time; [`Host::poll`] gives what is to be done, in order, and [`Host::deadline`]
//! says when [`Host::tick`] is due.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use bytes::Bytes;
use jumpseat_wire::{HOST_SLOT, InviteCode, InviteId, SessionId, Slot};

mod admission;
mod attention;
mod config;
mod farewell;
mod group;
mod guests;
mod heard;
mod link;
mod output;
mod panels;
mod people;
mod produced;
mod returning;
mod seat;
mod streams;
mod terminals;
mod transfers;

pub use config::HostConfig;
pub use output::{HostEvent, HostOutput, Ticket, TransferTicket};

use self::{
    admission::Knocks,
    attention::Attention,
    farewell::Farewell,
    group::GroupSender,
    link::Link,
    panels::Panels,
    people::Announced,
    returning::Returning,
    seat::Seat,
    streams::{Allowance, Streams},
    terminals::Tickets,
};
use crate::{
    EndReason, Entropy, GuestInfo, Invite, Millis, Role, SessionError,
    area::{FromHost, transfer::host::Transfers},
    crypto::secret::Secret,
    frame::record::{Plaintext, Positions, Record},
    handshake::bundle::HostKeys,
    invite::book::InviteBook,
    pace::Pace,
    shown::shown_name,
};

/// How often guests hear that the host is alive (JS-LIVE-1) …
const HEARTBEAT: Duration = Duration::from_secs(5);

/// … and how often while somebody may type: a relay cannot hold a key back for longer.
const HEARTBEAT_WITH_WRITERS: Duration = Duration::from_secs(1);

/// How often everyone hears whose connections came and went.
const PRESENCE_EVERY: Duration = Duration::from_secs(1);

/// How often everyone hears of new titles of terminals.
const TITLES_EVERY: Duration = Duration::from_millis(100);

/// Most guests of any session: their roster has to fit into one frame.
const MAX_ROSTER: usize = 48;

/// The host of a session.
pub struct Host {
    config: HostConfig,
    keys: HostKeys,
    claim: Secret<32>,
    entropy: Entropy,
    started: Millis,
    link: Link,
    code: Option<InviteCode>,
    book: InviteBook,
    knocks: Knocks,
    returning: Returning,
    seats: BTreeMap<Slot, Seat>,
    next_slot: Slot,
    group: GroupSender,
    streams: Streams,
    allowance: Allowance,
    attention: Attention,
    tickets: Tickets,
    panels: Panels,
    transfers: Transfers,
    announced: Announced,
    /// Counts what was said of the session's state (JS-MSG-3).
    rev: u64,
    /// Something of the state could not be said: the uplink was full.
    state_owed: bool,
    heartbeat_at: Millis,
    /// Whose connections came and went is told at most so often (JS-LINK-9).
    presence: Pace,
    titles: Pace,
    /// Set once it is over.
    farewell: Option<Farewell>,
    /// Nothing is said any more.
    closed: bool,
    out: VecDeque<HostOutput>,
}

impl Host {
    /// A session with fresh keys and nobody in it.
    pub fn new(mut config: HostConfig, mut entropy: Entropy, now: Millis) -> Self {
        config.name = shown_name(&config.name);
        Self {
            keys: HostKeys::generate(&mut entropy),
            claim: Secret(entropy.bytes()),
            entropy,
            started: now,
            link: Link::default(),
            code: None,
            book: InviteBook::default(),
            knocks: Knocks::default(),
            returning: Returning::default(),
            seats: BTreeMap::new(),
            next_slot: HOST_SLOT + 1,
            group: GroupSender::new(),
            streams: Streams::default(),
            allowance: Allowance::for_output(now),
            attention: Attention::default(),
            tickets: Tickets::default(),
            panels: Panels::new(now),
            transfers: Transfers::default(),
            announced: Announced::default(),
            rev: 0,
            state_owed: false,
            heartbeat_at: now,
            presence: Pace::new(PRESENCE_EVERY),
            titles: Pace::new(TITLES_EVERY),
            farewell: None,
            closed: false,
            out: VecDeque::new(),
            config,
        }
    }

    /// The session's public name.
    pub fn id(&self) -> SessionId {
        self.keys.sid
    }

    /// The host's name, as guests see it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Where guests find it, once the relay has said so.
    pub fn code(&self) -> Option<InviteCode> {
        self.code
    }

    /// Every invite that was made.
    pub fn invites(&self) -> impl Iterator<Item = &Invite> {
        self.book.iter()
    }

    /// One invite.
    pub fn invite(&self, id: InviteId) -> Option<&Invite> {
        self.book.iter().find(|invite| invite.id == id)
    }

    /// Everyone with a seat.
    pub fn guests(&self) -> impl Iterator<Item = GuestInfo> {
        self.seats.values().filter(|seat| seat.is_confirmed()).map(Seat::entry)
    }

    /// The invite that a guest came by.
    pub fn came_by(&self, slot: Slot) -> Option<InviteId> {
        self.seats.get(&slot).map(|seat| seat.invite)
    }

    /// Whether a guest asks for control.
    pub fn asks(&self, slot: Slot) -> bool {
        self.seats.get(&slot).is_some_and(|seat| seat.asks)
    }

    /// When the session ends by itself.
    pub fn expires_at(&self) -> Millis {
        self.started + self.config.lifetime
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<HostOutput> {
        loop {
            let output = self.out.pop_front()?;
            match output {
                // Nobody waits for it any more.
                HostOutput::Snapshot { ticket, .. } | HostOutput::PanelSnapshot { ticket, .. }
                    if !self.stamp(ticket) => {}
                HostOutput::Transfer { slot, ticket, .. } if !self.is_transfer_wanted(slot, ticket) => {}
                output => return Some(output),
            }
        }
    }

    /// When [`Host::tick`] is due at the latest.
    pub fn deadline(&self, now: Millis) -> Option<Millis> {
        if self.closed {
            return None;
        }
        let group = self
            .group
            .expires_at()
            .into_iter()
            .chain((!self.group.is_resting()).then_some(self.heartbeat_at));
        let presence = self.presence.due().filter(|_| self.link.is_up());
        let end = self.farewell_deadline(now).unwrap_or_else(|| self.expires_at());
        [end]
            .into_iter()
            .chain(group)
            .chain(presence)
            .chain(self.titles.due())
            .chain(self.seat_deadlines())
            .chain(self.stream_deadlines(now))
            .chain(self.panel_deadlines(now))
            .min()
            .map(|at| at.max(now))
    }

    /// Does what time alone brings about.
    pub fn tick(&mut self, now: Millis) {
        if self.closed {
            return;
        }
        if self.expires_at() <= now {
            self.end(now, EndReason::Expired);
        }
        if self.group.is_worn(now) {
            self.rotate(now);
        }
        if !self.group.is_resting() && self.heartbeat_at <= now {
            self.heartbeat(now);
        }
        self.tell_presence(now);
        self.tell_titles(now);
        self.tick_seats(now);
        self.tick_streams(now);
        self.go_on_with_farewell(now);
    }

    /// Wears group keys after so few frames.
    #[cfg(any(test, feature = "testing"))]
    pub fn limit_epoch_frames(&mut self, frames: u64) {
        self.group.limit_epoch_frames(frames);
    }

    /// Says to everyone, or to one, what a host of a later version might.
    #[cfg(any(test, feature = "testing"))]
    pub fn say_anything(&mut self, now: Millis, to: Option<Slot>, message: &[u8]) {
        let Some(slot) = to else { return self.announce_message(now, message) };
        if let Some(seat) = self.seats.get_mut(&slot) {
            seat.tell(message.to_vec());
            self.flush(slot);
        }
    }

    fn event(&mut self, event: HostEvent) {
        // Nothing follows the end.
        if !self.is_ended() {
            self.out.push_back(HostOutput::Event(event));
        }
    }

    /// Milliseconds since 1970.
    fn time_of_day(&self, now: Millis) -> u64 {
        self.config.started_at.saturating_add(now.0.saturating_sub(self.started.0))
    }

    fn heartbeat(&mut self, now: Millis) {
        let positions = Positions::encode(self.streams.iter().map(|stream| (stream.id, stream.position())));
        let mut plaintext = Plaintext::group();
        plaintext.push(&Record::Heartbeat { at: now.0, positions: Positions::new(&positions) });
        // While the relay is away nobody would hear it.
        if self.link.is_up() {
            self.seal_group(now, plaintext);
        }
        self.heartbeat_at = now + self.heartbeat_every();
    }

    fn heartbeat_every(&self) -> Duration {
        let writers = self.seats.values().any(|seat| seat.role.may_write());
        if writers { HEARTBEAT_WITH_WRITERS } else { HEARTBEAT }
    }

    /// Says something to every guest.
    fn announce(&mut self, now: Millis, word: impl Into<FromHost>) {
        self.announce_message(now, &word.into().encode());
    }

    fn announce_message(&mut self, now: Millis, message: &[u8]) {
        let mut plaintext = Plaintext::group();
        if plaintext.fits(message.len()) {
            plaintext.push(&Record::Message(message));
            if !self.seal_group(now, plaintext) && !self.group.is_resting() {
                self.state_owed = true;
            }
        }
    }

    /// Seals a frame for every guest and sends it; whether it was sealed.
    fn seal_group(&mut self, now: Millis, plaintext: Plaintext) -> bool {
        // JS-EPOCH-3: at the count itself, however long the next tick takes.
        if self.group.is_worn(now) {
            self.rotate(now);
        }
        match self.group.seal(now, &self.keys, plaintext) {
            Ok(Some(frame)) => {
                self.send_frame(frame);
                true
            }
            Ok(None) => false,
            // 2^64 frames: no session gets there.
            Err(_) => {
                self.group.rest();
                false
            }
        }
    }

    fn send_frame(&mut self, frame: Bytes) {
        if self.link.is_up() {
            self.out.push_back(HostOutput::Frame(frame));
        }
    }

    /// JS-EPOCH-1: a new key for those who are here now, and the roster that goes with it.
    fn rotate(&mut self, now: Millis) {
        if !self.seats.values().any(Seat::is_confirmed) {
            self.group.rest();
            return self.stop_skimming();
        }
        let roster = self.roster().encode();
        let Ok(grant) = self.group.rotate(now, &self.keys, &roster, &mut self.entropy) else {
            return self.give_up(now, EndReason::Expired);
        };
        for seat in self.seats.values_mut().filter(|seat| seat.is_confirmed()) {
            // A pair's count lasts for 2^64 frames.
            let _ = seat.grant(self.keys.sid, &grant, self.link.is_up(), &mut self.out);
        }
        self.announce_message(now, &roster);
        self.heartbeat_at = self.heartbeat_at.min(now + self.heartbeat_every());
    }

    fn next_rev(&mut self) -> u64 {
        self.rev += 1;
        self.rev
    }

    fn max_guests(&self) -> usize {
        self.config.max_guests.min(self.link.max_guests()).min(MAX_ROSTER)
    }

    fn confirmed(&mut self, slot: Slot) -> Result<&mut Seat, SessionError> {
        self.seats
            .get_mut(&slot)
            .filter(|seat| seat.is_confirmed())
            .ok_or(SessionError::Missing("no guest has that seat"))
    }

    fn role_of(&self, slot: Slot) -> Option<Role> {
        self.seats.get(&slot).filter(|seat| seat.is_confirmed()).map(|seat| seat.role)
    }
}

#[cfg(test)]
mod tests;
