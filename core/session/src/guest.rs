//! A guest of a session, without I/O.
//!
//! ```text
//!  person ── input, ask_control, chat, leave ──► ┌───────┐ ◄── relay_text, relay_frame ── relay
//!         ◄── Terminal, Event ────────────────── │ Guest │ ──── Text, Frame, Close ──────►
//!                                                └───────┘
//! ```
//!
//! It looks the session up by its code, checks that the token pins the host it finds, knocks, and once
//! seated turns authenticated frames into terminals and events. Nothing of a frame leaves this machine
//! before both its key and the host's signature verify.

use std::collections::VecDeque;

use jumpseat_wire::{CloseCode, Slot};

mod config;
mod group;
mod link;
mod liveness;
mod output;
mod people;
mod seated;
mod stream;
mod transfers;
mod typing;

pub use config::GuestConfig;
pub use output::{ContentChange, GuestEvent, GuestOutput, Liveness, PanelChange, TerminalChange};
pub use typing::Sight;

use self::{
    link::{Busy, Link},
    seated::Seated,
};
use crate::{EndReason, Entropy, GuestCard, Millis, Role, handshake::knock::Knocking, shown::shown_name};

/// A guest of a session.
pub struct Guest {
    config: GuestConfig,
    entropy: Entropy,
    link: Link,
    stage: Stage,
    busy: Busy,
    out: VecDeque<GuestOutput>,
}

/// How far it has come.
enum Stage {
    /// Has a code and a token.
    Outside,
    /// Has knocked and waits for the host's answer.
    Waiting(Box<Knocking>),
    /// Has a seat.
    Seated(Box<Seated>),
    /// It is over.
    Ended,
}

impl Guest {
    /// A guest that stands outside.
    pub fn new(config: GuestConfig, entropy: Entropy, _now: Millis) -> Self {
        let card =
            GuestCard { name: shown_name(&config.card.name), program: shown_name(&config.card.program) };
        Self {
            config: GuestConfig { card, ..config },
            entropy,
            link: Link::default(),
            stage: Stage::Outside,
            busy: Busy::default(),
            out: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<GuestOutput> {
        self.out.pop_front()
    }

    /// When [`Guest::tick`] is due at the latest.
    pub fn deadline(&self, now: Millis) -> Option<Millis> {
        let Stage::Seated(seated) = &self.stage else { return None };
        let all = [seated.deadline(self.link.is_up()), self.link.gives_up_at()];
        all.into_iter().flatten().min().map(|at| at.max(now))
    }

    /// Does what time alone brings about.
    pub fn tick(&mut self, now: Millis) {
        self.with_seat(|seated, context| seated.tick(now, context));
        if self.seated().is_some() && self.link.gives_up_at().is_some_and(|at| at <= now) {
            self.end(EndReason::RelayGone, false);
        }
    }

    /// Its seat's number, once it has one.
    pub fn slot(&self) -> Option<Slot> {
        self.seated().map(|seated| seated.slot)
    }

    /// What it may do, as the host last said.
    pub fn role(&self) -> Option<Role> {
        self.seated().and_then(|seated| seated.role())
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// Bytes that it keeps for snapshots to come.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.seated().map_or(0, Seated::held)
    }

    /// The number of the last invite that it asked for.
    #[cfg(test)]
    pub(crate) fn last_invite(&self) -> u32 {
        self.seated().map_or(0, |seated| seated.invites.last())
    }

    /// Terminals that it follows.
    #[cfg(test)]
    pub(crate) fn streams(&self) -> usize {
        self.seated().map_or(0, Seated::streams)
    }

    /// Says what a guest of a later version might.
    #[cfg(any(test, feature = "testing"))]
    pub fn say_anything(&mut self, message: &[u8]) {
        self.with_seat(|seated, context| seated.say_message(message, context));
    }

    fn seated(&self) -> Option<&Seated> {
        if let Stage::Seated(seated) = &self.stage { Some(seated) } else { None }
    }

    /// Runs `act` on the seat, if there is one, and draws the consequences.
    fn with_seat<T>(&mut self, act: impl FnOnce(&mut Seated, &mut Context<'_>) -> T) -> Option<T> {
        let Stage::Seated(seated) = &mut self.stage else { return None };
        let mut context = Context { out: &mut self.out, link_is_up: self.link.is_up() };
        let result = act(seated, &mut context);
        if let Some(reason) = seated.over {
            self.end(reason, true);
        }
        Some(result)
    }

    fn event(&mut self, event: GuestEvent) {
        self.out.push_back(GuestOutput::Event(event));
    }

    fn end(&mut self, reason: EndReason, by_host: bool) {
        if !self.is_ended() {
            self.stage = Stage::Ended;
            self.link = Link::default();
            self.event(GuestEvent::Ended { reason, by_host });
            self.out.push_back(GuestOutput::Close);
        }
    }

    /// It cannot get in: says why and ends.
    fn fail(&mut self, event: GuestEvent) {
        self.stage = Stage::Ended;
        self.link = Link::default();
        self.event(event);
        self.out.push_back(GuestOutput::Close);
    }
}

/// What the seat needs of the guest around it.
struct Context<'a> {
    out: &'a mut VecDeque<GuestOutput>,
    link_is_up: bool,
}

impl Context<'_> {
    fn event(&mut self, event: GuestEvent) {
        self.out.push_back(GuestOutput::Event(event));
    }
}

/// What a close code means to a guest that has a seat; `None` if it should come back.
fn end_reason(code: CloseCode) -> Option<EndReason> {
    match code {
        CloseCode::Ended => Some(EndReason::Stopped),
        CloseCode::Expired => Some(EndReason::Expired),
        CloseCode::HostGone => Some(EndReason::HostGone),
        CloseCode::Removed => Some(EndReason::Removed),
        CloseCode::Version | CloseCode::Replaced => Some(EndReason::RelayRefused),
        // JS-LINK-10: `NotAllowed` may be said of another's room under this name, so it is tried on.
        _ => None,
    }
}
