//! The host's connection to its relay: opening, coming back, and what the relay says (rules JS-LINK-…).

use jumpseat_wire::{
    CloseCode, FrameHeader, FrameKind, Signature, Slot, VERSION,
    control::{self, Hello, HostToRelay, RelayToHost, Seat as SeatClaim},
    opening,
};

use super::{Host, HostEvent, HostOutput, PRESENCE_EVERY};
use crate::{EndReason, Millis, Misbehavior, SessionError, crypto::hash::sha256};

/// A host that is turned away so often for the code that it wishes for does without it.
const MAX_LIMITED: u32 = 2;

/// How the connection stands.
#[derive(Default)]
pub(super) struct Link {
    state: State,
    /// The relay may still have the room.
    room: bool,
    /// It had it once: from then on others know the session's name.
    opened: bool,
    /// How often the relay would not give the code that was wished for, one after the other.
    limited: u32,
    /// What was said to open it, until it is signed.
    hello: Option<String>,
    /// Seats that were taken away while the relay was away.
    removed: Vec<Slot>,
    /// Seats that the relay gives this session, once it has said so.
    max_guests: Option<u16>,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    #[default]
    Down,
    Opening,
    Returning,
    Up,
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// A seat was taken away: the relay hears of it, at once or before anything else is sent.
    pub(super) fn remove_later(&mut self, slot: Slot) {
        if !self.is_up() {
            self.removed.push(slot);
        }
    }

    pub(super) fn max_guests(&self) -> usize {
        self.max_guests.map_or(usize::MAX, usize::from)
    }
}

impl Host {
    /// Whether there should be a connection to the relay.
    pub fn wants_connection(&self) -> bool {
        !self.closed
    }

    /// The connection stands: opens the room, or takes it back.
    pub fn connected(&mut self, _now: Millis) {
        if self.closed {
            return;
        }
        let hello = if self.link.room {
            self.link.state = State::Returning;
            let claim = jumpseat_wire::Claim(self.claim.0);
            control::encode(&Hello::Return { version: VERSION, sid: self.keys.sid, claim })
        } else {
            self.link.state = State::Opening;
            let hello = control::encode(&Hello::Open {
                version: VERSION,
                bundle: self.keys.bundle.clone().into(),
                claim: jumpseat_wire::ClaimHash(sha256(&self.claim.0)),
                code: self.code,
                seats: self
                    .seats
                    .values()
                    .map(|seat| SeatClaim { slot: seat.slot, claim: seat.claim })
                    .collect(),
            });
            self.link.hello.insert(hello).clone()
        };
        self.out.push_back(HostOutput::Text(hello));
    }

    /// The connection is gone; `why` is the relay's close code if it gave one of ours.
    pub fn disconnected(&mut self, now: Millis, why: Option<CloseCode>) {
        let state = std::mem::take(&mut self.link.state);
        if self.closed {
            return;
        }
        // What was not sent is not for the next connection: frames are sent again, the rest is void.
        self.out.retain(|output| !matches!(output, HostOutput::Text(_) | HostOutput::Frame(_)));
        for knock in self.knocks.park() {
            self.event(HostEvent::KnockGone { knock });
        }
        for seat in self.seats.values_mut() {
            seat.knock = None;
            seat.connection_lost();
            if std::mem::take(&mut seat.present) && seat.is_confirmed() {
                seat.since = now;
                seat.lost_with_relay = true;
            }
        }
        // Guests hear nothing from now on, so what they type from now on is typed at an old picture.
        self.group.unsealed(now);
        if state == State::Up {
            self.event(HostEvent::Away);
        }
        match (why, state) {
            (Some(CloseCode::NotFound | CloseCode::HostGone), _) => self.link.room = false,
            (Some(CloseCode::CodeTaken), _) => self.code = None,
            // JS-LINK-11: neighbors may use up what this address may ask for by name.
            (Some(CloseCode::RateLimited), State::Opening) if self.code.is_some() => {
                self.link.limited += 1;
                if self.link.limited >= MAX_LIMITED {
                    (self.code, self.link.limited) = (None, 0);
                }
            }
            (Some(CloseCode::Expired), _) => self.give_up(now, EndReason::Expired),
            // JS-LINK-10: others may have a hand in these, so they end nothing. Whoever the room belongs to now, what
            // the host signs takes it.
            (Some(CloseCode::NotAllowed | CloseCode::RelayFull), _) if self.link.opened => {
                self.link.room = false;
            }
            (Some(CloseCode::Ended | CloseCode::Version | CloseCode::RelayFull | CloseCode::NotAllowed), _)
            // An answer to its hello; later it means no more than this connection.
            | (Some(CloseCode::BadMessage), State::Opening | State::Returning) => {
                self.give_up(now, EndReason::RelayRefused);
            }
            _ => {}
        }
    }

    /// A text frame from the relay.
    ///
    /// # Errors
    /// The relay broke the protocol: close the connection and come back.
    pub fn relay_text(&mut self, now: Millis, text: &str) -> Result<(), SessionError> {
        let message: RelayToHost = control::decode(text)?;
        match (&self.link.state, message) {
            (State::Opening, RelayToHost::Challenge { nonce }) => {
                let hello = self.link.hello.take();
                let hello = hello.ok_or(SessionError::Misbehaved(Misbehavior::SecondChallenge))?;
                let signature = Signature(self.keys.sign.sign(&opening::signed(&nonce, &hello)));
                let prove = control::encode(&HostToRelay::Prove { signature });
                self.out.push_back(HostOutput::Text(prove));
            }
            (State::Opening, RelayToHost::Opened { code, max_guests, .. }) => {
                self.link.max_guests = Some(max_guests);
                self.link.state = State::Up;
                (self.link.room, self.link.opened) = (true, true);
                self.code = Some(code);
                self.event(HostEvent::Opened { code });
                self.catch_up(now, None)?;
            }
            (State::Returning, RelayToHost::Returned { group }) => {
                self.link.state = State::Up;
                self.event(HostEvent::Back);
                self.catch_up(now, Some(group))?;
            }
            (State::Up, message) => {
                self.relay_message(now, message)?;
                self.go_on_with_farewell(now);
            }
            _ => return Err(SessionError::Misbehaved(Misbehavior::MisplacedControl)),
        }
        Ok(())
    }

    fn relay_message(&mut self, now: Millis, message: RelayToHost) -> Result<(), SessionError> {
        match message {
            RelayToHost::Knock { knock, data } => self.knocked(now, knock, &data.0),
            RelayToHost::KnockGone { knock } => self.knock_gone(now, knock),
            RelayToHost::Ack { group } => {
                self.group.acked(group)?;
                if self.state_owed && self.group.uplink_is_open() {
                    self.announce_state(now);
                }
                self.tick_streams(now);
            }
            RelayToHost::Acked { slot, pair } => {
                if let Some(seat) = self.seats.get_mut(&slot) {
                    seat.acked(pair);
                    self.serve_seat(now, slot);
                }
            }
            RelayToHost::Present { slot, pair } => self.guest_present(now, slot, pair),
            RelayToHost::Absent { slot } => self.guest_absent(now, slot),
            RelayToHost::Challenge { .. } | RelayToHost::Opened { .. } | RelayToHost::Returned { .. } => {
                return Err(SessionError::Misbehaved(Misbehavior::SecondRoom));
            }
        }
        Ok(())
    }

    /// A binary frame from the relay.
    ///
    /// # Errors
    /// The relay broke the protocol: close the connection and come back. A frame that merely does not
    /// verify is no error: it is dropped.
    pub fn relay_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), SessionError> {
        let (header, ciphertext) = FrameHeader::decode(frame)?;
        if header.kind != FrameKind::ToHost {
            return Err(SessionError::Misbehaved(Misbehavior::MisplacedFrame));
        }
        if self.link.is_up() && !self.closed {
            self.guest_frame(now, &header, ciphertext);
            self.go_on_with_farewell(now);
        }
        Ok(())
    }

    /// After a lost connection: the relay, and through it every guest, gets what it missed, as it was
    /// sealed the first time (JS-LINK-3).
    fn catch_up(&mut self, now: Millis, relay_has: Option<u64>) -> Result<(), SessionError> {
        self.back_in_farewell(now);
        if let Some(next) = relay_has {
            self.group.acked(next)?;
        }
        // Who was removed meanwhile is not to get what was sealed before.
        for slot in std::mem::take(&mut self.link.removed) {
            self.send_control(&HostToRelay::Remove { slot });
        }
        let frames: Vec<_> = self.group.replay().collect();
        self.out.extend(frames.into_iter().map(HostOutput::Frame));
        if !self.group.is_resting() {
            self.announce_state(now);
        }
        // Who does not come back with the relay is absent.
        self.presence.want(now + PRESENCE_EVERY);
        self.tick_streams(now);
        Ok(())
    }

    pub(super) fn send_control(&mut self, message: &HostToRelay) {
        if self.link.is_up() {
            self.out.push_back(HostOutput::Text(control::encode(message)));
        }
    }
}
