//! What guests say, by area: which words count, and who heeds them (rules JS-MSG-1, JS-AREA-2).

use jumpseat_wire::Slot;

use super::Host;
use crate::{
    EndReason, Millis, SessionError,
    area::{
        FromGuest, chat, invites, people,
        people::Refused,
        pointing,
        session::{self, FromGuest as Farewell},
        transfer,
    },
};

impl Host {
    /// A message of a guest that has confirmed. One that this version does not know does nothing, and is counted like any
    /// other: nobody can say more by inventing words.
    pub(super) fn guest_said(&mut self, now: Millis, slot: Slot, message: &[u8]) -> Result<(), SessionError> {
        match FromGuest::decode(message)? {
            Some(FromGuest::Session(Farewell::CaughtUp {})) => self.caught_up(slot),
            // JS-END-1: only what brings it to the end.
            said if self.is_ended() && !said.as_ref().is_some_and(FromGuest::is_of_farewell) => {}
            // Bounded by how many are under way, not by time.
            Some(FromGuest::Transfer(word)) => return self.heed_transfer(now, slot, word),
            said => {
                let Some(seat) = self.seats.get_mut(&slot) else { return Ok(()) };
                // Everyone is sent what is said in the chat.
                let len = if matches!(said, Some(FromGuest::Chat(_))) { message.len() } else { 0 };
                if seat.spend_message(now, len) {
                    if let Some(word) = said {
                        self.heed(now, slot, word);
                    }
                } else if seat.tells_limit() {
                    self.tell(slot, people::FromHost::Refused { what: Refused::Messages });
                }
            }
        }
        Ok(())
    }

    fn heed(&mut self, now: Millis, slot: Slot, word: FromGuest) {
        match word {
            // These are no messages that are counted.
            FromGuest::Transfer(_) | FromGuest::Session(session::FromGuest::CaughtUp {}) => {}
            FromGuest::Session(session::FromGuest::Resync {}) => self.resync(now, slot),
            FromGuest::Session(session::FromGuest::Leave {}) => self.drop_seat(now, slot, EndReason::Left),
            FromGuest::People(word) => self.heed_people(now, slot, word),
            FromGuest::Invites(invites::FromGuest::Make { id, role, max_uses, admission }) => {
                self.make_invite(now, slot, id, role, max_uses, admission);
            }
            FromGuest::Chat(chat::FromGuest::Say { text }) => self.say(now, slot, &text),
            FromGuest::Pointing(pointing::FromGuest::Columns { columns }) => {
                self.seats.get_mut(&slot).into_iter().for_each(|seat| seat.columns = Some(columns));
            }
            FromGuest::Pointing(pointing::FromGuest::Lines { at }) => self.guest_points(now, slot, at),
        }
    }

    fn heed_transfer(
        &mut self,
        now: Millis,
        slot: Slot,
        word: transfer::FromGuest,
    ) -> Result<(), SessionError> {
        match word {
            transfer::FromGuest::Get { id, content } => self.transfer(now, slot, id, content),
            transfer::FromGuest::Cancel { id } => {
                self.cancel_transfer(slot, id);
                Ok(())
            }
        }
    }
}
