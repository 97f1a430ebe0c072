//! The guest's connection to the relay: finding the session, knocking, coming back (rules JS-LINK-…).

use std::time::Duration;

use jumpseat_wire::{
    CloseCode, FrameHeader, FrameKind, VERSION,
    control::{self, GuestToRelay, Hello, RelayToGuest},
    limits::{GRACE, MAX_BUNDLE_LEN},
};

use super::{Guest, GuestEvent, GuestOutput, Stage, end_reason, seated::Seated};
use crate::{
    EndReason, KnockRefusal, Millis, Misbehavior, SessionError,
    handshake::{
        bundle::{HostBundle, bundle_hash},
        knock::Knocking,
        welcome::Answered,
    },
};

/// How the connection stands.
#[derive(Default)]
pub(super) struct Link {
    state: State,
    lost_at: Option<Millis>,
    /// What the relay last said of the host's connection.
    host_present: Option<bool>,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    #[default]
    Down,
    LookingUp,
    Knocking,
    TakingSeat,
    Up,
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// When a guest that has a seat gives up trying to get back to it.
    pub(super) fn gives_up_at(&self) -> Option<Millis> {
        self.lost_at.map(|at| at + TRY_FOR)
    }
}

/// A host, or its relay, that was too busy for a knock: what a guest waits before it knocks again by itself.
#[derive(Default)]
pub(super) struct Busy {
    tries: usize,
    again_in: Option<Duration>,
}

/// The pauses between knocks at a busy host. Behind the last one the person is told.
const BUSY_PAUSES: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8), Duration::from_secs(15)];

impl Busy {
    /// Whether there is another try.
    fn tries_again(&mut self) -> bool {
        self.again_in = BUSY_PAUSES.get(self.tries).copied();
        self.tries += 1;
        self.again_in.is_some()
    }
}

/// How long a guest tries to get its seat back.
const TRY_FOR: Duration = GRACE;

impl Guest {
    /// Whether there should be a connection to the relay.
    pub fn wants_connection(&self) -> bool {
        !self.is_ended()
    }

    /// How long to wait before the next connection, where the host was too busy for the knock (JS-JOIN-13).
    pub fn comes_again_in(&self) -> Option<Duration> {
        self.busy.again_in
    }

    /// The connection stands: looks the session up, or takes the seat back.
    pub fn connected(&mut self, _now: Millis) {
        self.busy.again_in = None;
        let hello = match &self.stage {
            Stage::Seated(seated) => {
                self.link.state = State::TakingSeat;
                seated.take_seat()
            }
            Stage::Outside | Stage::Waiting(_) => {
                self.link.state = State::LookingUp;
                Hello::LookUp { version: VERSION, code: self.config.code }
            }
            Stage::Ended => return,
        };
        self.out.push_back(GuestOutput::Text(control::encode(&hello)));
    }

    /// The connection is gone; `why` is the relay's close code if it gave one of ours.
    pub fn disconnected(&mut self, now: Millis, why: Option<CloseCode>) {
        let state = std::mem::take(&mut self.link.state);
        // What was not sent is not for the next connection.
        self.out.retain(|output| {
            !matches!(output, GuestOutput::Text(_) | GuestOutput::Frame(_) | GuestOutput::Close)
        });
        match &mut self.stage {
            Stage::Ended => {}
            Stage::Outside | Stage::Waiting(_) => {
                // A knock is not repeated: it goes to the host again, under fresh keys.
                let knocked = matches!(std::mem::replace(&mut self.stage, Stage::Outside), Stage::Waiting(_));
                match why {
                    // The host said so already.
                    _ if self.busy.again_in.is_some() => {}
                    Some(CloseCode::RateLimited) if knocked && self.busy.tries_again() => {}
                    Some(CloseCode::Refused) => self.fail(GuestEvent::Refused { why: None }),
                    Some(code) if code != CloseCode::ShuttingDown => {
                        self.fail(GuestEvent::TurnedAway { code });
                    }
                    _ => {}
                }
            }
            Stage::Seated(seated) => {
                seated.connection_lost();
                if state == State::Up {
                    self.event(GuestEvent::Away);
                }
                let lost_at = *self.link.lost_at.get_or_insert(now);
                if let Some(reason) = why.and_then(end_reason) {
                    self.end(reason, false);
                } else if (why, state) == (Some(CloseCode::BadMessage), State::TakingSeat) {
                    // An answer to its hello; later it means no more than this connection.
                    self.end(EndReason::RelayRefused, false);
                } else if now.since(lost_at) >= TRY_FOR {
                    self.end(EndReason::RelayGone, false);
                }
            }
        }
    }

    /// A text frame from the relay.
    ///
    /// # Errors
    /// The relay broke the protocol: close the connection and come back.
    pub fn relay_text(&mut self, now: Millis, text: &str) -> Result<(), SessionError> {
        let message: RelayToGuest = control::decode(text)?;
        match (&self.link.state, message) {
            (State::LookingUp, RelayToGuest::Bundle { bundle, host_present }) => {
                self.found(&bundle.0, host_present)
            }
            (
                State::Knocking,
                RelayToGuest::Welcome { data } | RelayToGuest::Refused { data: Some(data) },
            ) => {
                self.answered(now, &data.0);
                Ok(())
            }
            (State::Knocking, RelayToGuest::Refused { data: None }) => {
                self.fail(GuestEvent::Refused { why: None });
                Ok(())
            }
            (State::TakingSeat, RelayToGuest::Seated { host_present }) => {
                self.link = Link { state: State::Up, lost_at: None, host_present: Some(host_present) };
                self.event(GuestEvent::Back);
                self.event(GuestEvent::HostPresent { present: host_present });
                self.with_seat(|seated, context| seated.connection_back(now, context));
                Ok(())
            }
            (State::Up, RelayToGuest::Acked { pair }) => {
                self.with_seat(|seated, context| seated.input_acked(now, pair, context)).unwrap_or(Ok(()))
            }
            (State::Up | State::Knocking, RelayToGuest::Host { present }) => {
                if self.link.host_present.replace(present) != Some(present) {
                    self.event(GuestEvent::HostPresent { present });
                }
                if present {
                    // The relay may tell of a host that was away and is back as of one that is there.
                    self.with_seat(|seated, context| seated.host_back(now, context));
                }
                Ok(())
            }
            _ => Err(SessionError::Misbehaved(Misbehavior::MisplacedControl)),
        }
    }

    /// A binary frame from the relay.
    ///
    /// # Errors
    /// The relay broke the protocol: close the connection and come back. A frame that merely does not
    /// verify is no error: it is dropped.
    pub fn relay_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), SessionError> {
        let (header, ciphertext) = FrameHeader::decode(frame)?;
        if !self.link.is_up() {
            return Ok(());
        }
        match header.kind {
            FrameKind::Group => {
                self.with_seat(|seated, context| seated.group_frame(now, &header, frame, context));
                Ok(())
            }
            FrameKind::ToGuest => self
                .with_seat(|seated, context| seated.pair_frame(now, &header, ciphertext, context))
                .unwrap_or(Ok(())),
            FrameKind::ToHost => Err(SessionError::Misbehaved(Misbehavior::MisplacedFrame)),
        }
    }

    /// JS-INVITE-3: the token says which host this has to be.
    fn found(&mut self, bundle: &[u8], host_present: bool) -> Result<(), SessionError> {
        if bundle.len() > MAX_BUNDLE_LEN || !self.config.token.pins(&bundle_hash(bundle)) {
            self.fail(GuestEvent::WrongHost);
            return Ok(());
        }
        let Ok(host) = HostBundle::decode(bundle) else {
            // The token's own host made it, for another version than this one.
            self.fail(GuestEvent::TurnedAway { code: CloseCode::Version });
            return Ok(());
        };
        let (knocking, message) = Knocking::knock(
            host,
            &self.config.token,
            &self.config.card,
            self.config.key.as_ref(),
            &mut self.entropy,
        )?;
        self.stage = Stage::Waiting(Box::new(knocking));
        self.link.state = State::Knocking;
        let knock = GuestToRelay::Knock { data: message.into() };
        self.out.push_back(GuestOutput::Text(control::encode(&knock)));
        self.event(GuestEvent::Waiting { host_present });
        Ok(())
    }

    fn answered(&mut self, now: Millis, message: &[u8]) {
        let Stage::Waiting(knocking) = &self.stage else { return };
        match knocking.answered(message) {
            // Anyone can make one up: the host's own may still come.
            Err(_) => {}
            Ok(Answered::Refused(KnockRefusal::Busy)) if self.busy.tries_again() => {
                // The relay closes the connection.
                self.stage = Stage::Outside;
            }
            Ok(Answered::Refused(why)) => self.fail(GuestEvent::Refused { why: Some(why) }),
            Ok(Answered::Welcome(keys, reveal, host_can)) => {
                let host = (knocking.host.clone(), host_can);
                let seated = Seated::new(now, host, &keys, reveal, self.config.key_timing);
                let (slot, words) = (seated.slot, seated.words);
                self.stage = Stage::Seated(Box::new(seated));
                self.link = Link { state: State::Up, ..Link::default() };
                self.event(GuestEvent::Joined { slot, words });
                self.with_seat(|seated, context| seated.confirm(context));
            }
        }
    }
}
