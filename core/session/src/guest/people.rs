//! What the person at a guest does.

use jumpseat_wire::Slot;

use super::{Guest, Stage, typing::Sight};
use crate::{
    Admission, EndReason, InputRefusal, LAST_TERMINAL, Millis, Pointing, Role, SessionError, StreamId,
    area::{FromGuest, chat, invites, people, pointing, session},
    shown::shown_text,
};

const NO_SEAT: SessionError = SessionError::Misused("this guest has no seat yet");

impl Guest {
    /// Keys for a terminal. Whether they count is the host's to say; what cannot count by what this guest knows is
    /// not even sent, and told as [`GuestEvent::InputRefused`](super::GuestEvent::InputRefused).
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat, for a number that no terminal has, or when more waits for
    /// the line than may.
    pub fn input(&mut self, now: Millis, stream: StreamId, bytes: &[u8]) -> Result<(), SessionError> {
        let sight = self.sees(now, stream);
        self.late_input(now, stream, sight, bytes)
    }

    /// What somebody has before them who types at a terminal now.
    pub fn sees(&self, now: Millis, stream: StreamId) -> Sight {
        Sight(self.seated().map_or(Err(InputRefusal::Behind), |seated| seated.sees(now, stream)))
    }

    /// The same as [`input`](Self::input) for keys that were held here since they were typed (JS-ROLE-6).
    ///
    /// # Errors
    /// As [`input`](Self::input).
    pub fn late_input(
        &mut self,
        now: Millis,
        stream: StreamId,
        typed_at: Sight,
        bytes: &[u8],
    ) -> Result<(), SessionError> {
        if !(1..=LAST_TERMINAL).contains(&stream) {
            return Err(SessionError::Misused("terminals count from 1 to 223"));
        }
        self.with_seat(|seated, context| {
            let taken = seated.press(now, stream, typed_at, bytes, context);
            seated.send_keys(now, context);
            taken.then_some(()).ok_or(SessionError::Full("too much is waiting to be sent already"))
        })
        .unwrap_or(Err(NO_SEAT))
    }

    /// Asks the host for the keyboard.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat.
    pub fn ask_control(&mut self, _now: Millis) -> Result<(), SessionError> {
        self.say(people::FromGuest::AskControl {})?;
        self.with_seat(|seated, _| seated.requests.asked_for_keyboard());
        Ok(())
    }

    /// Says something to everyone.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat.
    pub fn chat(&mut self, _now: Millis, text: &str) -> Result<(), SessionError> {
        self.say(chat::FromGuest::Say { text: shown_text(text) })
    }

    /// Points at lines, or no longer does.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat.
    pub fn point(&mut self, _now: Millis, at: Option<Pointing>) -> Result<(), SessionError> {
        let (at, columns) = at.map(Pointing::words).unzip();
        if let Some(columns) = columns.flatten()
            && self.host_can(pointing::COLUMNS)
        {
            self.say(pointing::FromGuest::Columns { columns })?;
        }
        self.say(pointing::FromGuest::Lines { at })
    }

    /// A co-owner changes a role.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat.
    pub fn set_role(&mut self, _now: Millis, slot: Slot, role: Role) -> Result<(), SessionError> {
        self.say(people::FromGuest::SetRole { slot, role })?;
        self.with_seat(|seated, _| seated.requests.asked_for_role());
        Ok(())
    }

    /// A co-owner removes a guest.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat.
    pub fn remove(&mut self, _now: Millis, slot: Slot) -> Result<(), SessionError> {
        self.say(people::FromGuest::Remove { slot })?;
        self.with_seat(|seated, _| seated.requests.asked_for_removal());
        Ok(())
    }

    /// A co-owner asks for an invite; it comes as an event.
    ///
    /// # Errors
    /// [`SessionError::Misused`] without a seat, [`SessionError::Full`] while many are asked for.
    pub fn invite(
        &mut self,
        _now: Millis,
        role: Role,
        max_uses: Option<u32>,
        admission: Admission,
    ) -> Result<(), SessionError> {
        let id = self.with_seat(|seated, _| seated.invites.ask(role)).unwrap_or(Err(NO_SEAT))?;
        self.say(invites::FromGuest::Make { id, role, max_uses, admission })
    }

    /// Leaves the session.
    pub fn leave(&mut self, _now: Millis) {
        if matches!(self.stage, Stage::Seated(_)) {
            let _ = self.say(session::FromGuest::Leave {});
        }
        self.end(EndReason::Left, true);
    }

    fn host_can(&mut self, capability: &str) -> bool {
        self.with_seat(|seated, _| seated.host_can.has(capability)).unwrap_or(false)
    }

    fn say(&mut self, word: impl Into<FromGuest>) -> Result<(), SessionError> {
        self.with_seat(|seated, context| {
            if !seated.is_open() {
                return Err(SessionError::Full("too much is waiting to be sent already"));
            }
            seated.say(word, context);
            Ok(())
        })
        .unwrap_or(Err(NO_SEAT))
    }
}
